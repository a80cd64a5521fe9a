#include "db/demo/payers.hpp"

#include <algorithm>

#include "db/demo/account_rows.hpp"
#include "db/demo/random.hpp"
#include "db/demo/story.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::demo {
namespace {

constexpr Money kMostAtTheBank{100'000'000};  // whoever owes a million and more does not pay over the bank's counter

}  // namespace

bool pays_at_the_bank(const CountyLayout& layout, std::int64_t account_id) {
  const auto accounts = static_cast<std::int64_t>(layout.accounts.size());
  const std::int64_t ppm = std::min<std::int64_t>(250'000, kMostBankPayers * std::int64_t{1'000'000} / accounts);
  return Random(layout.options.seed, Stream::kMoney, static_cast<std::uint64_t>(account_id)).chance_ppm(ppm);
}

std::vector<Payer> with_bills(db::Session& session, const CountyLayout& layout, const std::vector<std::int64_t>& account_ids) {
  std::vector<Payer> payers;
  for (const auto id : account_ids) {
    const auto bills = receivables::newest_bills(session, {id}, layout.options.last_month.first_day(), 1);
    if (!bills.empty() && bills[0].month == layout.options.last_month && bills[0].amount.value > 0) payers.push_back({{id}, account_no_of(id), bills[0].amount});
  }
  return payers;
}

std::vector<payment_channels::BankPayment> bank_payments(db::Session& session, const CountyLayout& layout, Date day) {
  std::vector<std::int64_t> ids;
  for (std::int64_t id = 1; id <= static_cast<std::int64_t>(layout.accounts.size()); ++id)
    if (pays_at_the_bank(layout, id)) ids.push_back(id);
  auto payers = with_bills(session, layout, ids);
  std::erase_if(payers, [](const Payer& p) { return p.bill > kMostAtTheBank; });
  // Nobody comes in the order of account numbers.
  const auto turn = [&](const Payer& p) { return Random(layout.options.seed, Stream::kMoney, static_cast<std::uint64_t>(p.account.value), 1).next(); };
  std::sort(payers.begin(), payers.end(), [&](const Payer& a, const Payer& b) { return turn(a) < turn(b); });
  const auto morning = moment(day, 8, 30).micros, evening = moment(day, 20).micros;
  std::vector<payment_channels::BankPayment> payments;
  for (std::size_t i = 0; i < payers.size(); ++i)
    payments.push_back({payers[i].account_no, payers[i].bill, {morning + (evening - morning) / static_cast<std::int64_t>(payers.size()) * static_cast<std::int64_t>(i)}});
  return payments;
}

std::vector<Payer> counter_payers(db::Session& session, const CountyLayout& layout, int counter, int counters) {
  const auto accounts = static_cast<std::int64_t>(layout.accounts.size());
  Random random(layout.options.seed, Stream::kMoney, static_cast<std::uint64_t>(counter), 2);
  std::vector<std::int64_t> ids;
  for (int tried = 0; tried < 4 * kCounterReceipts; ++tried) {
    const auto id = random.between(1, accounts);
    // Each counter has its own accounts, so no two take money for the same one.
    if (id % counters != counter || pays_at_the_bank(layout, id) || std::find(ids.begin(), ids.end(), id) != ids.end()) continue;
    ids.push_back(id);
  }
  auto payers = with_bills(session, layout, ids);
  if (payers.size() > kCounterReceipts) payers.resize(kCounterReceipts);
  return payers;
}

}  // namespace mis::demo
