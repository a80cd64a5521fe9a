#include "tests/store/import/workshop.hpp"

#include <iterator>
#include <stdexcept>

#include "mis/db/month_partitions.hpp"
#include "modules/administration/import.hpp"
#include "modules/customers/import.hpp"
#include "modules/meter_reading/import.hpp"
#include "modules/metering/import.hpp"
#include "modules/network/import.hpp"
#include "modules/tariffs/store.hpp"

namespace example {

std::string Workshop::read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

ImportOutcome Workshop::import(const mis::files::ImportKind& kind, const std::filesystem::path& file, mis::files::ImportOptions options) {
  mis::files::ImportContext context{database_.app(), clock_, [this](mis::BillingMonth from, mis::BillingMonth to) {
                                      auto session = database_.owner().lease();
                                      return mis::db::ensure_month_partitions(*session, from, to);
                                    }};
  ImportOutcome outcome;
  mis::files::ImportListener listener;
  listener.problem = [&](const mis::files::Problem& problem, bool) { outcome.problems.push_back(to_text(problem)); };
  listener.progress = [&](const mis::files::ImportSummary& summary) { outcome.summary = summary; };
  auto result = import_file(context, kind, file, options, listener);
  if (result) {
    outcome.summary = *result;
  } else {
    outcome.error = result.error().code;
    outcome.message = result.error().message;
  }
  return outcome;
}

void Workshop::load_small_county() {
  const auto load = [this](const mis::files::ImportKind& kind, std::string_view content) {
    const ImportOutcome outcome = import_text(kind, content);
    if (!outcome.error.empty() || !outcome.problems.empty()) {
      throw std::runtime_error(kind.name + ": " + outcome.message + (outcome.problems.empty() ? "" : outcome.problems.front()));
    }
  };
  load(mis::administration::organisation_import(),
       "code,parent_code,kind,name,name_en\nC,,company,临江供电公司,Linjiang Power\nS1,C,supply_station,青石供电所,Qingshi Station\n");
  const auto network = mis::network::network_imports();
  load(network[0], "code,name,voltage_kv\nSUB1,青石变,110\n");
  load(network[1], "code,substation_code,name,voltage_kv\nF1,SUB1,青01线,10\n");
  load(network[2], "code,feeder_code,station_code,name,capacity_kva,is_public\nT1,F1,S1,柳树村1号,400,yes\n");
  load(mis::meter_reading::route_import(), "code,name,station_code,cycle_day\nR1,柳树村,S1,1\n");
  mis::tariffs::StoredVersion tariff;
  tariff.code = "ZJ-RES";
  tariff.name = "一户一表";
  tariff.name_en = "Residential";
  tariff.category = "residential";
  tariff.valid = {mis::Date::of(2020, 1, 1), mis::kForever};
  tariff.definition = "{}";
  auto stored = database_.app().transact([&](mis::db::Session& session) -> mis::Status {
    mis::tariffs::load_versions(session, std::span(&tariff, 1));
    return mis::ok();
  });
  if (!stored) throw std::runtime_error(stored.error().message);
  const auto customers = mis::customers::customer_imports();
  load(customers[0], "customer_no,kind,name,id_kind,id_no,phone\nC1,person,张三丰,resident_id,1,13800138888\nC2,body,青石镇第一小学,,,\n");
  load(customers[1],
       "account_no,customer_no,station_code,route_code,transformer_area_code,address,status,opened_on\n"
       "0000000109,C1,S1,R1,T1,临江县青石镇柳树村12号,active,2025-12-01\n0000000208,C2,S1,R1,T1,临江县青石镇幸福路5号,active,2025-12-01\n");
  load(customers[2],
       "account_no,valid_from,category,voltage,capacity_kva,tariff_code,billing_mode\n"
       "0000000109,2025-12-01,residential,220V,8,ZJ-RES,single\n0000000208,2025-12-01,shared,380V,30,ZJ-RES,single\n");
  const auto metering = mis::metering::metering_imports();
  load(metering[0], "usage_point_no,account_no,kind\nNMI0000001,0000000109,consumption\nNMI0000002,0000000208,consumption\n");
  load(metering[1], "asset_no,kind,register_digits,maker,made_on\nM1,single_phase,6,威胜,2025-01-01\nM2,three_phase,6,,2025-01-01\n");
  load(metering[2], "usage_point_no,asset_no,valid_from\nNMI0000001,M1,2025-12-01\nNMI0000002,M2,2025-12-01\n");
}

Workshop& small_county() {
  static Workshop workshop;
  static const bool loaded = (workshop.load_small_county(), true);
  static_cast<void>(loaded);
  return workshop;
}

std::int64_t Workshop::count(std::string_view sql) {
  auto session = database_.app().lease();
  auto rows = session->query(sql);
  return rows.next() ? rows.i64(0) : -1;
}

std::string Workshop::text(std::string_view sql) {
  auto session = database_.app().lease();
  auto rows = session->query(sql);
  return rows.next() ? rows.text(0) : "no row";
}

}  // namespace example
