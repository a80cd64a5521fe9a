#include "modules/metering/import.hpp"

#include <algorithm>

#include "mis/db/sequence.hpp"
#include "mis/files/lookup.hpp"
#include "modules/customers/customers.hpp"
#include "modules/metering/metering.hpp"

namespace mis::metering {
namespace {

using files::Comparison;
using files::RowReader;
using files::Verdicts;

constexpr std::int64_t kMaxPower = 10'000'000'000;  // 10 GVA or GW in VA or W

struct UsagePointRow {
  UsagePoint value;
  std::string account_no, parent_no;
};

class UsagePointImporter final : public files::RowImporter<UsagePointRow> {
  enum : int { kNo, kAccount, kKind, kTariff, kParent, kDeduction, kValue, kSide, kTransformer, kP0, kPk, kI0, kUk, kLossK, kLineLoss };

  UsagePointRow read_row(RowReader& row) override {
    UsagePointRow out;
    UsagePoint& u = out.value;
    u.usage_point_no = row.code(kNo, 20);
    out.account_no = row.digits(kAccount, 10, 10);
    u.kind = row.one_of(kKind, kUsagePointKinds);
    if (!row.empty(kTariff)) u.tariff_code = row.code(kTariff, 40);
    out.parent_no = row.code(kParent, 20);
    if (!row.empty(kDeduction)) u.deduction_kind = row.one_of(kDeduction, kDeductionKinds);
    // kWh as Wh for a quantity, a part of one as millionths for a ratio.
    const bool ratio = u.deduction_kind == "fixed_ratio";
    u.deduction_value = row.decimal(kValue, ratio ? 6 : 3, 0, ratio ? 1'000'000 : 1'000'000'000'000);
    u.metered_side = row.one_of(kSide, kMeteredSides, "hv");
    u.transformer_va = row.decimal(kTransformer, 3, 0, kMaxPower);
    u.p0_w = row.decimal(kP0, 3, 0, kMaxPower);
    u.pk_w = row.decimal(kPk, 3, 0, kMaxPower);
    u.i0_ppm = row.decimal(kI0, 4, 0, 1'000'000);
    u.uk_ppm = row.decimal(kUk, 4, 0, 1'000'000);
    u.loss_k_e4 = static_cast<int>(row.decimal(kLossK, 4, 0, 100'000));
    u.line_loss_ppm = static_cast<int>(row.decimal(kLineLoss, 4, 0, 1'000'000));
    if (u.deduction_kind && out.parent_no.empty()) row.complain(kParent, "metering.parent", "a usage point that it is deducted from", "nothing");
    if (out.parent_no == u.usage_point_no && !out.parent_no.empty()) row.complain(kParent, "metering.parent", "another usage point");
    return out;
  }

  void load_rows(db::Session& session, files::ImportContext&, const std::vector<UsagePointRow>& rows, Verdicts& verdicts) override {
    std::vector<std::string> numbers, account_nos;
    for (const UsagePointRow& row : rows) {
      numbers.push_back(row.value.usage_point_no);
      account_nos.push_back(row.account_no);
      if (!row.parent_no.empty()) numbers.push_back(row.parent_no);
    }
    std::unordered_map<std::string, UsagePoint> known;
    files::query_in(session,
                    "SELECT usage_point_no, usage_point_id, account_id, kind, tariff_code, parent_id, deduction_kind, deduction_value, metered_side, "
                    "transformer_va, p0_w, pk_w, i0_ppm, uk_ppm, loss_k_e4, line_loss_ppm FROM metering_usage_point WHERE usage_point_no IN (*)",
                    std::span<const std::string>(numbers), [&](db::Rows& row) {
                      UsagePoint u{{row.i64(1)}, {row.i64(2)}, row.text(0), row.text(3), row.text_or_null(4), {}, row.text_or_null(6), row.i64(7), row.text(8),
                                   row.i64(9), row.i64(10), row.i64(11), row.i64(12), row.i64(13), row.i32(14), row.i32(15)};
                      if (!row.is_null(5)) u.parent_id = UsagePointId{row.i64(5)};
                      known.emplace(row.text(0), std::move(u));
                    });
    const auto accounts = files::ids_of(session, "SELECT account_no, account_id FROM customers_account_label WHERE account_no IN (*)", account_nos);

    // Ids are given out as rows turn out to be new, so that a child may stand right behind its parent. The sequence's row is
    // locked by reading where it stands, and moved on behind the ids that were used.
    std::vector<UsagePoint> fresh;
    const std::int64_t first_id = db::take_block(session, kUsagePointSequence, 0);
    std::int64_t next_id = first_id;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      UsagePoint point = rows[i].value;
      const auto account = accounts.find(rows[i].account_no);
      if (account == accounts.end()) {
        verdicts.reject(i, "account_no", "customers.unknown_account", "an account that is loaded", rows[i].account_no);
        continue;
      }
      point.account_id = {account->second};
      if (!rows[i].parent_no.empty()) {
        const auto parent = known.find(rows[i].parent_no);
        if (parent == known.end()) {
          verdicts.reject(i, "parent_usage_point_no", "metering.unknown_parent", "a usage point that is loaded or stands above in the file", rows[i].parent_no);
          continue;
        }
        point.parent_id = parent->second.usage_point_id;
      }
      if (const auto had = known.find(point.usage_point_no); had != known.end()) {
        compare(had->second, point).judge(verdicts, i);
        continue;
      }
      point.usage_point_id = {next_id++};
      known.emplace(point.usage_point_no, point);
      fresh.push_back(std::move(point));
    }
    if (fresh.empty()) return;
    db::advance_sequence(session, kUsagePointSequence, next_id - 1);
    load_usage_points(session, fresh);
  }

  static Comparison compare(const UsagePoint& had, const UsagePoint& found) {
    return Comparison()
        .on("account_no", had.account_id, found.account_id)
        .on("kind", had.kind, found.kind)
        .on("tariff_code", had.tariff_code, found.tariff_code)
        .on("parent_usage_point_no", had.parent_id, found.parent_id)
        .on("deduction_kind", had.deduction_kind, found.deduction_kind)
        .on("deduction_value", had.deduction_value, found.deduction_value)
        .on("metered_side", had.metered_side, found.metered_side)
        .on("transformer_kva", had.transformer_va, found.transformer_va)
        .on("p0_kw", had.p0_w, found.p0_w)
        .on("pk_kw", had.pk_w, found.pk_w)
        .on("i0_percent", had.i0_ppm, found.i0_ppm)
        .on("uk_percent", had.uk_ppm, found.uk_ppm)
        .on("loss_k", had.loss_k_e4, found.loss_k_e4)
        .on("line_loss_percent", had.line_loss_ppm, found.line_loss_ppm);
  }
};

class MeterImporter final : public files::RowImporter<Meter> {
  enum : int { kNo, kKind, kDigits, kMaker, kMade };

  Meter read_row(RowReader& row) override {
    Meter out;
    out.asset_no = row.code(kNo, 24);
    out.kind = row.one_of(kKind, kMeterKinds);
    out.register_digits = static_cast<int>(row.integer(kDigits, 3, 10));
    out.maker = row.text(kMaker, 40);
    out.made_on = row.date(kMade);
    return out;
  }

  void load_rows(db::Session& session, files::ImportContext&, const std::vector<Meter>& rows, Verdicts& verdicts) override {
    std::vector<std::string> numbers;
    for (const Meter& row : rows) numbers.push_back(row.asset_no);
    std::unordered_map<std::string, Meter> known;
    files::query_in(session, "SELECT asset_no, kind, register_digits, maker, made_on FROM metering_meter WHERE asset_no IN (*)",
                    std::span<const std::string>(numbers),
                    [&](db::Rows& row) { known.emplace(row.text(0), Meter{{}, row.text(0), row.text(1), row.i32(2), row.text(3), row.date(4)}); });
    std::vector<Meter> fresh;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto [entry, is_new] = known.emplace(rows[i].asset_no, rows[i]);
      if (is_new) {
        fresh.push_back(rows[i]);
        continue;
      }
      const Meter& had = entry->second;
      Comparison().on("kind", had.kind, rows[i].kind).on("register_digits", had.register_digits, rows[i].register_digits)
          .on("maker", had.maker, rows[i].maker).on("made_on", had.made_on, rows[i].made_on).judge(verdicts, i);
    }
    if (fresh.empty()) return;
    std::int64_t id = db::take_block(session, kMeterSequence, static_cast<std::int64_t>(fresh.size()));
    for (Meter& row : fresh) row.meter_id = {id++};
    load_meters(session, fresh);
  }
};

struct InstallationRow {
  std::string usage_point_no, asset_no;
  Installation value;
};

class InstallationImporter final : public files::RowImporter<InstallationRow> {
  enum : int { kPoint, kAsset, kFrom, kTo, kCt, kPt };

  InstallationRow read_row(RowReader& row) override {
    InstallationRow out;
    out.usage_point_no = row.code(kPoint, 20);
    out.asset_no = row.code(kAsset, 24);
    out.value.valid.from = row.date(kFrom);
    out.value.valid.to = row.date(kTo, kForever);
    out.value.ct_ratio = static_cast<int>(row.integer(kCt, 1, 100'000, 1));
    out.value.pt_ratio = static_cast<int>(row.integer(kPt, 1, 100'000, 1));
    if (out.value.valid.empty()) row.complain(kTo, "metering.empty_period", "a day behind valid_from");
    return out;
  }

  struct Point {
    std::int64_t usage_point_id = 0, account_id = 0;
  };

  void load_rows(db::Session& session, files::ImportContext&, const std::vector<InstallationRow>& rows, Verdicts& verdicts) override {
    std::vector<std::string> points, assets;
    for (const InstallationRow& row : rows) {
      points.push_back(row.usage_point_no);
      assets.push_back(row.asset_no);
    }
    std::unordered_map<std::string, Point> usage_points;
    files::query_in(session, "SELECT usage_point_no, usage_point_id, account_id FROM metering_usage_point WHERE usage_point_no IN (*)",
                    std::span<const std::string>(points), [&](db::Rows& row) { usage_points.emplace(row.text(0), Point{row.i64(1), row.i64(2)}); });
    const auto meters = files::ids_of(session, "SELECT asset_no, meter_id FROM metering_meter WHERE asset_no IN (*)", assets);
    std::vector<std::int64_t> meter_ids;
    for (const auto& [asset, id] : meters) meter_ids.push_back(id);
    std::unordered_map<std::int64_t, std::vector<Installation>> known;  // by meter
    files::query_in(session, "SELECT meter_id, usage_point_id, valid_from, valid_to, ct_ratio, pt_ratio FROM metering_installation WHERE meter_id IN (*)",
                    std::span<const std::int64_t>(meter_ids), [&](db::Rows& row) {
                      known[row.i64(0)].push_back({{}, {row.i64(1)}, {row.i64(0)}, {row.date(2), row.date(3)}, row.i32(4), row.i32(5)});
                    });
    std::vector<Installation> fresh;
    std::vector<customers::AssetKey> keys;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Installation found = rows[i].value;
      const auto point = usage_points.find(rows[i].usage_point_no);
      const auto meter = meters.find(rows[i].asset_no);
      if (point == usage_points.end()) {
        verdicts.reject(i, "usage_point_no", "metering.unknown_usage_point", "a usage point that is loaded", rows[i].usage_point_no);
        continue;
      }
      if (meter == meters.end()) {
        verdicts.reject(i, "asset_no", "metering.unknown_meter", "a meter that is loaded", rows[i].asset_no);
        continue;
      }
      found.usage_point_id = {point->second.usage_point_id};
      found.meter_id = {meter->second};
      std::vector<Installation>& others = known[meter->second];
      const Installation* same = nullptr;
      const Installation* overlap = nullptr;
      for (const Installation& other : others) {
        if (other.usage_point_id == found.usage_point_id && other.valid.from == found.valid.from) {
          same = &other;
        } else if (!other.valid.intersect(found.valid).empty()) {
          overlap = &other;
        }
      }
      if (same) {
        Comparison().on("valid_to", same->valid.to, found.valid.to).on("ct_ratio", same->ct_ratio, found.ct_ratio)
            .on("pt_ratio", same->pt_ratio, found.pt_ratio).judge(verdicts, i);
      } else if (overlap) {
        verdicts.reject(i, "valid_from", "metering.overlap", "a meter in one place at a time",
                        "an installation from " + overlap->valid.from.to_string() + " to " + overlap->valid.to.to_string());
      } else {
        others.push_back(found);
        keys.push_back({{point->second.account_id}, rows[i].asset_no});
        fresh.push_back(std::move(found));
      }
    }
    if (fresh.empty()) return;
    std::int64_t id = db::take_block(session, kInstallationSequence, static_cast<std::int64_t>(fresh.size()));
    for (Installation& row : fresh) row.installation_id = {id++};
    load_installations(session, fresh);
    load_new_keys(session, keys);
  }

  // A meter that comes back to an account has its search key already.
  static void load_new_keys(db::Session& session, std::vector<customers::AssetKey>& keys) {
    std::vector<std::string> assets;
    for (const customers::AssetKey& key : keys) assets.push_back(key.asset_no);
    const auto had = customers::accounts_with_asset_keys(session, assets);
    std::erase_if(keys, [&](const customers::AssetKey& key) {
      const auto [from, to] = had.equal_range(key.asset_no);
      return std::any_of(from, to, [&](const auto& entry) { return entry.second == key.account_id; });
    });
    if (!keys.empty()) customers::load_asset_search_keys(session, keys);
  }
};

}  // namespace

std::vector<files::ImportKind> metering_imports() {
  return {
      {"usage_points", "Usage points: where energy of an account is measured.",
       {{"usage_point_no", true, "at most 20 letters and digits", "its number, unique (the NMI of NEM12 files)"},
        {"account_no", true, "10 digits", "the account"},
        {"kind", true, "consumption or generation", "direction"},
        {"tariff_code", false, "a code", "where it differs from the agreement"},
        {"parent_usage_point_no", false, "a number", "the usage point that this one hangs under"},
        {"deduction_kind", false, "child_meter, fixed_quantity or fixed_ratio", "how it is taken off its parent"},
        {"deduction_value", false, "kWh (three decimals), or the ratio as 0.15 (six decimals)", "for fixed_quantity and fixed_ratio"},
        {"metered_side", false, "hv or lv; empty: hv", "lv: transformer loss is added"},
        {"transformer_kva", false, "kVA, up to three decimals", "rated capacity of the transformer"},
        {"p0_kw", false, "kW, up to three decimals", "no-load loss"},
        {"pk_kw", false, "kW, up to three decimals", "load loss"},
        {"i0_percent", false, "percent, up to four decimals", "no-load current"},
        {"uk_percent", false, "percent, up to four decimals", "short-circuit impedance"},
        {"loss_k", false, "up to four decimals", "correction of the load loss"},
        {"line_loss_percent", false, "percent, up to four decimals", "line loss that is added"}},
       "A child stands behind its parent. Load accounts before.", [] { return std::make_unique<UsagePointImporter>(); }},
      {"meters", "Meters as assets.",
       {{"asset_no", true, "at most 24 letters and digits", "the number on its barcode, unique; keep it text in spreadsheets"},
        {"kind", true, "single_phase, three_phase or multi_function", "what it is"},
        {"register_digits", true, "3 to 10", "digits before the point: where the register rolls over"},
        {"maker", false, "at most 40 characters", "maker"},
        {"made_on", true, "yyyy-mm-dd", "day of manufacture"}},
       "", [] { return std::make_unique<MeterImporter>(); }},
      {"installations", "Which meter measures which usage point, and when.",
       {{"usage_point_no", true, "a number", "where"},
        {"asset_no", true, "a number", "which meter"},
        {"valid_from", true, "yyyy-mm-dd", "first day"},
        {"valid_to", false, "yyyy-mm-dd", "the day of removal; empty: still there"},
        {"ct_ratio", false, "a whole number; empty: 1", "current transformer"},
        {"pt_ratio", false, "a whole number; empty: 1", "voltage transformer"}},
       "A meter is in one place at a time. Start and end indexes are readings of kind installation and removal.",
       [] { return std::make_unique<InstallationImporter>(); }},
  };
}

}  // namespace mis::metering
