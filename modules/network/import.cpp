#include "modules/network/import.hpp"

#include "mis/db/sequence.hpp"
#include "mis/files/lookup.hpp"
#include "modules/network/network.hpp"

namespace mis::network {
namespace {

using files::RowReader;
using files::Verdicts;

template <class Row>
std::vector<std::string> codes_of(const std::vector<Row>& rows) {
  std::vector<std::string> codes;
  codes.reserve(rows.size());
  for (const Row& row : rows) codes.push_back(row.value.code);
  return codes;
}

class SubstationImporter final : public files::RowImporter<Substation> {
  enum : int { kCode, kName, kVoltage };

  Substation read_row(RowReader& row) override {
    Substation out;
    out.code = row.code(kCode, 20);
    out.name = row.text(kName, 60);
    out.voltage_kv = static_cast<int>(row.integer(kVoltage, 1, 1000));
    return out;
  }

  void load_rows(db::Session& session, files::ImportContext&, const std::vector<Substation>& rows, Verdicts& verdicts) override {
    std::vector<std::string> codes;
    for (const Substation& row : rows) codes.push_back(row.code);
    std::unordered_map<std::string, Substation> known;
    files::query_in(session, "SELECT code, name, voltage_kv FROM network_substation WHERE code IN (*)", std::span<const std::string>(codes),
                    [&](db::Rows& row) { known.emplace(row.text(0), Substation{{}, row.text(0), row.text(1), row.i32(2)}); });
    std::vector<Substation> fresh;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto [had, is_new] = known.emplace(rows[i].code, rows[i]);
      if (is_new) {
        fresh.push_back(rows[i]);
      } else {
        files::Comparison().on("name", had->second.name, rows[i].name).on("voltage_kv", had->second.voltage_kv, rows[i].voltage_kv).judge(verdicts, i);
      }
    }
    if (fresh.empty()) return;
    std::int64_t id = db::take_block(session, kSubstationSequence, static_cast<std::int64_t>(fresh.size()));
    for (Substation& row : fresh) row.substation_id = {id++};
    load_substations(session, fresh);
  }
};

struct FeederRow {
  Feeder value;
  std::string substation_code;
};

class FeederImporter final : public files::RowImporter<FeederRow> {
  enum : int { kCode, kSubstation, kName, kVoltage };

  FeederRow read_row(RowReader& row) override {
    FeederRow out;
    out.value.code = row.code(kCode, 20);
    out.substation_code = row.code(kSubstation, 20);
    out.value.name = row.text(kName, 60);
    out.value.voltage_kv = static_cast<int>(row.integer(kVoltage, 1, 1000));
    return out;
  }

  void load_rows(db::Session& session, files::ImportContext&, const std::vector<FeederRow>& rows, Verdicts& verdicts) override {
    std::unordered_map<std::string, Feeder> known;
    files::query_in(session, "SELECT code, substation_id, name, voltage_kv FROM network_feeder WHERE code IN (*)",
                    std::span<const std::string>(codes_of(rows)), [&](db::Rows& row) {
                      known.emplace(row.text(0), Feeder{{}, {row.i64(1)}, row.text(0), row.text(2), row.i32(3)});
                    });
    std::vector<std::string> wanted;
    for (const FeederRow& row : rows) wanted.push_back(row.substation_code);
    const auto substations = files::ids_of(session, "SELECT code, substation_id FROM network_substation WHERE code IN (*)", wanted);
    std::vector<Feeder> fresh;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Feeder feeder = rows[i].value;
      const auto substation = substations.find(rows[i].substation_code);
      if (substation == substations.end()) {
        verdicts.reject(i, "substation_code", "network.unknown_substation", "a substation that is loaded", rows[i].substation_code);
        continue;
      }
      feeder.substation_id = {substation->second};
      const auto [had, is_new] = known.emplace(feeder.code, feeder);
      if (is_new) {
        fresh.push_back(std::move(feeder));
      } else {
        files::Comparison()
            .on("substation_code", had->second.substation_id, feeder.substation_id)
            .on("name", had->second.name, feeder.name)
            .on("voltage_kv", had->second.voltage_kv, feeder.voltage_kv)
            .judge(verdicts, i);
      }
    }
    if (fresh.empty()) return;
    std::int64_t id = db::take_block(session, kFeederSequence, static_cast<std::int64_t>(fresh.size()));
    for (Feeder& row : fresh) row.feeder_id = {id++};
    load_feeders(session, fresh);
  }
};

struct AreaRow {
  TransformerArea value;
  std::string feeder_code, station_code;
};

class TransformerAreaImporter final : public files::RowImporter<AreaRow> {
  enum : int { kCode, kFeeder, kStation, kName, kCapacity, kPublic };

  AreaRow read_row(RowReader& row) override {
    AreaRow out;
    out.value.code = row.code(kCode, 20);
    out.feeder_code = row.code(kFeeder, 20);
    out.station_code = row.code(kStation, 20);
    out.value.name = row.text(kName, 60);
    out.value.capacity = {row.decimal(kCapacity, 3, 0, 1'000'000'000'000)};
    out.value.is_public = row.yes_no(kPublic);
    return out;
  }

  void load_rows(db::Session& session, files::ImportContext&, const std::vector<AreaRow>& rows, Verdicts& verdicts) override {
    std::unordered_map<std::string, TransformerArea> known;
    files::query_in(session, "SELECT code, feeder_id, org_id, name, capacity_va, is_public FROM network_transformer_area WHERE code IN (*)",
                    std::span<const std::string>(codes_of(rows)), [&](db::Rows& row) {
                      known.emplace(row.text(0), TransformerArea{{}, {row.i64(1)}, {row.i64(2)}, row.text(0), row.text(3), {row.i64(4)}, row.i64(5) != 0});
                    });
    std::vector<std::string> feeder_codes, station_codes;
    for (const AreaRow& row : rows) {
      feeder_codes.push_back(row.feeder_code);
      station_codes.push_back(row.station_code);
    }
    const auto feeders = files::ids_of(session, "SELECT code, feeder_id FROM network_feeder WHERE code IN (*)", feeder_codes);
    const auto stations = files::ids_of(session, "SELECT code, org_id FROM administration_org_name WHERE code IN (*)", station_codes);
    std::vector<TransformerArea> fresh;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      TransformerArea area = rows[i].value;
      const auto feeder = feeders.find(rows[i].feeder_code);
      const auto station = stations.find(rows[i].station_code);
      if (feeder == feeders.end()) {
        verdicts.reject(i, "feeder_code", "network.unknown_feeder", "a feeder that is loaded", rows[i].feeder_code);
        continue;
      }
      if (station == stations.end()) {
        verdicts.reject(i, "station_code", "administration.unknown_unit", "an organisational unit that is loaded", rows[i].station_code);
        continue;
      }
      area.feeder_id = {feeder->second};
      area.org_id = {station->second};
      const auto [had, is_new] = known.emplace(area.code, area);
      if (is_new) {
        fresh.push_back(std::move(area));
      } else {
        files::Comparison()
            .on("feeder_code", had->second.feeder_id, area.feeder_id)
            .on("station_code", had->second.org_id, area.org_id)
            .on("name", had->second.name, area.name)
            .on("capacity_kva", had->second.capacity, area.capacity)
            .on("is_public", int{had->second.is_public}, int{area.is_public})
            .judge(verdicts, i);
      }
    }
    if (fresh.empty()) return;
    std::int64_t id = db::take_block(session, kTransformerAreaSequence, static_cast<std::int64_t>(fresh.size()));
    for (TransformerArea& row : fresh) row.transformer_area_id = {id++};
    load_transformer_areas(session, fresh);
  }
};

}  // namespace

std::vector<files::ImportKind> network_imports() {
  return {
      {"substations", "Substations.",
       {{"code", true, "at most 20 letters and digits", "its code, unique"},
        {"name", true, "at most 60 characters", "its name"},
        {"voltage_kv", true, "kV", "its highest voltage"}},
       "", [] { return std::make_unique<SubstationImporter>(); }},
      {"feeders", "Lines (10 kV as a rule) out of substations.",
       {{"code", true, "at most 20 letters and digits", "its code, unique"},
        {"substation_code", true, "a code", "the substation it leaves"},
        {"name", true, "at most 60 characters", "its name"},
        {"voltage_kv", true, "kV", "its voltage"}},
       "", [] { return std::make_unique<FeederImporter>(); }},
      {"transformer_areas", "Transformer areas: what one distribution transformer supplies.",
       {{"code", true, "at most 20 letters and digits", "its code, unique"},
        {"feeder_code", true, "a code", "the feeder that supplies it"},
        {"station_code", true, "a code", "the supply station that looks after it"},
        {"name", true, "at most 60 characters", "its name"},
        {"capacity_kva", true, "kVA, up to three decimals", "of the transformer"},
        {"is_public", true, "yes or no", "no: the customer's own transformer"}},
       "", [] { return std::make_unique<TransformerAreaImporter>(); }},
  };
}

}  // namespace mis::network
