#include "db/demo/county_csv.hpp"

#include <array>
#include <map>

#include <fmt/format.h>

#include "db/demo/county.hpp"
#include "mis/base/decimal.hpp"
#include "mis/files/csv_writer.hpp"

namespace mis::demo {
namespace {

using files::CsvWriter;
using meter_reading::kNoIndex;

std::string date_or_nothing(Date day) { return day == kForever ? std::string() : day.to_string(); }
template <class T>
std::string text_or_nothing(const std::optional<T>& day) { return day ? day->to_string() : std::string(); }
std::string decimal_or_nothing(std::int64_t value, int scale) { return value == 0 ? std::string() : format_decimal(value, scale, 0); }
std::string index_text(std::int64_t index, int scale) { return index == kNoIndex ? std::string() : format_decimal(index, scale, 0); }

constexpr std::array<std::string_view, 3> kReadingKinds{"regular", "installation", "removal"};
constexpr std::array<std::string_view, 5> kSources{"manual", "remote", "import", "estimate", "self"};
constexpr std::array<std::string_view, 4> kQualities{"actual", "estimated", "suspect", "missing"};
template <class Enum, std::size_t N>
std::string_view word(const std::array<std::string_view, N>& words, Enum value) { return words[static_cast<std::size_t>(value) - 1]; }

// All files of a county, each open as long as routes are being written.
class Folder {
 public:
  Folder(const std::filesystem::path& folder, const CsvFilesOptions& files) : folder_(folder), options_(files) {}

  Status open(std::string_view kind, std::initializer_list<std::string_view> columns) {
    CsvFile file{std::string(kind), folder_ / fmt::format("{}.csv{}", kind, options_.gzip ? ".gz" : "")};
    auto writer = CsvWriter::create(file.path, {options_.encoding, options_.gzip, false});
    if (!writer) return std::move(writer).error();
    writer->row(columns);
    writers_.emplace(std::string(kind), std::move(*writer));
    list_.push_back(std::move(file));
    return ok();
  }
  CsvWriter& operator[](std::string_view kind) { return writers_.find(kind)->second; }
  Result<std::vector<CsvFile>> close() {
    for (auto& [kind, writer] : writers_)
      if (auto s = writer.close(); !s) return std::move(s).error();
    return std::move(list_);
  }

 private:
  std::filesystem::path folder_;
  const CsvFilesOptions& options_;
  std::map<std::string, CsvWriter, std::less<>> writers_;
  std::vector<CsvFile> list_;
};

// In the order in which they load.
Status open_all(Folder& out) {
  const auto open = [&](std::string_view kind, std::initializer_list<std::string_view> columns) { return out.open(kind, columns); };
  if (auto s = open("organisation", {"code", "parent_code", "kind", "name", "name_en"}); !s) return s;
  if (auto s = open("substations", {"code", "name", "voltage_kv"}); !s) return s;
  if (auto s = open("feeders", {"code", "substation_code", "name", "voltage_kv"}); !s) return s;
  if (auto s = open("transformer_areas", {"code", "feeder_code", "station_code", "name", "capacity_kva", "is_public"}); !s) return s;
  if (auto s = open("routes", {"code", "name", "station_code", "reader_username", "cycle_day"}); !s) return s;
  if (auto s = open("customers", {"customer_no", "kind", "name", "id_kind", "id_no", "phone"}); !s) return s;
  if (auto s = open("accounts", {"account_no", "customer_no", "station_code", "route_code", "route_position", "transformer_area_code", "address",
                                 "status", "opened_on", "closed_on", "household_size", "household_since"}); !s) return s;
  if (auto s = open("agreements", {"account_no", "valid_from", "valid_to", "category", "voltage", "capacity_kva", "tariff_code", "billing_mode",
                                   "contract_demand_kw", "pf_standard"}); !s) return s;
  if (auto s = open("usage_points", {"usage_point_no", "account_no", "kind", "tariff_code", "parent_usage_point_no", "deduction_kind", "deduction_value",
                                     "metered_side", "transformer_kva", "p0_kw", "pk_kw", "i0_percent", "uk_percent", "loss_k", "line_loss_percent"}); !s) return s;
  if (auto s = open("meters", {"asset_no", "kind", "register_digits", "maker", "made_on"}); !s) return s;
  if (auto s = open("installations", {"usage_point_no", "asset_no", "valid_from", "valid_to", "ct_ratio", "pt_ratio"}); !s) return s;
  if (auto s = open("readings", {"billing_month", "asset_no", "kind", "read_at", "source", "quality", "total", "sharp", "peak", "flat", "valley", "deep",
                                 "reactive_forward", "reactive_reverse", "reverse_total", "max_demand", "recorded_by"}); !s) return s;
  return open("history", {"billing_month", "account_no", "energy_kwh", "amount_yuan", "tier_energy_kwh"});
}

// Codes and numbers in place of ids. Lists of the layout are dense and count from 1.
class Writer {
 public:
  Writer(const County& county, Folder& out, bool name_readers) : county_(county), layout_(county.layout()), out_(out) {
    if (name_readers)
      for (const auto& member : county.staff()) usernames_[member.user_id.value] = member.username;
  }

  void organisation_and_network() {
    for (const auto& unit : layout_.org_units)
      out_["organisation"].row({unit.code, unit.parent_id ? org_code(*unit.parent_id) : std::string_view(), to_string(unit.kind), unit.name, unit.name_en});
    for (const auto& s : layout_.substations) out_["substations"].add(s.code).add(s.name).add(std::int64_t{s.voltage_kv}).end_row();
    for (const auto& f : layout_.feeders)
      out_["feeders"].add(f.code).add(at(layout_.substations, f.substation_id.value).code).add(f.name).add(std::int64_t{f.voltage_kv}).end_row();
    for (const auto& a : layout_.areas)
      out_["transformer_areas"].row({a.code, at(layout_.feeders, a.feeder_id.value).code, org_code(a.org_id), a.name, format_kva(a.capacity), a.is_public ? "yes" : "no"});
    for (const auto& r : county_.routes())
      out_["routes"].add(r.code).add(r.name).add(org_code(r.org_id)).add(username(r.reader_user_id)).add(std::int64_t{r.cycle_day}).end_row();
  }

  void route(const RouteRows& rows) {
    customers_and_accounts(rows);
    metering(rows);
    months(rows);
  }

 private:
  template <class T>
  static const T& at(const std::vector<T>& list, std::int64_t id) { return list[static_cast<std::size_t>(id - 1)]; }
  std::string_view org_code(OrgId id) const { return at(layout_.org_units, id.value).code; }
  std::string_view username(const std::optional<UserId>& id) const {
    const auto found = id ? usernames_.find(id->value) : usernames_.end();
    return found == usernames_.end() ? std::string_view() : std::string_view(found->second);
  }

  void customers_and_accounts(const RouteRows& rows) {
    auto& customers = out_["customers"];
    for (const auto& c : rows.customers) customers.row({c.customer_no, c.kind, c.name, c.id_kind, c.id_no, c.phone});
    auto& accounts = out_["accounts"];
    for (const auto& a : rows.accounts) {
      accounts.add(a.account_no).add(customer_no_of(a.customer_id)).add(org_code(a.org_id)).add(at(layout_.routes, a.route_id.value).route.code);
      accounts.add(std::int64_t{a.route_position}).add(at(layout_.areas, a.transformer_area_id).code).add(a.address).add(a.status);
      accounts.add(a.opened_on.to_string()).add(text_or_nothing(a.closed_on)).add(std::int64_t{a.household_size}).add(text_or_nothing(a.household_since));
      accounts.end_row();
    }
    auto& agreements = out_["agreements"];
    for (const auto& a : rows.agreements) {
      agreements.row({account_no(rows, a.account_id), a.valid.from.to_string(), date_or_nothing(a.valid.to), a.category, a.voltage, format_kva(a.capacity),
                      a.tariff_code, a.billing_mode, decimal_or_nothing(a.contract_demand.value, 3), decimal_or_nothing(a.pf_standard, 2)});
    }
  }

  void metering(const RouteRows& rows) {
    auto& points = out_["usage_points"];
    for (const auto& p : rows.usage_points) {
      const int scale = p.deduction_kind == "fixed_ratio" ? 6 : 3;
      points.row({p.usage_point_no, account_no(rows, p.account_id), p.kind, p.tariff_code.value_or(""), p.parent_id ? point_no(rows, *p.parent_id) : std::string_view(),
                  p.deduction_kind.value_or(""), decimal_or_nothing(p.deduction_value, scale), p.metered_side, decimal_or_nothing(p.transformer_va, 3),
                  decimal_or_nothing(p.p0_w, 3), decimal_or_nothing(p.pk_w, 3), decimal_or_nothing(p.i0_ppm, 4), decimal_or_nothing(p.uk_ppm, 4),
                  decimal_or_nothing(p.loss_k_e4, 4), decimal_or_nothing(p.line_loss_ppm, 4)});
    }
    auto& meters = out_["meters"];
    for (const auto& m : rows.meters) meters.add(m.asset_no).add(m.kind).add(std::int64_t{m.register_digits}).add(m.maker).add(m.made_on.to_string()).end_row();
    auto& installations = out_["installations"];
    for (const auto& i : rows.installations) {
      installations.add(point_no(rows, i.usage_point_id)).add(asset_no(rows, i.installation_id)).add(i.valid.from.to_string());
      installations.add(date_or_nothing(i.valid.to)).add(std::int64_t{i.ct_ratio}).add(std::int64_t{i.pt_ratio}).end_row();
    }
  }

  void months(const RouteRows& rows) {
    auto& readings = out_["readings"];
    for (const auto& r : rows.readings) {
      const auto& x = r.registers;
      readings.add(r.billing_month.to_string()).add(asset_no(rows, r.installation_id)).add(word(kReadingKinds, r.kind)).add(r.read_at.to_string());
      readings.add(word(kSources, r.source)).add(word(kQualities, r.quality));
      for (const auto index : {x.total_e4, x.sharp_e4, x.peak_e4, x.flat_e4, x.valley_e4, x.deep_e4, x.reactive_forward_e4, x.reactive_reverse_e4, x.reverse_total_e4})
        readings.add(index_text(index, 4));
      readings.add(index_text(x.max_demand_w, 3)).add(username(r.recorded_by)).end_row();
    }
    auto& history = out_["history"];
    for (const auto& h : rows.history)
      history.row({h.billing_month.to_string(), account_no(rows, h.account_id), format_kwh(h.energy), format_yuan(h.amount), format_kwh(h.tier_energy)});
  }

  // Within a route the ids of each list are dense, so the first one tells where any of them stands.
  static std::string_view account_no(const RouteRows& rows, AccountId id) {
    return rows.accounts[static_cast<std::size_t>(id.value - rows.accounts.front().account_id.value)].account_no;
  }
  static std::string_view point_no(const RouteRows& rows, UsagePointId id) {
    return rows.usage_points[static_cast<std::size_t>(id.value - rows.usage_points.front().usage_point_id.value)].usage_point_no;
  }
  static std::string_view asset_no(const RouteRows& rows, InstallationId id) {
    return rows.meters[static_cast<std::size_t>(id.value - rows.installations.front().installation_id.value)].asset_no;
  }

  const County& county_;
  const CountyLayout& layout_;
  Folder& out_;
  std::map<std::int64_t, std::string> usernames_;
};

}  // namespace

Result<std::vector<CsvFile>> write_county_csv(const std::filesystem::path& folder, const CountyOptions& options, const CsvFilesOptions& files) {
  auto county = County::plan(options);
  if (!county) return std::move(county).error();
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return unavailable("files.folder", fmt::format("expected to make the folder {}, but: {}", folder.string(), failed.message()));
  Folder out(folder, files);
  if (auto s = open_all(out); !s) return std::move(s).error();
  Writer writer(*county, out, files.name_readers);
  writer.organisation_and_network();
  RouteRows rows;
  for (std::size_t i = 0; i < county->layout().routes.size(); ++i) {
    county->make_route(i, rows);
    writer.route(rows);
  }
  return out.close();
}

}  // namespace mis::demo
