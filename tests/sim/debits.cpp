// Mandates, batches, results, and what contradicts.
#include "tests/sim/debits.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "modules/payment_channels/debit_batch.hpp"
#include "modules/payment_channels/debit_results.hpp"
#include "modules/payment_channels/mandates.hpp"
#include "tests/sim/jobs.hpp"

using namespace mis;
using namespace mis::payment_channels;

namespace sim {
namespace {

constexpr int kAnswerDays = 3;
constexpr const char* kProfile = R"({"transport": "rest", "debits": {"format": "text", "basis": "due"}})";

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

std::string yuan(Fen fen) { return fmt::format("{}.{:02}", fen / 100, fen % 100); }

}  // namespace

Debits::Debits(Town& town) : town_(town) {
  Channel channel;
  channel.code = "POST";
  channel.name = "邮政";
  channel.profile_text = kProfile;
  channel.profile = must(parse_channel_profile(kProfile));
  channel_ = must(town_.books.app().transact([&](db::Session& s) { return save_channel(s, channel, books::Books::at("2025-11-01"), kSupervisor); }));
}

void Debits::act() {
  if (mandates_.size() < 3) sign();
  for (int i = 0, n = 1 + town_.below(3); i < n; ++i) act_once();
}

void Debits::act_once() {
  switch (town_.below(27)) {
    case 0: case 1: return sign();
    case 2: return cancel_mandate();
    case 3: case 4: case 5: case 6: return gather();
    case 7: case 8: return send_or_cancel();
    case 9: case 10: case 11: case 12: return answer();
    case 13: return expire();
    case 14: case 15: return settle_one();
    case 16: return find_owner();
    case 17: return send_back();
    case 18: return decide_arrival();
    case 19: return know_again();
    case 20: return take_away();
    default: return statement();
  }
}

// ── Mandates ────────────────────────────────────────────────────────────────────────────────────────────────────────

void Debits::sign() {
  payment_channels::Mandate m;
  const auto account = town_.some_account();
  m.mandate_no = town_.name("M");
  m.account = {account};
  m.channel_id = channel_.id;
  m.state = MandateState::kActive;
  m.debtor = {"6222" + std::to_string(1000 + mandates_.size()), "张瑋", "102100000089"};
  m.signed_on = town_.today() + (town_.one_in(8) ? 1 : 0);
  if (town_.one_in(4)) m.most = Money{town_.up_to(30'000)};
  const auto answer = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto done = sign_mandate(desk.database(), s, m, {desk.services().clock.now(), MandateSource::kStaff, kClerk});
    if (!done) return std::move(done).error();
    return std::string("signed");
  });
  if (std::any_of(mandates_.begin(), mandates_.end(), [&](const auto& other) { return other.active && other.account == account; }))
    return town_.expect("a second mandate", "error payment_channels.account_has_mandate", answer);
  town_.expect("a mandate", "signed", answer);
  mandates_.push_back({m.mandate_no, m.debtor.number, account, true, m.signed_on.days, m.most ? std::optional(m.most->value) : std::nullopt});
  town_.count("mandates");
}

void Debits::cancel_mandate() {
  if (mandates_.empty()) return;
  auto& mandate = town_.one_of(mandates_);
  const auto answer = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto done = payment_channels::cancel_mandate(s, mandate.no, {desk.services().clock.now(), MandateSource::kStaff, kClerk});
    if (!done) return std::move(done).error();
    return std::string("cancelled");
  });
  town_.expect("a mandate is cancelled", "cancelled", answer);
  mandate.active = false;
}

// ── Batches ─────────────────────────────────────────────────────────────────────────────────────────────────────────

void Debits::gather() {
  // Mostly there is something to collect.
  const auto owes = [&](const Mandate& m) { return m.active && town_.auditor.due(m.account, town_.day()) > town_.auditor.advance(m.account); };
  if (std::none_of(mandates_.begin(), mandates_.end(), owes) && !town_.one_in(6)) return;
  const Date collect_on = town_.today() + town_.below(3);
  const auto made = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto done = DebitBatchService(desk.services()).create(s, channel_, {collect_on}, kClerk);
    if (!done) return std::move(done).error();
    return fmt::format("{} {} {}", done->id, done->job->value, done->batch_no);
  });
  if (made.starts_with("error")) town_.expect("a batch", "a number", made);
  Batch batch;
  std::size_t at = 0;
  batch.id = std::stoll(made, &at);
  const std::int64_t job = std::stoll(made.substr(at));
  batch.no = made.substr(made.rfind(' ') + 1);
  batch.collect_on = collect_on.days;
  batch.answer_by = batch.collect_on + kAnswerDays;
  town_.expect("a batch is gathered", "done", town_.ask([&](const Desk& desk) { return run_job(desk, debit_prepare_job(desk.services()), job, batch.id); }));
  std::string expected, found;
  for (std::int64_t account = kFirstAccount; account < kFirstAccount + kAccounts; ++account) {
    const auto mandate = std::find_if(mandates_.begin(), mandates_.end(), [&](const auto& m) { return m.active && m.account == account; });
    if (mandate == mandates_.end() || mandate->signed_on > batch.collect_on) continue;
    const auto waits = [&](const Batch& other) { return std::any_of(other.debits.begin(), other.debits.end(), [&](const Debit& debit) { return debit.account == account && debit.waits(); }); };
    if (std::any_of(batches_.begin(), batches_.end(), waits)) continue;
    const Fen amount = town_.auditor.due(account, batch.collect_on) - town_.auditor.advance(account);
    if (amount <= 0) continue;
    Debit debit{account, "", mandate->no, mandate->bank_account, amount, 0, mandate->most && amount > *mandate->most ? "cancelled" : "prepared", "", 0};
    expected += fmt::format("{} {} {} {}; ", account, amount, debit.state, debit.mandate);
    batch.debits.push_back(debit);
  }
  const bool empty = std::none_of(batch.debits.begin(), batch.debits.end(), [](const Debit& debit) { return debit.state == "prepared"; });
  batch.state = empty ? "cancelled" : "prepared";
  auto items = list_debits(*town_.books.app().lease(), batch.id, {}, 0, 1'000);
  std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.account < b.account; });
  for (const auto& item : items) found += fmt::format("{} {} {} {}; ", item.account.value, item.amount.value, name_of(item.state), item.mandate_ref);
  expected += batch.state;
  found += name_of(find_batch(*town_.books.app().lease(), channel_.id, batch.id)->state);
  town_.expect("what is collected on " + collect_on.to_string(), expected, found);
  for (std::size_t i = 0; i < items.size(); ++i) batch.debits[i].id = items[i].end_to_end_id;
  batches_.push_back(batch);
  town_.count(empty ? "empty batches" : "batches");
  if (!empty && !town_.one_in(3)) send_or_cancel();  // who waits finds its day over
}

Debits::Batch* Debits::some_batch(const char* state) {
  std::vector<Batch*> fitting;
  for (auto& batch : batches_)
    if (batch.state == state || town_.one_in(40)) fitting.push_back(&batch);
  return fitting.empty() ? nullptr : town_.one_of(fitting);
}

void Debits::send_or_cancel() {
  auto* batch = some_batch("prepared");
  if (batch == nullptr) return;
  const bool send = !town_.one_in(6);
  const auto answer = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    const DebitBatchService service(desk.services());
    auto done = send ? DebitBatchService(desk.services()).send(s, channel_, batch->id, kClerk) : DebitBatchService(desk.services()).cancel(s, channel_, batch->id);
    if (!done) return std::move(done).error();
    return std::string(name_of(done->state));
  });
  if (batch->state != "prepared") return town_.expect("a batch is sent twice", "error payment_channels.batch_state", answer);
  // Nothing goes out after its day, nor by a mandate that was cancelled meanwhile.
  const bool too_late = town_.day() > batch->collect_on;
  bool any = false;
  for (auto& debit : batch->debits) {
    if (debit.state != "prepared") continue;
    const auto mandate = std::find_if(mandates_.begin(), mandates_.end(), [&](const auto& m) { return m.no == debit.mandate; });
    if (send && !mandate->active) debit.state = "cancelled";
    else any = true;
  }
  batch->state = send && any && !too_late ? "sent" : "cancelled";
  town_.expect("a batch is sent", batch->state, answer);
  town_.count(batch->state == "sent" ? "batches sent" : "batches not sent");
  for (auto& debit : batch->debits)
    if (debit.state == "prepared") debit.state = batch->state;
}

// ── Results ─────────────────────────────────────────────────────────────────────────────────────────────────────────

std::string Debits::judge(Batch& batch, Debit& debit, Fen paid) {
  const bool waits = debit.state == "sent" || debit.state == "unknown";
  if (paid == 0) {
    if (waits) debit.state = "refused";
    return debit.has_money() ? "returned" : "";
  }
  if (paid > debit.amount) return "amount";
  if (!waits) return debit.has_money() ? (paid == debit.paid ? "" : "amount") : "paid_after";
  debit.state = paid == debit.amount ? "paid" : "partly";
  debit.paid = paid;
  debit.reference = fmt::format("debit/{}/{}", debit.id, ++debit.payments);
  town_.auditor.pay(debit.reference, debit.account, paid, std::min(batch.collect_on, town_.day()), town_.day(), {kInTransit, channel_.id});
  town_.count("debits paid");
  return "";
}

void Debits::answer() {
  auto* batch = some_batch(town_.one_in(4) ? "closed" : "sent");
  if (batch == nullptr || batch->debits.empty()) return;
  const auto at = static_cast<std::size_t>(batch - batches_.data());
  struct Line {
    Debit* debit;
    Fen paid;
  };
  std::vector<Line> lines;
  for (auto& debit : batch->debits) {
    if (town_.one_in(6)) continue;  // not told of yet
    Fen paid = town_.one_in(4) ? 0 : debit.amount;
    if (paid > 0 && town_.one_in(10)) paid = town_.up_to(debit.amount);
    if (town_.one_in(30)) paid = debit.amount + town_.up_to(100);
    if (debit.has_money() && !town_.one_in(4)) paid = debit.paid;  // the bank mostly says the same again
    if (debit.state == "refused" && !town_.one_in(4)) paid = 0;
    lines.push_back({&debit, paid});
    if (town_.one_in(15) && paid <= debit.amount) lines.push_back({&debit, town_.one_in(2) ? paid : 0});  // a line twice
  }
  const bool stranger = town_.one_in(12);
  if (lines.empty()) return;
  Fen sum = 0, paid_sum = 0;
  int count = 0, paid_count = 0;
  std::string text;
  const auto add = [&](const std::string& mandate, const std::string& bank_account, std::int64_t account, Fen amount, const std::string& id, Fen paid) {
    sum += amount;
    paid_sum += paid;
    paid_count += paid > 0 ? 1 : 0;
    text += fmt::format("{}|{}|{}|x|{}|{}|{}|202609|{}|{}|\r\n", ++count, mandate, bank_account, make_account_no(account), yuan(amount), id, yuan(paid), paid > 0 ? "0000" : "0001");
  };
  for (const auto& line : lines) add(line.debit->mandate, line.debit->bank_account, line.debit->account, line.debit->amount, line.debit->id, line.paid);
  const auto strange_id = town_.name("X");
  if (stranger) add("M1", "6222", kFirstAccount, 100, strange_id, 100);
  text = fmt::format("{}|{}|{}|{}\r\n", count, yuan(sum), paid_count, yuan(paid_sum)) + text;
  const auto loaded = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto done = DebitResultService(desk.services()).load(s, channel_, batch->id, {"result.txt", text}, kClerk);
    if (!done) return std::move(done).error();
    return fmt::format("{} {} {}", done->id, done->job->value, done->taken ? "taken" : "new");
  });
  if (batch->state != "sent" && batch->state != "closed") return town_.expect("a result of what was not sent", "error payment_channels.batch_state", loaded);
  if (loaded.starts_with("error")) town_.expect("a result", "a number", loaded);
  std::size_t behind = 0;
  const std::int64_t id = std::stoll(loaded, &behind), job = std::stoll(loaded.substr(behind));
  const bool fresh = loaded.ends_with("new");
  town_.expect("a result is taken", "done", town_.ask([&](const Desk& desk) { return run_job(desk, debit_result_job(desk.services()), job, id); }));
  if (!fresh) return;  // the same file again: nothing may have happened
  std::vector<Difference> expected;
  std::set<std::string> seen;
  for (const auto& line : lines) {
    const auto before = line.debit->state;
    if (line.paid > line.debit->amount || !seen.insert(line.debit->id).second) {  // no bank may say that
      expected.push_back({0, at, "", "unreadable", "open", "", {}, {}});
      continue;
    }
    const auto kind = judge(*batch, *line.debit, line.paid);
    if (!kind.empty()) expected.push_back({0, at, line.debit->id, kind, "open", "", line.paid, {}});
    if (line.debit->state != before)
      for (auto& d : differences_)
        if (d.debit == line.debit->id && d.kind == "unanswered") d.state = "settled";
  }
  if (stranger) expected.push_back({0, at, strange_id, "unknown_id", "open", "", 100, {}});
  expect_differences(expected);
  close_answered(*batch);
  town_.count("results");
}

void Debits::close_answered(Batch& batch) {
  if (batch.state == "sent" && std::none_of(batch.debits.begin(), batch.debits.end(), [](const Debit& debit) { return debit.waits(); })) batch.state = "closed";
  std::string expected = batch.state, found(name_of(find_batch(*town_.books.app().lease(), channel_.id, batch.id)->state));
  for (const auto& debit : batch.debits) expected += fmt::format("; {} {} {}", debit.account, debit.state, debit.has_money() ? debit.paid : 0);
  auto items = list_debits(*town_.books.app().lease(), batch.id, {}, 0, 1'000);
  std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.account < b.account; });
  for (const auto& item : items) {
    const bool money = item.state == DebitState::kPaid || item.state == DebitState::kPartly;
    found += fmt::format("; {} {} {}", item.account.value, name_of(item.state), money ? item.paid.value_or(Money{}).value : 0);
  }
  town_.expect("batch " + batch.no, expected, found);
}

void Debits::expire() {
  auto* batch = some_batch("sent");
  if (batch == nullptr) return;
  const auto answer = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto done = DebitBatchService(desk.services()).expire(s, channel_, batch->id);
    if (!done) return std::move(done).error();
    return std::to_string(*done);
  });
  if (batch->state != "sent") return town_.expect("a deadline of a batch that does not wait", "error payment_channels.batch_state", answer);
  if (town_.day() <= batch->answer_by) return town_.expect("a deadline that has not come", "error payment_channels.deadline", answer);
  std::vector<Difference> expected;
  for (auto& debit : batch->debits) {
    if (debit.state != "sent") continue;
    debit.state = "unknown";
    expected.push_back({0, static_cast<std::size_t>(batch - batches_.data()), debit.id, "unanswered", "open", "", {}, {}});
  }
  town_.expect("a deadline", std::to_string(expected.size()), answer);
  expect_differences(expected);
  town_.count("deadlines");
}

void Debits::expect_differences(std::vector<Difference> expected) {
  auto found = list_debit_differences(*town_.books.app().lease(), channel_.id, {}, last_difference_, 1'000);
  std::sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) { return std::tie(a.debit, a.kind, a.found) < std::tie(b.debit, b.kind, b.found); });
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return std::tuple(a.end_to_end_id, a.kind, a.found.value_or(Money{}).value) < std::tuple(b.end_to_end_id, b.kind, b.found.value_or(Money{}).value); });
  std::string expected_text, found_text;
  for (const auto& d : expected) expected_text += fmt::format("{} {} {}; ", d.debit, d.kind, d.found.value_or(0));
  for (const auto& d : found) found_text += fmt::format("{} {} {}; ", d.end_to_end_id, d.kind, d.found.value_or(Money{}).value);
  town_.expect("differences of debits", expected_text, found_text);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    expected[i].id = found[i].id;
    last_difference_ = std::max(last_difference_, found[i].id);
    differences_.push_back(expected[i]);
    town_.count("debit differences " + expected[i].kind);
  }
}

// ── What contradicts, settled by two people ─────────────────────────────────────────────────────────────────────────

Debits::Debit* Debits::debit_of(const Difference& difference) {
  for (auto& debit : batches_[difference.batch].debits)
    if (debit.id == difference.debit) return &debit;
  return nullptr;
}

void Debits::settle_one() {
  std::vector<Difference*> open;
  for (auto& d : differences_)
    if (d.state != "settled" || town_.one_in(30)) open.push_back(&d);
  if (open.empty()) return;
  auto& d = *town_.one_of(open);
  auto* debit = debit_of(d);
  const auto fits = [&](const std::string& how) {
    if (how == "ignore") return true;
    if (debit == nullptr) return false;
    if (how == "take_back") return debit->has_money();
    if (how == "take_in") return !debit->has_money() && debit->state != "prepared";
    return debit->state == "sent" || debit->state == "unknown";
  };
  if (d.state != "proposed") {
    constexpr DebitRemedy kHows[] = {DebitRemedy::kTakeIn, DebitRemedy::kTakeBack, DebitRemedy::kRefuse, DebitRemedy::kIgnore};
    const auto how = d.kind == "returned" && !town_.one_in(5) ? DebitRemedy::kTakeBack : kHows[town_.below(4)];
    const auto answer = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
      auto done = DebitDifferenceService(desk.services()).propose(s, channel_, d.id, how, "asked the bank", person(kClerk));
      if (!done) return std::move(done).error();
      return std::string("proposed");
    });
    if (d.state == "settled") return town_.expect("a difference settled before", "error payment_channels.difference_settled", answer);
    if (!fits(std::string(name_of(how)))) return town_.expect("a way that the debit does not have", "error payment_channels.not_this_way", answer);
    town_.expect("a proposal", "proposed", answer);
    d.state = "proposed";
    d.how = name_of(how);
    if (town_.one_in(3)) return;
  }
  const bool alone = town_.one_in(8);
  const auto who = alone ? kClerk : kSupervisor;
  const auto answer = town_.staff(who, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto done = DebitDifferenceService(desk.services()).approve(s, channel_, d.id, person(who));
    if (!done) return std::move(done).error();
    return std::string("settled");
  });
  if (alone) return town_.expect("one person alone", "error security.second_person", answer);
  const auto error = fits(d.how) ? settle(d) : "payment_channels.changed_meanwhile";
  town_.expect(fmt::format("{} of {} is settled by {}", d.kind, d.debit, d.how), error.empty() ? "settled" : "error " + error, answer);
  if (!error.empty()) return;
  d.state = "settled";
  close_answered(batches_[d.batch]);
  town_.count("debit differences settled");
}

std::string Debits::settle(Difference& d) {
  if (d.how == "ignore") return "";
  auto& debit = *debit_of(d);
  if (d.how == "take_back") {
    if (auto error = town_.auditor.take_back(debit.reference, town_.day()); !error.empty()) return error;
    debit.state = "returned";
    town_.count("debits returned");
    return "";
  }
  if (d.how == "refuse") {
    debit.state = "refused";
    return "";
  }
  const Fen amount = d.found.value_or(debit.amount);
  if (amount <= 0) return "receivables.bad_amount";
  debit.reference = fmt::format("debit/{}/{}", debit.id, ++debit.payments);
  town_.auditor.pay(debit.reference, debit.account, amount, std::min(d.found_on.value_or(town_.day()), town_.day()), town_.day(), {kInTransit, channel_.id});
  debit.paid = amount;
  debit.state = amount < debit.amount ? "partly" : "paid";
  return "";
}

Fen Debits::paid_of(const Batch& batch) const {
  Fen sum = 0;
  for (const auto& debit : batch.debits)
    if (debit.has_money()) sum += debit.paid;
  return sum;
}

}  // namespace sim
