// Statements of the bank that collects, and what nobody knows until somebody does.
#include <algorithm>

#include <fmt/format.h>

#include "modules/payment_channels/reconcile.hpp"
#include "modules/payment_channels/statements.hpp"
#include "tests/sim/debits.hpp"
#include "tests/sim/jobs.hpp"

using namespace mis;
using namespace mis::payment_channels;

namespace sim {
namespace {

std::string yuan(Fen fen) { return fmt::format("{}.{:02}", fen / 100, fen % 100); }

std::string amount_xml(Fen fen) { return "<Amt Ccy=\"CNY\">" + yuan(fen < 0 ? -fen : fen) + "</Amt><CdtDbtInd>" + (fen < 0 ? "DBIT" : "CRDT") + "</CdtDbtInd>"; }

std::string balance_xml(const char* code, Fen fen, const std::string& day) {
  return fmt::format("<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp>{}<Dt><Dt>{}</Dt></Dt></Bal>", code, amount_xml(fen), day);
}

}  // namespace

void Debits::statement() {
  std::vector<Entry> entries;
  for (int i = 0, n = 1 + town_.below(5); i < n; ++i) {
    Entry entry;
    entry.reference = town_.name("E");
    entry.booked_on = town_.day();
    entry.value_on = town_.one_in(3) ? town_.day() - town_.below(20) : town_.day();
    std::vector<Batch*> paid;
    std::vector<Debit*> debits;
    for (auto& batch : batches_) {
      if (paid_of(batch) > 0 && batch.settlements == 0) paid.push_back(&batch);
      for (auto& debit : batch.debits)
        if (debit.has_money()) debits.push_back(&debit);
    }
    const int what = town_.below(12);
    if (what < 4 && !paid.empty()) {  // a batch's money, named or known by its amount alone
      const auto& batch = *town_.one_of(paid);
      entry.amount = paid_of(batch) + (town_.one_in(12) ? 1 : 0);
      entry.remittance = town_.one_in(3) ? "清算" : "代扣 " + batch.no;
    } else if (what < 7) {
      const auto account = town_.some_account();
      entry.amount = town_.some_amount(account, entry.value_on);
      entry.remittance = "电费 " + make_account_no(account) + (town_.one_in(8) ? " " + make_account_no(town_.some_account()) : "");
    } else if (what < 9 && !debits.empty()) {
      const auto& debit = *town_.one_of(debits);
      entry.amount = -debit.paid;
      entry.end_to_end = debit.id;
      entry.reversal = true;
      entry.remittance = "退票";
    } else if (what == 9) {
      entry.amount = -town_.up_to(500);
      entry.remittance = "手续费";
    } else if (what == 10 && !told_.empty()) {
      entry = town_.one_of(told_);
      if (std::any_of(entries.begin(), entries.end(), [&](const Entry& other) { return other.reference == entry.reference; })) continue;
    } else {
      entry.amount = town_.up_to(20'000);
      entry.remittance = "谢谢";
    }
    entries.push_back(entry);
  }
  if (entries.empty()) return;
  Fen sum = 0;
  std::string inside;
  for (const auto& e : entries) {
    sum += e.amount;
    inside += fmt::format("<Ntry>{}{}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{}</Dt></BookgDt><ValDt><Dt>{}</Dt></ValDt><AcctSvcrRef>{}</AcctSvcrRef><BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd><NtryDtls><TxDtls>",
                          amount_xml(e.amount), e.reversal ? "<RvslInd>true</RvslInd>" : "", Date{e.booked_on}.to_string(), Date{e.value_on}.to_string(), e.reference);
    inside += e.end_to_end.empty() ? "" : "<Refs><EndToEndId>" + e.end_to_end + "</EndToEndId></Refs>";
    inside += fmt::format("{}<RmtInf><Ustrd>{}</Ustrd></RmtInf>{}</TxDtls></NtryDtls></Ntry>", amount_xml(e.amount), e.remittance, e.reversal ? "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" : "");
  }
  const auto id = town_.name("S"), today = town_.today().to_string();
  const auto text = R"(<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M)" + id + "</MsgId><CreDtTm>" + today +
                    "T20:00:00</CreDtTm></GrpHdr><Stmt><Id>" + id + "</Id><Acct><Id><Othr><Id>110900123</Id></Othr></Id></Acct>" + balance_xml("OPBD", 10'000'000, today) +
                    balance_xml("CLBD", 10'000'000 + sum, today) + inside + "</Stmt></BkToCstmrStmt></Document>";
  const auto loaded = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto done = StatementService(desk.services()).load(s, channel_, {"statement.xml", text}, kClerk);
    if (!done) return std::move(done).error();
    return fmt::format("{} {}", done->id, done->job ? done->job->value : 0);
  });
  if (loaded.starts_with("error")) town_.expect("a statement", "a number", loaded);
  std::size_t behind = 0;
  const std::int64_t file = std::stoll(loaded, &behind), job = std::stoll(loaded.substr(behind));
  town_.expect("a statement is taken", "done", town_.ask([&](const Desk& desk) { return run_job(desk, statement_job(desk.services()), job, file); }));

  std::vector<Difference> differences;
  std::vector<Receipt> fresh;
  std::vector<std::pair<std::int64_t, const Entry*>> transfers;
  std::string expected, found;
  for (const auto& entry : entries) {
    if (std::any_of(told_.begin(), told_.end(), [&](const Entry& other) { return other.reference == entry.reference; })) continue;
    Receipt receipt;
    receipt.amount = entry.amount;
    receipt.value_on = entry.value_on;
    receipt.booked_on = entry.booked_on;
    receipt.state = take(entry, receipt, differences);
    expected += receipt.state + "; ";
    fresh.push_back(receipt);
    told_.push_back(entry);
  }
  {
    auto s = town_.books.app().lease();
    std::size_t i = 0;
    for (auto rows = s->query("SELECT receipt_id, state FROM payment_channels_receipt WHERE file_id = ? ORDER BY seq", file); rows.next(); ++i) {
      found += rows.text(1) + "; ";
      if (i < fresh.size()) fresh[i].id = rows.i64(0);
    }
  }
  town_.expect("movements of a statement", expected, found);
  // Transfers are paid when all movements are known, in their order.
  std::size_t next = 0;
  town_.auditor.sit();
  for (auto it = told_.end() - static_cast<std::ptrdiff_t>(fresh.size()); it != told_.end(); ++it, ++next)
    if (fresh[next].state == "paid")
      for (std::int64_t account = kFirstAccount; account < kFirstAccount + kAccounts; ++account)
        if (it->remittance.find(make_account_no(account)) != std::string::npos)
          town_.auditor.pay(fresh[next].reference = fmt::format("transfer/{}", fresh[next].id), account, it->amount, std::min(it->value_on, town_.day()), town_.day(), {kBank, channel_.id});
  town_.auditor.rise();
  for (const auto& receipt : fresh) {
    receipts_.push_back(receipt);
    town_.count("receipts " + receipt.state);
  }
  expect_differences(differences);
  town_.count("statements");
}

std::string Debits::take(const Entry& entry, Receipt& receipt, std::vector<Difference>& differences) {
  if (entry.amount < 0) {
    if (!entry.reversal) return "noted";
    for (std::size_t at = 0; at < batches_.size(); ++at)
      for (const auto& debit : batches_[at].debits) {
        if (debit.id != entry.end_to_end) continue;
        const auto tells = [&](const Difference& d) { return d.debit == debit.id && d.kind == "returned" && d.state != "settled"; };
        if (debit.state == "returned" || std::any_of(differences_.begin(), differences_.end(), tells) || std::any_of(differences.begin(), differences.end(), tells)) return "bounced";
        differences.push_back({0, at, debit.id, "returned", "open", "", -entry.amount, entry.booked_on});
      }
    return "bounced";
  }
  auto& heads = town_.auditor.heads;
  const Place bank{kBank, channel_.id}, in_transit{kInTransit, channel_.id}, unidentified{kUnidentified, channel_.id};
  const auto arrives = [&](std::size_t batch) -> std::string {
    if (entry.amount > heads.of(in_transit)) {
      heads.move(entry.amount, bank, unidentified);
      return "unidentified";
    }
    heads.move(entry.amount, bank, in_transit);
    ++batches_[batch].settlements;
    receipt.batch = batch;
    return "settled";
  };
  std::vector<std::size_t> equal;
  for (std::size_t at = 0; at < batches_.size(); ++at) {
    const auto& batch = batches_[at];
    if (batch.settlements > 0 || paid_of(batch) != entry.amount || (batch.state != "sent" && batch.state != "closed")) continue;
    if (entry.remittance.ends_with(" " + batch.no)) return arrives(at);
    equal.push_back(at);
  }
  int named = 0;
  for (std::int64_t account = kFirstAccount; account < kFirstAccount + kAccounts; ++account) named += entry.remittance.find(make_account_no(account)) != std::string::npos ? 1 : 0;
  if (named == 1) return "paid";
  if (equal.size() == 1) return arrives(equal.front());
  if (equal.size() > 1) {
    receipt.batch = equal.front();
    ++batches_[equal.front()].settlements;
    return "proposed";
  }
  heads.move(entry.amount, bank, unidentified);
  return "unidentified";
}

// ── What nobody knew ────────────────────────────────────────────────────────────────────────────────────────────────

void Debits::find_owner() {
  std::vector<Receipt*> some;
  for (auto& receipt : receipts_)
    if (receipt.state == "unidentified" || town_.one_in(40)) some.push_back(&receipt);
  if (some.empty()) return;
  auto& receipt = *town_.one_of(some);
  const auto account = town_.one_in(15) ? kNobody : town_.some_account();
  // The clerk is who has receipts taken away from accounts.
  const auto who = receipt.was_taken_away && !town_.one_in(3) ? kSupervisor : kClerk;
  const auto answer = town_.staff(who, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto done = StatementService(desk.services()).assign(s, channel_, receipt.id, make_account_no(account), person(who));
    if (!done) return std::move(done).error();
    return done->state;
  });
  if (receipt.state != "unidentified") return town_.expect("a receipt that is known", "error payment_channels.receipt_state", answer);
  if (receipt.was_taken_away && who == kClerk) return town_.expect("one person alone gives what was taken away", "error security.second_person", answer);
  if (account == kNobody) return town_.expect("a receipt of nobody", "error customers.no_account", answer);
  town_.expect("a receipt finds its owner", "assigned", answer);
  receipt.reference = fmt::format("assigned/{}/{}", receipt.id, ++receipt.payments);
  town_.auditor.pay(receipt.reference, account, receipt.amount, std::min(receipt.value_on, town_.day()), town_.day(), {kUnidentified, channel_.id});
  receipt.state = "assigned";
  town_.count("receipts assigned");
}

void Debits::send_back() {
  std::vector<Receipt*> some;
  for (auto& receipt : receipts_)
    if (receipt.state == "unidentified" || receipt.state == "returning" || town_.one_in(40)) some.push_back(&receipt);
  if (some.empty()) return;
  auto& receipt = *town_.one_of(some);
  if (receipt.state != "returning") {
    const auto answer = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
      auto done = StatementService(desk.services()).propose_return(s, channel_, receipt.id, "not ours", person(kClerk));
      if (!done) return std::move(done).error();
      return done->state;
    });
    if (receipt.state != "unidentified") return town_.expect("a receipt that is known", "error payment_channels.receipt_state", answer);
    town_.expect("a receipt is to go back", "returning", answer);
    receipt.state = "returning";
    if (town_.one_in(3)) return;
  }
  const bool alone = town_.one_in(8), approve = !town_.one_in(4);
  const auto who = alone ? kClerk : kSupervisor;
  const auto answer = town_.staff(who, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto done = StatementService(desk.services()).decide_return(s, channel_, receipt.id, approve, person(who));
    if (!done) return std::move(done).error();
    return done->state;
  });
  if (alone) return town_.expect("one person alone", "error security.second_person", answer);
  receipt.state = approve ? "returned" : "unidentified";
  town_.expect("a receipt goes back", receipt.state, answer);
  if (!approve) return;
  town_.auditor.heads.move(receipt.amount, {kUnidentified, channel_.id}, {kBank, channel_.id});
  town_.count("receipts sent back");
}

void Debits::take_away() {
  std::vector<Receipt*> some;
  for (auto& receipt : receipts_)
    if (receipt.state == "paid" || receipt.state == "assigned" || receipt.state == "retracting" || town_.one_in(40)) some.push_back(&receipt);
  if (some.empty()) return;
  auto& receipt = *town_.one_of(some);
  if (receipt.state != "retracting") {
    const auto answer = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
      auto done = StatementService(desk.services()).propose_retraction(s, channel_, receipt.id, "another account's", person(kClerk));
      if (!done) return std::move(done).error();
      return done->state;
    });
    if (receipt.state != "paid" && receipt.state != "assigned") return town_.expect("a receipt that is no account's", "error payment_channels.receipt_state", answer);
    town_.expect("a receipt is to be taken away", "retracting", answer);
    receipt.before = receipt.state;
    receipt.state = "retracting";
    if (town_.one_in(3)) return;
  }
  const bool alone = town_.one_in(8), approve = !town_.one_in(4);
  const auto who = alone ? kClerk : kSupervisor;
  const auto answer = town_.staff(who, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto done = StatementService(desk.services()).decide_retraction(s, channel_, receipt.id, approve, person(who));
    if (!done) return std::move(done).error();
    return done->state;
  });
  if (alone) return town_.expect("one person alone", "error security.second_person", answer);
  const bool was_transfer = receipt.before == "paid";
  if (!approve) {
    receipt.state = receipt.before;
    return town_.expect("a receipt stays with its account", receipt.state, answer);
  }
  if (const auto error = town_.auditor.take_back(receipt.reference, town_.day()); !error.empty()) return town_.expect("a receipt that cannot be taken away", "error " + error, answer);
  town_.expect("a receipt is taken away", "unidentified", answer);
  if (was_transfer) town_.auditor.heads.move(receipt.amount, {kBank, channel_.id}, {kUnidentified, channel_.id});
  receipt.state = "unidentified";
  receipt.was_taken_away = true;
  town_.count("receipts taken away");
}

void Debits::know_again() {
  std::vector<Receipt*> some;
  for (auto& receipt : receipts_)
    if (receipt.state == "unidentified" || town_.one_in(40)) some.push_back(&receipt);
  if (some.empty()) return;
  auto& receipt = *town_.one_of(some);
  std::vector<std::size_t> sent, large;
  for (std::size_t at = 0; at < batches_.size(); ++at) {
    if (batches_[at].state != "sent" && batches_[at].state != "closed") continue;
    sent.push_back(at);
    if (not_arrived(at) >= receipt.amount) large.push_back(at);
  }
  std::optional<std::size_t> batch;
  StatementService::Origin origin;
  if (!sent.empty() && !town_.one_in(8)) {
    batch = town_.one_of(large.empty() || town_.one_in(8) ? sent : large);
    origin.batch_no = batches_[*batch].no;
  } else {
    origin.business_date = Date{receipt.booked_on - town_.below(3)};
  }
  const auto answer = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto done = StatementService(desk.services()).propose_settlement(s, channel_, receipt.id, origin, "asked the bank", person(kClerk));
    if (!done) return std::move(done).error();
    return done->state;
  });
  if (receipt.state != "unidentified") return town_.expect("a receipt that is known", "error payment_channels.receipt_state", answer);
  if (!batch || not_arrived(*batch) < receipt.amount) return town_.expect("a receipt of more than was brought", "error payment_channels.more_than_brought", answer);
  town_.expect("a receipt is to settle", "proposed", answer);
  receipt.state = "proposed";
  receipt.was_unidentified = true;
  receipt.batch = batch;
  ++batches_[*batch].settlements;
  town_.count("receipts proposed by hand");
}

Fen Debits::not_arrived(std::size_t batch) const {
  Fen left = paid_of(batches_[batch]);
  for (const auto& receipt : receipts_)
    if (receipt.batch == batch && (receipt.state == "settled" || receipt.state == "proposed")) left -= receipt.amount;
  return left;
}

void Debits::decide_arrival() {
  std::vector<Receipt*> some;
  for (auto& receipt : receipts_)
    if (receipt.state == "proposed") some.push_back(&receipt);
  if (some.empty()) return;
  auto& receipt = *town_.one_of(some);
  std::int64_t settlement = 0;
  if (auto s = town_.books.app().lease(); true)
    if (auto rows = s->query("SELECT settlement_id FROM payment_channels_receipt WHERE receipt_id = ?", receipt.id); rows.next()) settlement = rows.i64(0);
  const bool post = town_.one_in(2);
  auto& heads = town_.auditor.heads;
  const Place bank{kBank, channel_.id}, in_transit{kInTransit, channel_.id}, unidentified{kUnidentified, channel_.id};
  const auto decided = town_.staff(kSupervisor, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto done = SettlementService(desk.services()).decide(s, channel_, settlement, post, person(kSupervisor));
    if (!done) return std::move(done).error();
    return done->state;
  });
  if (post && receipt.amount > heads.of(in_transit)) return town_.expect("more than is in transit", "error payment_channels.more_than_in_transit", decided);
  town_.expect("a settlement is decided", post ? "posted" : "refused", decided);
  // What the statement itself proposed was in no account until now.
  if (post) heads.move(receipt.amount, receipt.was_unidentified ? unidentified : bank, in_transit);
  else if (!receipt.was_unidentified) heads.move(receipt.amount, bank, unidentified);
  receipt.state = post ? "settled" : "unidentified";
  receipt.was_unidentified = false;
  if (!post && receipt.batch) {
    --batches_[*receipt.batch].settlements;
    receipt.batch.reset();
  }
  town_.count("arrivals decided about");
}

}  // namespace sim
