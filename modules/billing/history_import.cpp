#include "modules/billing/history_import.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "mis/files/imported_months.hpp"
#include "mis/files/lookup.hpp"
#include "modules/billing/history_loader.hpp"

namespace mis::billing {
namespace {

using files::RowReader;
using files::Verdicts;

constexpr std::int64_t kMaxEnergy = 9'000'000'000'000'000;  // Wh and fen: far beyond any month, well inside int64

struct Row {
  std::string account_no;
  MigratedMonth value;
};

class HistoryImporter final : public files::RowImporter<Row> {
  enum : int { kMonth, kAccount, kEnergy, kAmount, kTier };

  Row read_row(RowReader& row) override {
    Row out;
    out.value.billing_month = row.month(kMonth);
    out.account_no = row.digits(kAccount, 10, 10);
    out.value.energy = {row.decimal(kEnergy, 3, -kMaxEnergy, kMaxEnergy)};
    out.value.amount = {row.decimal(kAmount, 2, -kMaxEnergy, kMaxEnergy)};
    out.value.tier_energy = {row.decimal(kTier, 3, 0, kMaxEnergy)};
    return out;
  }

  static BillingMonth last_month(files::ImportContext& context) {
    const auto today = local_date(context.clock.now()).ymd();
    return {static_cast<int>(today.year()) * 100 + static_cast<int>(static_cast<unsigned>(today.month()))};
  }

  Status prepare(files::ImportContext& context) override {
    std::set<BillingMonth> months;
    for (const Row& row : rows()) months.insert(row.value.billing_month);
    return months_.ensure(context, last_month(context), months);
  }

  void load_rows(db::Session& session, files::ImportContext& context, const std::vector<Row>& rows, Verdicts& verdicts) override {
    std::vector<std::string> numbers;
    BillingMonth from{999912}, to{0};
    for (const Row& row : rows) {
      numbers.push_back(row.account_no);
      from = std::min(from, row.value.billing_month);
      to = std::max(to, row.value.billing_month);
    }
    const auto accounts = files::ids_of(session, "SELECT account_no, account_id FROM customers_account_label WHERE account_no IN (*)", numbers);
    std::vector<std::int64_t> ids;
    for (const auto& [number, id] : accounts) ids.push_back(id);
    std::map<std::pair<std::int64_t, int>, MigratedMonth> known;
    const db::Param months[] = {from, to};
    files::query_in(session,
                    "SELECT account_id, billing_month, energy_wh, amount_fen, tier_energy_wh FROM billing_history "
                    "WHERE billing_month BETWEEN ? AND ? AND account_id IN (*)",
                    std::span<const std::int64_t>(ids), [&](db::Rows& row) {
                      known[{row.i64(0), row.i32(1)}] = {row.month(1), {row.i64(0)}, {row.i64(2)}, {row.i64(3)}, {row.i64(4)}};
                    }, months);
    std::vector<MigratedMonth> fresh;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      MigratedMonth found = rows[i].value;
      const auto account = accounts.find(rows[i].account_no);
      if (account == accounts.end()) {
        verdicts.reject(i, "account_no", "customers.unknown_account", "an account that is loaded", rows[i].account_no);
        continue;
      }
      if (found.billing_month > last_month(context)) {
        verdicts.reject(i, "billing_month", "billing.future_month", "a month up to " + last_month(context).to_string(), found.billing_month.to_string());
        continue;
      }
      found.account_id = {account->second};
      const auto [entry, is_new] = known.try_emplace({account->second, found.billing_month.yyyymm}, found);
      if (is_new) {
        fresh.push_back(found);
        continue;
      }
      const MigratedMonth& had = entry->second;
      files::Comparison().on("energy_kwh", had.energy, found.energy).on("amount_yuan", had.amount, found.amount)
          .on("tier_energy_kwh", had.tier_energy, found.tier_energy).judge(verdicts, i);
    }
    if (!fresh.empty()) load_history(session, fresh);
  }

  files::ImportedMonths months_;
};

}  // namespace

files::ImportKind history_import() {
  return {"history", "Months that the system before Watthour billed.",
          {{"billing_month", true, "yyyy-mm", "the month"},
           {"account_no", true, "10 digits", "the account"},
           {"energy_kwh", true, "kWh, up to three decimals", "what it used"},
           {"amount_yuan", true, "yuan, up to two decimals", "what it was billed"},
           {"tier_energy_kwh", false, "kWh, up to three decimals", "used of the tier year after this month; the next bill goes on from it"}},
          "Load accounts before.", [] { return std::make_unique<HistoryImporter>(); }};
}

}  // namespace mis::billing
