// The use cases of disconnection: propose, move on, find out that a debt is paid.
#include <fmt/format.h>

#include "mis/base/decimal.hpp"
#include "modules/customers/customers.hpp"
#include "modules/dunning/prepaid.hpp"
#include "modules/dunning/store.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::dunning {
namespace {

// What a case rests on, today.
struct Present {
  CaseFacts facts;
  Overdue overdue;
  Money balance;  // of a prepaid account
};

// A case is about its own bill and what was due no later. A newer bill that has become overdue meanwhile is no reason for this stop:
// it has had neither its own 30 days nor a reminder nor a notice.
bool is_debt_paid(db::Session& session, const Case& c, Date today) {
  for (const auto& item : receivables::due_of(session, c.account, today).items)
    if (item.outstanding.value > 0 && item.due_on <= c.due_on) return false;
  return true;
}

// When the case's newest message of this kind went out, if it has.
std::optional<Instant> sent_at(db::Session& session, const Case& c, Purpose purpose) {
  auto rows = session.query("SELECT m.state, m.finished_at FROM dunning_notice n LEFT JOIN outbox_message_state m ON m.message_id = n.message_id WHERE n.account_id = ? AND n.case_id = ? AND n.purpose = ? "
                            "ORDER BY n.notice_id DESC LIMIT 1", c.account, c.id, name_of(purpose));
  if (!rows.next() || rows.is_null(0) || rows.text(0) != "sent" || rows.is_null(1)) return {};
  return rows.instant(1);
}

Present present_of(const Services& services, db::Session& session, const Case& c) {
  const Date today = local_date(services.clock.now());
  Present p;
  p.facts.kind = c.kind;
  p.facts.state = c.state;
  p.facts.due_on = c.due_on;
  p.facts.important = c.important;
  p.facts.authority_told = !c.authority_copy.empty();
  p.facts.proposed_by = c.proposed_by;
  p.facts.release_asked_by = c.release_asked_by;
  p.facts.noticed_at = c.noticed_at;
  p.facts.stop_at = c.stop_at;
  p.facts.noticed_again_at = c.noticed_again_at;
  p.facts.notice_sent_at = sent_at(session, c, Purpose::kStopNotice);
  p.facts.last_notice_sent_at = sent_at(session, c, Purpose::kLastNotice);
  p.overdue = overdue_of(session, c.account, today);
  switch (c.kind) {
    case CaseKind::kArrears:
      p.facts.settled = is_debt_paid(session, c, today);
      p.facts.on_plan = !accounts_on_plan(session, std::span<const AccountId>(&c.account, 1)).empty();
      p.facts.reminded = session.query("SELECT 1 FROM dunning_notice WHERE account_id = ? AND billing_month = ? AND revision = ? AND purpose = 'reminder' LIMIT 1", c.account, c.month,
                                       c.revision).next();
      break;
    case CaseKind::kPrepaid:
      p.balance = balance_of(session, c.account, today).balance;
      p.facts.settled = p.balance.value > 0;
      break;
  }
  return p;
}

Status notify(const Services& services, db::Session& session, const Case& c, const Present& present, Template which, Purpose purpose, outbox::Kind channel, std::optional<Instant> stop_at) {
  const auto settings = read_settings(session);
  const auto now = services.clock.now();
  Notice n;
  n.to = {c.account, c.customer, c.org, c.account_no, outbox::one_line(c.name, 100), c.phone, outbox::one_line(c.address, 200)};
  n.channel = channel;
  n.purpose = purpose;
  n.month = c.month;
  n.revision = c.revision;
  n.occasion = fmt::format("case-{}/{}", c.id.value, c.notices + 1);
  n.principal = present.overdue.principal;
  n.late = present.overdue.late;
  n.day = local_date(now);
  n.days_overdue = n.day - c.due_on;
  n.about_case = c.id;
  // What the law demands is always said, so it has a slot even where the week's are used up; later reminders count it.
  const auto week = contacts_in_week(session, week_of(n.day), c.customer, {c.customer.value + 1});
  n.slot = week.empty() ? 1 : week.begin()->second + 1;
  TextFacts facts;
  facts.name = n.to.name;
  facts.account_no = c.account_no;
  facts.bills = present.overdue.bills;
  facts.principal = present.overdue.principal;
  facts.late = present.overdue.late;
  facts.oldest_due = c.due_on;
  facts.day = n.day;
  facts.stop_at = stop_at;
  facts.balance = present.balance;
  facts.sender = settings.sender;
  facts.phone = settings.phone;
  n.text = compose(which, settings.language, facts);
  if (auto status = send_notices(services, session, std::span<const Notice>(&n, 1)); !status) return status;
  session.execute("UPDATE dunning_case SET notices = notices + 1 WHERE case_id = ?", c.id);
  return ok();
}

outbox::Kind quick_channel(const Case& c) { return outbox::is_address(outbox::Kind::kSms, c.phone) ? outbox::Kind::kSms : outbox::Kind::kLetter; }

// When the payment came that settled the debt: the newest one that stands, where it came after the stop; else now.
Instant paid_at(db::Session& session, const Case& c, Instant now) {
  for (const auto& payment : receivables::payments_of(session, c.account, {}, 20))
    if (!payment.reversed) return c.disconnected_at && payment.paid_at > *c.disconnected_at && payment.paid_at < now ? payment.paid_at : now;
  return now;
}

// The row and the message of a step that was found possible.
Status take_step(const Services& services, db::Session& session, const Case& c, const CaseMove& move, const Present& present) {
  const auto now = services.clock.now();
  switch (move.step) {
    case CaseStep::kApprove:
      session.execute("UPDATE dunning_case SET approved_by = ?, approved_at = ? WHERE case_id = ?", move.by, now, c.id);
      return ok();
    case CaseStep::kNotice:
      session.execute("UPDATE dunning_case SET noticed_at = ?, stop_at = ?, noticed_again_at = NULL WHERE case_id = ?", now, move.stop_at, c.id);
      return notify(services, session, c, present, Template::kStopNotice, Purpose::kStopNotice, outbox::Kind::kLetter, move.stop_at);
    case CaseStep::kNoticeAgain:
      session.execute("UPDATE dunning_case SET noticed_again_at = ? WHERE case_id = ?", now, c.id);
      return notify(services, session, c, present, Template::kLastNotice, Purpose::kLastNotice, quick_channel(c), c.stop_at);
    case CaseStep::kDisconnect:
      session.execute("UPDATE dunning_case SET disconnected_by = ?, disconnected_at = ? WHERE case_id = ?", move.by, now, c.id);
      return ok();
    case CaseStep::kPay: {
      const auto at = paid_at(session, c, now);
      // What somebody asked for before the payment needs no decision any more; the history keeps it.
      session.execute("UPDATE dunning_case SET paid_at = ?, reconnect_due_at = ?, release_asked_by = NULL, release_asked_at = NULL, release_reason = '' WHERE case_id = ?", at, reconnect_due(at), c.id);
      return ok();
    }
    case CaseStep::kAskRelease:
      session.execute("UPDATE dunning_case SET release_asked_by = ?, release_asked_at = ?, release_reason = ? WHERE case_id = ?", move.by, now, move.note, c.id);
      return ok();
    case CaseStep::kRelease:
      session.execute("UPDATE dunning_case SET released_by = ?, released_at = ?, reconnect_due_at = ? WHERE case_id = ?", move.by, now, reconnect_due(now), c.id);
      return ok();
    case CaseStep::kRefuseRelease:
      session.execute("UPDATE dunning_case SET release_asked_by = NULL, release_asked_at = NULL, release_reason = '' WHERE case_id = ?", c.id);
      return ok();
    case CaseStep::kReconnect:
      session.execute("UPDATE dunning_case SET reconnected_by = ?, reconnected_at = ? WHERE case_id = ?", move.by, now, c.id);
      return notify(services, session, c, present, c.released_at ? Template::kRestoredUnpaid : Template::kRestored, Purpose::kRestored, quick_channel(c), {});
    case CaseStep::kCancel:
      session.execute("UPDATE dunning_case SET cancelled_by = ?, cancelled_at = ? WHERE case_id = ?", move.by, now, c.id);
      return ok();
  }
  return ok();
}

Result<Case> lock_case(db::Session& session, CaseId id) {
  session.query("SELECT 1 FROM dunning_case WHERE case_id = ? FOR UPDATE", id);
  return find_case(session, id);
}

}  // namespace

Result<CaseId> propose(const Services& services, db::Session& session, AccountId account, std::string_view reason, std::optional<UserId> by) {
  const auto contact = find_contact(session, account);
  if (!contact) return not_found("customers.no_account", "expected an account that exists but there is none");
  const auto overdue = overdue_of(session, account, local_date(services.clock.now()));
  if (overdue.bills == 0) return conflict("dunning.nothing_overdue", "expected a bill past its due day but nothing is overdue");
  if (!accounts_on_plan(session, std::span<const AccountId>(&account, 1)).empty())
    return conflict("dunning.on_plan", "expected no instalment plan but the debt is being paid by one");
  if (session.query("SELECT 1 FROM dunning_case WHERE open_account_id = ?", account).next())
    return conflict("dunning.case_open", "expected no open disconnection of this account but there is one");
  const NewCase one{CaseKind::kArrears, *contact, overdue.month, overdue.revision, overdue.oldest_due, overdue.total(), std::string(reason), by};
  return insert_cases(services, session, std::span<const NewCase>(&one, 1));
}

Result<Case> move_case(const Services& services, db::Session& session, CaseId id, const CaseMove& move) {
  auto c = lock_case(session, id);
  if (!c) return c;
  if (move.authority_copy) {
    session.execute("UPDATE dunning_case SET authority_copy = ? WHERE case_id = ?", *move.authority_copy, id);
    c->authority_copy = *move.authority_copy;
  }
  const auto present = present_of(services, session, *c);
  const auto now = services.clock.now();
  auto target = check_move(present.facts, {move.step, now, move.by, move.stop_at});
  if (!target) return std::move(target).error();
  if (auto status = take_step(services, session, *c, move, present); !status) return std::move(status).error();
  session.execute("UPDATE dunning_case SET state = ?, version = version + 1, open_account_id = IF(?, NULL, open_account_id) WHERE case_id = ?", name_of(*target), is_over(*target), id);
  add_event(session, id, move.step, c->state, *target, now, move.by, move.note);
  return find_case(session, id);
}

Result<bool> check_payment(const Services& services, db::Session& session, CaseId id) {
  auto c = lock_case(session, id);
  if (!c) return std::move(c).error();
  if (is_over(c->state) || c->state == CaseState::kPaid || c->state == CaseState::kReleased || !present_of(services, session, *c).facts.settled) return false;
  const auto step = c->state == CaseState::kDisconnected ? CaseStep::kPay : CaseStep::kCancel;
  auto moved = move_case(services, session, id, {step, {}, {}, {}, "paid"});
  if (!moved) return std::move(moved).error();
  return true;
}

}  // namespace mis::dunning
