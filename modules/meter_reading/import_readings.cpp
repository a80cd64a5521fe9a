#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "mis/base/decimal.hpp"
#include "mis/files/imported_months.hpp"
#include "mis/files/lookup.hpp"
#include "modules/meter_reading/domain/checks.hpp"
#include "modules/meter_reading/import.hpp"
#include "modules/meter_reading/meter_reading.hpp"

namespace mis::meter_reading {
namespace {

using files::RowReader;
using files::Verdicts;

constexpr std::string_view kKinds[] = {"regular", "installation", "removal"};
constexpr std::string_view kSources[] = {"manual", "remote", "import", "estimate", "self"};
constexpr std::string_view kQualities[] = {"actual", "estimated", "suspect", "missing"};
constexpr std::int64_t kMaxIndex_e4 = 99'999'999'999'999;  // ten digits before the point

// What is kept of meters between chunks; forgotten as a whole where it grows beyond a county.
constexpr std::size_t kMaxCachedMeters = 400'000;

int index_of(std::span<const std::string_view> words, const std::string& word) {
  const auto at = std::find(words.begin(), words.end(), word);
  return at == words.end() ? 1 : static_cast<int>(at - words.begin()) + 1;
}

struct Row {
  std::string asset_no, recorded_by;
  Reading value;
  bool quality_given = false;
};

struct Installed {
  std::int64_t installation_id = 0, route_id = 0;
  DateRange valid;
  int register_digits = 0;
};

// Readings of one installation by month and kind, the one that counts (highest seq) each.
using History = std::map<std::tuple<std::int64_t, int, int>, Reading>;

class ReadingImporter final : public files::RowImporter<Row> {
  enum : int { kMonth, kAsset, kKind, kReadAt, kSource, kQuality, kTotal, kMaxDemand = kTotal + 9, kRecordedBy };

  Row read_row(RowReader& row) override {
    Row out;
    Reading& r = out.value;
    r.billing_month = row.month(kMonth);
    out.asset_no = row.code(kAsset, 24);
    r.kind = static_cast<ReadingKind>(index_of(kKinds, row.one_of(kKind, kKinds, "regular")));
    r.read_at = row.instant(kReadAt);
    r.read_at.micros -= r.read_at.micros % 1'000'000;
    r.source = static_cast<Source>(index_of(kSources, row.one_of(kSource, kSources, "import")));
    out.quality_given = !row.empty(kQuality);
    r.quality = static_cast<Quality>(index_of(kQualities, row.one_of(kQuality, kQualities, "actual")));
    std::int64_t Registers::* const registers[] = {&Registers::total_e4, &Registers::sharp_e4, &Registers::peak_e4, &Registers::flat_e4,
                                                   &Registers::valley_e4, &Registers::deep_e4, &Registers::reactive_forward_e4,
                                                   &Registers::reactive_reverse_e4, &Registers::reverse_total_e4};
    for (int i = 0; i < 9; ++i) r.registers.*registers[i] = row.decimal(kTotal + i, 4, 0, kMaxIndex_e4, kNoIndex);
    r.registers.max_demand_w = row.decimal(kMaxDemand, 3, 0, 10'000'000'000, kNoIndex);
    out.recorded_by = row.code(kRecordedBy, 40);
    if (r.registers == Registers{} && r.quality != Quality::kMissing) {
      row.complain(kTotal, "meter_reading.no_register", "an index, or the quality missing", "no register at all");
    }
    return out;
  }

  Status prepare(files::ImportContext& context) override {
    std::set<BillingMonth> months;
    for (const Row& row : rows()) months.insert(row.value.billing_month);
    return months_.ensure(context, month_of(local_date(context.clock.now())).plus(1), months);
  }

  static BillingMonth month_of(Date day) {
    const auto ymd = day.ymd();
    return {static_cast<int>(ymd.year()) * 100 + static_cast<int>(static_cast<unsigned>(ymd.month()))};
  }

  void look_up_meters(db::Session& session, const std::vector<Row>& rows) {
    if (meters_.size() > kMaxCachedMeters) meters_.clear();
    std::vector<std::string> wanted;
    for (const Row& row : rows) {
      if (meters_.try_emplace(row.asset_no).second) wanted.push_back(row.asset_no);
    }
    try {
      files::query_in(session,
                      "SELECT i.asset_no, i.installation_id, a.route_id, i.valid_from, i.valid_to, i.register_digits FROM metering_installed i "
                      "JOIN customers_account_label a ON a.account_id = i.account_id WHERE i.asset_no IN (*) ORDER BY i.valid_from",
                      std::span<const std::string>(wanted), [&](db::Rows& row) {
                        meters_[row.text(0)].push_back({row.i64(1), row.i64(2), {row.date(3), row.date(4)}, row.i32(5)});
                      });
    } catch (...) {
      for (const std::string& asset_no : wanted) meters_.erase(asset_no);  // not known after all; the attempt may be repeated
      throw;
    }
  }

  // Where the meter was when it was read. The reading of the month's last midnight, or of the day of removal, belongs to
  // the installation that ends there.
  static const Installed* installed_at(const std::vector<Installed>& all, const Reading& reading) {
    const Date day = local_date(reading.read_at);
    const Installed* touching = nullptr;
    for (const Installed& one : all) {
      if (reading.kind == ReadingKind::kRemoval ? one.valid.to == day || one.valid.to == day + 1 : one.valid.contains(day)) return &one;
      if (day == one.valid.to || (reading.kind == ReadingKind::kRemoval && one.valid.contains(day))) touching = &one;
    }
    return touching;
  }

  static History read_history(db::Session& session, const std::vector<std::int64_t>& installations, BillingMonth from, BillingMonth to) {
    History history;
    const db::Param months[] = {from, to};
    files::query_in(session,
                    "SELECT billing_month, route_id, installation_id, seq, kind, read_at, source, quality, total_e4, sharp_e4, peak_e4, flat_e4, "
                    "valley_e4, deep_e4, reactive_forward_e4, reactive_reverse_e4, reverse_total_e4, max_demand_w, recorded_by FROM meter_reading_reading "
                    "WHERE billing_month BETWEEN ? AND ? AND installation_id IN (*)",
                    std::span<const std::int64_t>(installations), [&](db::Rows& row) {
                      Reading r;
                      r.billing_month = row.month(0);
                      r.route_id = {row.i64(1)};
                      r.installation_id = {row.i64(2)};
                      r.seq = row.i32(3);
                      r.kind = static_cast<ReadingKind>(row.i32(4));
                      r.read_at = row.instant(5);
                      r.source = static_cast<Source>(row.i32(6));
                      r.quality = static_cast<Quality>(row.i32(7));
                      std::int64_t* const out[] = {&r.registers.total_e4, &r.registers.sharp_e4, &r.registers.peak_e4, &r.registers.flat_e4,
                                                   &r.registers.valley_e4, &r.registers.deep_e4, &r.registers.reactive_forward_e4,
                                                   &r.registers.reactive_reverse_e4, &r.registers.reverse_total_e4, &r.registers.max_demand_w};
                      for (int i = 0; i < 10; ++i) *out[i] = row.i64_or_null(8 + i).value_or(kNoIndex);
                      if (!row.is_null(18)) r.recorded_by = UserId{row.i64(18)};
                      Reading& kept = history[{r.installation_id.value, r.billing_month.yyyymm, static_cast<int>(r.kind)}];
                      if (kept.seq < r.seq || !kept.installation_id) kept = r;
                    }, months);
    return history;
  }

  static std::optional<Registers> registers_of(const History& history, std::int64_t installation, BillingMonth month) {
    for (const ReadingKind kind : {ReadingKind::kRegular, ReadingKind::kInstallation}) {
      const auto found = history.find({installation, month.yyyymm, static_cast<int>(kind)});
      if (found != history.end() && found->second.registers.total_e4 != kNoIndex) return found->second.registers;
    }
    return {};
  }

  static void report(Finding finding, const Row& row, const CheckContext& context, std::size_t i, Verdicts& verdicts) {
    const auto index = [](std::int64_t e4) { return e4 == kNoIndex ? std::string("nothing") : format_decimal(e4, 4, 0); };
    const std::string total = index(row.value.registers.total_e4);
    const std::string before = context.previous ? index(context.previous->total_e4) : "nothing";
    switch (finding) {
      case Finding::kOutsideMonth:
        return verdicts.reject(i, "read_at", "meter_reading.outside_month", "a time in or near " + row.value.billing_month.to_string(),
                               local_date(row.value.read_at).to_string());
      case Finding::kTooLarge:
        return verdicts.reject(i, "total", "meter_reading.too_large", "indexes of " + std::to_string(context.register_digits) + " digits before the point", total);
      case Finding::kPeriodsDiffer:
        return verdicts.doubt(i, "total", "meter_reading.periods_differ", "the sum of the periods", total);
      case Finding::kFalling: return verdicts.doubt(i, "total", "meter_reading.falling", "no less than " + before + " of the month before", total);
      case Finding::kJump: return verdicts.doubt(i, "total", "meter_reading.jump", "about as much more than " + before + " as in the month before", total);
    }
  }

  void load_rows(db::Session& session, files::ImportContext& context, const std::vector<Row>& rows, Verdicts& verdicts) override {
    look_up_meters(session, rows);
    std::vector<std::string> usernames;
    for (const Row& row : rows) usernames.push_back(row.recorded_by);
    const auto users = files::ids_of(session, "SELECT username, user_id FROM administration_user_name WHERE username IN (*)", usernames);
    std::vector<std::int64_t> installations;
    std::vector<const Installed*> where(rows.size(), nullptr);
    BillingMonth from{999912}, to{0};
    const BillingMonth last = month_of(local_date(context.clock.now())).plus(1);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Row& row = rows[i];
      const std::vector<Installed>& all = meters_[row.asset_no];
      if (row.value.billing_month > last) {
        verdicts.reject(i, "billing_month", "meter_reading.future_month", "a month up to " + last.to_string(), row.value.billing_month.to_string());
      } else if (all.empty()) {
        verdicts.reject(i, "asset_no", "metering.unknown_meter", "a meter that is loaded and installed", row.asset_no);
      } else if (!row.recorded_by.empty() && !users.contains(row.recorded_by)) {
        verdicts.reject(i, "recorded_by", "administration.unknown_user", "a user who is there", row.recorded_by);
      } else if ((where[i] = installed_at(all, row.value)) == nullptr) {
        verdicts.reject(i, "read_at", "metering.not_installed", "a time when the meter was installed", local_date(row.value.read_at).to_string());
      } else {
        installations.push_back(where[i]->installation_id);
        from = std::min(from, row.value.billing_month);
        to = std::max(to, row.value.billing_month);
      }
    }
    if (installations.empty()) return;
    std::sort(installations.begin(), installations.end());
    installations.erase(std::unique(installations.begin(), installations.end()), installations.end());
    History history = read_history(session, installations, from.plus(-2), to);

    // What a month's issued bills were made of stays: a correction would move the next month's start behind their backs.
    std::set<std::int32_t> issued;
    for (auto months = session.query("SELECT billing_month FROM billing_issued_month"); months.next();) issued.insert(months.i32(0));

    std::vector<Reading> fresh;
    fresh.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!where[i]) continue;
      Reading reading = rows[i].value;
      const std::int64_t installation = where[i]->installation_id;
      reading.installation_id = {installation};
      reading.route_id = {where[i]->route_id};
      if (!rows[i].recorded_by.empty()) reading.recorded_by = UserId{users.at(rows[i].recorded_by)};
      const CheckContext checks{where[i]->register_digits, registers_of(history, installation, reading.billing_month.plus(-1)),
                          registers_of(history, installation, reading.billing_month.plus(-2))};
      const auto finding = check(reading, checks);
      if (finding && !refused(*finding) && !rows[i].quality_given) reading.quality = Quality::kSuspect;
      if (finding && refused(*finding)) {
        report(*finding, rows[i], checks, i, verdicts);
        continue;
      }
      const auto [entry, is_new] = history.try_emplace({installation, reading.billing_month.yyyymm, static_cast<int>(reading.kind)}, reading);
      if (!is_new) {
        const Reading& had = entry->second;
        if (had.read_at == reading.read_at && had.source == reading.source && had.quality == reading.quality &&
            had.registers == reading.registers && had.recorded_by == reading.recorded_by) {
          verdicts.unchanged(i);
          continue;
        }
        if (issued.contains(reading.billing_month.yyyymm)) {
          verdicts.reject(i, "billing_month", "meter_reading.issued", "a month whose bills are not issued yet", reading.billing_month.to_string());
          continue;
        }
        reading.seq = had.seq + 1;
        reading.route_id = had.route_id;  // it supersedes that one, so it stays in its shard
        entry->second = reading;
      }
      if (finding) report(*finding, rows[i], checks, i, verdicts);
      fresh.push_back(reading);
    }
    if (!fresh.empty()) load_readings(session, fresh);
  }

  std::unordered_map<std::string, std::vector<Installed>> meters_;
  files::ImportedMonths months_;
};

}  // namespace

files::ImportKind reading_import() {
  return {"readings", "Readings of meters. Another reading of the same meter, month and kind supersedes the one before.",
          {{"billing_month", true, "yyyy-mm", "the month it is billed in"},
           {"asset_no", true, "a number", "the meter"},
           {"kind", false, "regular, installation or removal; empty: regular", "when in the meter's life"},
           {"read_at", true, "2026-10-31 16:00:00 (the utility's zone) or with an offset", "when it was read"},
           {"source", false, "manual, remote, import, estimate or self; empty: import", "how"},
           {"quality", false, "actual, estimated, suspect or missing; empty: decided by the checks", "how far to trust it"},
           {"total", false, "kWh, up to four decimals", "active energy, all periods"},
           {"sharp", false, "kWh, up to four decimals", "尖"},
           {"peak", false, "kWh, up to four decimals", "峰"},
           {"flat", false, "kWh, up to four decimals", "平"},
           {"valley", false, "kWh, up to four decimals", "谷"},
           {"deep", false, "kWh, up to four decimals", "深谷"},
           {"reactive_forward", false, "kvarh, up to four decimals", "reactive energy, forward"},
           {"reactive_reverse", false, "kvarh, up to four decimals", "reactive energy, reverse"},
           {"reverse_total", false, "kWh, up to four decimals", "active energy fed in"},
           {"max_demand", false, "kW, up to three decimals", "largest demand, before the ratio"},
           {"recorded_by", false, "a username", "who read it"}},
          "Indexes as the dial shows them, before the ratio. Refused: unknown meter, a time outside the month (three days before it "
          "begins to ten days after it ends), more digits than the dial has. Reported and, where the quality is left to Watthour, suspect: "
          "a falling index that is no rollover, ten times the month before, periods that do not add up to the total.",
          [] { return std::make_unique<ReadingImporter>(); }};
}

}  // namespace mis::meter_reading
