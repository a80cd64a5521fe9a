#include "modules/administration/import.hpp"

#include "mis/db/sequence.hpp"
#include "mis/files/lookup.hpp"
#include "modules/administration/administration.hpp"

namespace mis::administration {
namespace {

using files::RowReader;
using files::Verdicts;

constexpr std::string_view kKinds[] = {"company", "supply_station", "business_hall", "department"};
constexpr const char* kSequence = "administration_org_unit";

enum : int { kCode, kParent, kKind, kName, kNameEn };

struct Row {
  std::string parent_code;
  OrgUnit unit;
};

class OrganisationImporter final : public files::RowImporter<Row> {
  Row read_row(RowReader& row) override {
    Row out;
    out.unit.code = row.code(kCode, 20);
    out.parent_code = row.code(kParent, 20);
    out.unit.kind = parse_org_kind(row.one_of(kKind, kKinds)).value_or(OrgKind::kDepartment);
    out.unit.name = row.text(kName, 100);
    out.unit.name_en = row.text(kNameEn, 100);
    if (out.parent_code.empty() && out.unit.kind != OrgKind::kCompany) {
      row.complain(kParent, "administration.parent", "the unit above, as only a company has none", "nothing");
    }
    return out;
  }

  void load_rows(db::Session& session, files::ImportContext&, const std::vector<Row>& rows, Verdicts& verdicts) override {
    // A few dozen units, so all that are there are read.
    std::unordered_map<std::string, OrgUnit> known;
    std::unordered_map<std::int64_t, std::string> codes;
    for (auto row = session.query("SELECT org_id, parent_id, kind, code, name, name_en FROM administration_org_unit"); row.next();) {
      OrgUnit unit{{row.i64(0)}, {}, parse_org_kind(row.text(2)).value_or(OrgKind::kDepartment), row.text(3), row.text(4), row.text(5)};
      if (!row.is_null(1)) unit.parent_id = OrgId{row.i64(1)};
      codes.emplace(unit.org_id.value, unit.code);
      known.emplace(unit.code, std::move(unit));
    }
    std::int64_t next_id = 0;
    for (const auto& [id, code] : codes) next_id = std::max(next_id, id);
    std::vector<OrgUnit> fresh;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      OrgUnit unit = rows[i].unit;
      if (!rows[i].parent_code.empty()) {
        const auto parent = known.find(rows[i].parent_code);
        if (parent == known.end()) {
          verdicts.reject(i, "parent_code", "administration.unknown_unit", "a unit that is there or stands above in the file", rows[i].parent_code);
          continue;
        }
        unit.parent_id = parent->second.org_id;
      }
      if (const auto found = known.find(unit.code); found != known.end()) {
        const OrgUnit& had = found->second;
        files::Comparison()
            .on("parent_code", had.parent_id ? codes[had.parent_id->value] : std::string(), rows[i].parent_code)
            .on("kind", std::string(to_string(had.kind)), std::string(to_string(unit.kind)))
            .on("name", had.name, unit.name)
            .on("name_en", had.name_en, unit.name_en)
            .judge(verdicts, i);
        continue;
      }
      unit.org_id = {++next_id};
      codes.emplace(unit.org_id.value, unit.code);
      known.emplace(unit.code, unit);
      fresh.push_back(std::move(unit));
    }
    if (fresh.empty()) return;
    db::advance_sequence(session, kSequence, next_id);
    if (auto status = load_org_units(session, fresh); !status) {
      throw db::DbError(db::DbError::Kind::kOther, 0, status.error().message);
    }
  }
};

}  // namespace

files::ImportKind organisation_import() {
  return {"organisation", "Organisational units: the company, its supply stations, business halls and departments.",
          {{"code", true, "at most 20 letters and digits", "the unit's code, unique"},
           {"parent_code", false, "a code", "the unit above; empty for the company"},
           {"kind", true, "company, supply_station, business_hall or department", "what it is"},
           {"name", true, "at most 100 characters", "its name"},
           {"name_en", true, "at most 100 characters", "its name in English"}},
          "A unit stands behind the one above it.",
          [] { return std::make_unique<OrganisationImporter>(); }};
}

}  // namespace mis::administration
