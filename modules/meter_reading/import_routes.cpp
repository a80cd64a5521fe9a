#include "mis/db/sequence.hpp"
#include "mis/files/lookup.hpp"
#include "modules/meter_reading/import.hpp"
#include "modules/meter_reading/meter_reading.hpp"

namespace mis::meter_reading {
namespace {

using files::RowReader;
using files::Verdicts;

struct Row {
  Route value;
  std::string station_code, reader;
};

class RouteImporter final : public files::RowImporter<Row> {
  enum : int { kCode, kName, kStation, kReader, kDay };

  Row read_row(RowReader& row) override {
    Row out;
    out.value.code = row.code(kCode, 20);
    out.value.name = row.text(kName, 60);
    out.station_code = row.code(kStation, 20);
    out.reader = row.code(kReader, 40);
    out.value.cycle_day = static_cast<int>(row.integer(kDay, 1, 31));
    return out;
  }

  void load_rows(db::Session& session, files::ImportContext&, const std::vector<Row>& rows, Verdicts& verdicts) override {
    std::vector<std::string> codes, stations, readers;
    for (const Row& row : rows) {
      codes.push_back(row.value.code);
      stations.push_back(row.station_code);
      readers.push_back(row.reader);
    }
    std::unordered_map<std::string, Route> known;
    files::query_in(session, "SELECT code, name, org_id, reader_user_id, cycle_day FROM meter_reading_route WHERE code IN (*)",
                    std::span<const std::string>(codes), [&](db::Rows& row) {
                      Route route{{}, row.text(0), row.text(1), {row.i64(2)}, {}, row.i32(4)};
                      if (!row.is_null(3)) route.reader_user_id = UserId{row.i64(3)};
                      known.emplace(row.text(0), std::move(route));
                    });
    const auto org_ids = files::ids_of(session, "SELECT code, org_id FROM administration_org_name WHERE code IN (*)", stations);
    const auto user_ids = files::ids_of(session, "SELECT username, user_id FROM administration_user_name WHERE username IN (*)", readers);
    std::vector<Route> fresh;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Route route = rows[i].value;
      const auto org = org_ids.find(rows[i].station_code);
      if (org == org_ids.end()) {
        verdicts.reject(i, "station_code", "administration.unknown_unit", "an organisational unit that is loaded", rows[i].station_code);
        continue;
      }
      route.org_id = {org->second};
      if (!rows[i].reader.empty()) {
        const auto user = user_ids.find(rows[i].reader);
        if (user == user_ids.end()) {
          verdicts.reject(i, "reader_username", "administration.unknown_user", "a user who is there", rows[i].reader);
          continue;
        }
        route.reader_user_id = UserId{user->second};
      }
      const auto [entry, is_new] = known.emplace(route.code, route);
      if (is_new) {
        fresh.push_back(std::move(route));
        continue;
      }
      const Route& had = entry->second;
      files::Comparison().on("name", had.name, route.name).on("station_code", had.org_id, route.org_id)
          .on("reader_username", had.reader_user_id, route.reader_user_id).on("cycle_day", had.cycle_day, route.cycle_day).judge(verdicts, i);
    }
    if (fresh.empty()) return;
    std::int64_t id = db::take_block(session, kRouteSequence, static_cast<std::int64_t>(fresh.size()));
    for (Route& row : fresh) row.route_id = {id++};
    load_routes(session, fresh);
  }
};

}  // namespace

files::ImportKind route_import() {
  return {"routes", "Reading routes: the accounts that one reader reads on one day.",
          {{"code", true, "at most 20 letters and digits", "its code, unique"},
           {"name", true, "at most 60 characters", "its name"},
           {"station_code", true, "a code", "the supply station"},
           {"reader_username", false, "a username", "who reads it"},
           {"cycle_day", true, "1 to 31", "day of the month"}},
          "", [] { return std::make_unique<RouteImporter>(); }};
}

}  // namespace mis::meter_reading
