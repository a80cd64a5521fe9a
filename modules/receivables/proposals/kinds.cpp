#include "modules/receivables/proposals/kinds.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "modules/receivables/domain/bill_no.hpp"

namespace mis::receivables {

const Kind& kind_of(ProposalKind kind) {
  static const std::array<Kind, kProposalKinds> kKinds = {waive_late_kind(),     write_off_kind(),     recover_kind(),  refund_advance_kind(),  receive_deposit_kind(),
                                                          refund_deposit_kind(), apply_deposit_kind(), transfer_kind(), instalment_plan_kind(), cancel_plan_kind()};
  return *std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& k) { return k.kind == kind; });
}

Money Case::due(Date on) const {
  Money sum;
  for (const auto& item : items) sum += item.due(on);
  return sum;
}

BillKey Case::bill(const nlohmann::json& bill_no) const { return parse_bill_no(bill_no.get<std::string>(), account, account_no).value_or(BillKey{}); }

Money read_amount(http::Fields& body) {
  const Money amount = body.money("amount");
  if (amount.value < 0 || amount > kMostMoney) body.complain("amount", "field.range", fmt::format("expected an amount of 0.01 to {} yuan but found {}", format_yuan(kMostMoney), format_yuan(amount)));
  return amount;
}

void check_bill_no(http::Fields& body, std::string_view field, const std::string& text, AccountId account, const std::string& account_no) {
  if (text.empty() || parse_bill_no(text, account, account_no)) return;
  body.complain(field, "field.bill_no", fmt::format("expected a bill of the account like 202610-{}-1 but found \"{}\"", account_no, text));
}

std::string read_bill_no(http::Fields& body, std::string_view field, AccountId account, const std::string& account_no) {
  auto text = body.text(field, {.max_length = 40});
  check_bill_no(body, field, text, account, account_no);
  return text;
}

void read_bank_account(http::Fields& body, nlohmann::json& detail) {
  detail["bank_account_name"] = body.text("bank_account_name", {.max_length = 100});
  detail["bank_account_no"] = body.text("bank_account_no", {.min_length = 5, .max_length = 34, .characters = http::TextRule::Characters::kDigits});
}

Money amount_of(const nlohmann::json& yuan) { return parse_yuan(yuan.get<std::string>()).value_or(Money{}); }

Result<ledger::TransactionKey> post_today(const Case& c, ledger::Template what, std::vector<ledger::Posting> postings) {
  return ledger::post(c.database, c.session, {what, c.today, c.today, c.at, c.approved_by, c.reason, std::move(postings)});
}

void refresh_bills(db::Session& session, std::span<const BillKey> bills) { write_items(session, replay_items(session, bills)); }

void waive_late(const Case& c, const BillKey& bill, Money amount) {
  c.session.execute("INSERT INTO receivables_late_waiver (account_id, billing_month, revision, amount_fen, reason, requested_by, approved_by, waived_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", bill.account,
                    bill.month, bill.revision, amount, c.reason, c.proposed_by, c.approved_by, c.at);
}

}  // namespace mis::receivables
