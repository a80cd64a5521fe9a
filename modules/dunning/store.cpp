#include "modules/dunning/store.hpp"

#include <fmt/format.h>

#include "mis/files/lookup.hpp"
#include "modules/customers/customers.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::dunning {

// ── Settings and rules ──────────────────────────────────────────────────────────────────────────────────────────────

Settings read_settings(db::Session& session) {
  Settings settings;
  for (auto rows = session.query("SELECT name, value FROM dunning_setting"); rows.next();) {
    const auto name = rows.text(0), value = rows.text(1);
    if (name == "contacts_per_week") settings.contacts_per_week = value.size() == 1 && value[0] >= '0' && value[0] <= '7' ? value[0] - '0' : 2;
    else if (name == "language") settings.language = language_of(value).value_or(Language::kChinese);
    else if (name == "sender") settings.sender = value;
    else if (name == "phone") settings.phone = value;
  }
  return settings;
}

void write_settings(db::Session& session, const Settings& settings, UserId by, Instant now) {
  const auto write = [&](std::string_view name, std::string_view value) {
    session.execute("INSERT INTO dunning_setting (name, value, changed_by, changed_at) VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE value = VALUES(value), changed_by = VALUES(changed_by), "
                    "changed_at = VALUES(changed_at)", name, value, by, now);
  };
  write("contacts_per_week", std::to_string(settings.contacts_per_week));
  write("language", name_of(settings.language));
  write("sender", settings.sender);
  write("phone", settings.phone);
}

std::vector<Rule> read_rules(db::Session& session, std::int64_t set) {
  std::vector<Rule> rules;
  for (auto rows = session.query("SELECT category, step, days_after_due, action, minimum_fen FROM dunning_rule WHERE set_id = ? ORDER BY category, step", set); rows.next();)
    rules.push_back({rows.text(0), rows.i32(1), rows.i32(2), static_cast<Action>(rows.i32(3)), {rows.i64(4)}});
  return rules;
}

RuleSet rules_on(db::Session& session, Date day) {
  RuleSet set;
  {
    auto rows = session.query("SELECT set_id, valid_from FROM dunning_rule_set WHERE valid_from <= ? ORDER BY valid_from DESC, set_id DESC LIMIT 1", day);
    if (!rows.next()) return set;
    set = {rows.i64(0), rows.date(1), {}};
  }
  set.rules = read_rules(session, set.id);
  return set;
}

RuleSet newest_rules(db::Session& session) {
  RuleSet set;
  {
    auto rows = session.query("SELECT set_id, valid_from FROM dunning_rule_set ORDER BY set_id DESC LIMIT 1");
    if (!rows.next()) return set;
    set = {rows.i64(0), rows.date(1), {}};
  }
  set.rules = read_rules(session, set.id);
  return set;
}

Result<RuleSet> change_rules(db::Session& session, Date valid_from, std::vector<Rule> rules, Date today, UserId by, Instant now) {
  if (valid_from < today)
    return invalid("dunning.valid_from", fmt::format("expected rules from today ({}) or later but found {}", today.to_string(), valid_from.to_string()));
  if (auto found = complaints(rules, customers::kCategories); !found.empty()) return invalid("dunning.bad_rules", "expected rules that fit together but they do not", std::move(found));
  session.execute("INSERT INTO dunning_rule_set (valid_from, created_by, created_at) VALUES (?, ?, ?)", valid_from, by, now);
  RuleSet set{session.last_insert_id(), valid_from, std::move(rules)};
  for (const auto& rule : set.rules)
    session.execute("INSERT INTO dunning_rule (set_id, category, step, days_after_due, action, minimum_fen) VALUES (?, ?, ?, ?, ?, ?)", set.id, rule.category, rule.step, rule.days_after_due,
                    static_cast<int>(rule.action), rule.minimum);
  return set;
}

// ── Contacts and notices ────────────────────────────────────────────────────────────────────────────────────────────

Contact contact_from(const db::Rows& row) {
  return {{row.i64(0)}, {row.i64(1)}, {row.i64(2)}, row.text(3), outbox::one_line(row.text(4), 100), row.text(5), outbox::one_line(row.text(6), 200)};
}

std::optional<Contact> find_contact(db::Session& session, AccountId account) {
  auto rows = session.query("SELECT account_id, customer_id, org_id, account_no, name, phone, address FROM customers_contact WHERE account_id = ?", account);
  if (!rows.next()) return {};
  return contact_from(rows);
}

std::set<AccountId> accounts_on_plan(db::Session& session, std::span<const AccountId> accounts) {
  std::vector<std::int64_t> ids;
  for (const auto account : accounts) ids.push_back(account.value);
  std::set<AccountId> found;
  files::query_in(session, "SELECT account_id FROM receivables_active_plan WHERE account_id IN (*)", std::span<const std::int64_t>(ids), [&](db::Rows& row) { found.insert({row.i64(0)}); });
  return found;
}

std::map<CustomerId, int> contacts_in_week(db::Session& session, Date week, CustomerId from, CustomerId to) {
  std::map<CustomerId, int> used;
  for (auto rows = session.query("SELECT customer_id, MAX(slot) FROM dunning_contact WHERE week_of = ? AND customer_id >= ? AND customer_id < ? GROUP BY customer_id", week, from, to); rows.next();)
    used[{rows.i64(0)}] = rows.i32(1);
  return used;
}

std::string_view name_of(Purpose purpose) {
  switch (purpose) {
    case Purpose::kReminder: return "reminder";
    case Purpose::kStopNotice: return "stop_notice";
    case Purpose::kLastNotice: return "last_notice";
    case Purpose::kRestored: return "restored";
    case Purpose::kPrepaidLow: return "prepaid_low";
    case Purpose::kPrepaidEmpty: return "prepaid_empty";
  }
  return "";
}

outbox::Kind channel_for(Action action, const Contact& contact) {
  return action == Action::kSms && outbox::is_address(outbox::Kind::kSms, contact.phone) ? outbox::Kind::kSms : outbox::Kind::kLetter;
}

Status send_notices(const Services& services, db::Session& session, std::span<const Notice> notices) {
  if (notices.empty()) return ok();
  const auto now = services.clock.now();
  std::vector<outbox::Message> messages;
  messages.reserve(notices.size());
  for (const auto& n : notices) {
    outbox::Message m;
    m.kind = n.channel;
    m.address = n.channel == outbox::Kind::kSms ? n.to.phone : n.to.name + " " + n.to.address;
    m.subject = n.text.subject;
    m.body = n.text.body;
    m.entity = n.about_case ? "disconnection" : "account";
    m.entity_id = n.about_case ? std::to_string(n.about_case->value) : n.to.account_no;
    m.dedup_key = fmt::format("dunning/{}/{}", n.to.account.value, n.occasion);
    m.org = n.to.org;
    messages.push_back(std::move(m));
  }
  auto queued = outbox::queue_all(services.database, session, now, messages);
  if (!queued) return std::move(queued).error();
  auto id = services.database.take_ids("dunning_notice", static_cast<std::int64_t>(notices.size()));
  db::BulkWriter rows("dunning_notice", {"notice_id", "account_id", "customer_id", "billing_month", "revision", "step", "occasion", "channel", "purpose", "principal_fen", "late_fen", "days_overdue",
                                         "noticed_on", "queued_at", "run_id", "case_id", "message_id"});
  db::BulkWriter contacts("dunning_contact", {"week_of", "customer_id", "slot", "notice_id"});
  for (std::size_t i = 0; i < notices.size(); ++i, ++id) {
    const auto& n = notices[i];
    rows.add(id).add(n.to.account).add(n.to.customer).add(n.month).add(n.revision).add(n.step).add(n.occasion).add(static_cast<int>(n.channel)).add(name_of(n.purpose));
    rows.add(n.principal).add(n.late).add(n.days_overdue).add(n.day).add(now).add(n.run).add(n.about_case).add((*queued)[i].id);
    rows.end_row();
    contacts.add(week_of(n.day)).add(n.to.customer).add(n.slot).add(id);
    contacts.end_row();
  }
  rows.flush(session);
  contacts.flush(session);
  return ok();
}

// ── Cases ───────────────────────────────────────────────────────────────────────────────────────────────────────────

CaseId insert_cases(const Services& services, db::Session& session, std::span<const NewCase> cases) {
  if (cases.empty()) return {};
  const auto now = services.clock.now();
  const CaseId first{services.database.take_ids("dunning_case", static_cast<std::int64_t>(cases.size()))};
  db::BulkWriter rows("dunning_case", {"case_id", "kind", "account_id", "customer_id", "org_id", "open_account_id", "state", "billing_month", "revision", "due_on", "overdue_fen", "reason", "proposed_by",
                                       "proposed_at"});
  auto id = first.value;
  for (const auto& c : cases) {
    rows.add(id++).add(static_cast<int>(c.kind)).add(c.of.account).add(c.of.customer).add(c.of.org).add(c.of.account).add(name_of(CaseState::kCandidate)).add(c.month).add(c.revision);
    rows.add(c.due_on).add(c.overdue).add(c.reason).add(c.by).add(now);
    rows.end_row();
  }
  rows.flush(session);
  return first;
}

void add_event(db::Session& session, CaseId id, CaseStep step, CaseState from, CaseState to, Instant at, std::optional<UserId> by, std::string_view note) {
  session.execute("INSERT INTO dunning_case_event (case_id, seq, step, from_state, to_state, at, by_user, note) "
                  "SELECT ?, COALESCE(MAX(seq), 0) + 1, ?, ?, ?, ?, ?, ? FROM dunning_case_event WHERE case_id = ?", id, name_of(step), name_of(from), name_of(to), at, by, note, id);
}

Result<Case> find_case(db::Session& session, CaseId id, std::string_view scope_pattern) {
  auto rows = session.query("SELECT d.case_id, d.kind, d.account_id, d.customer_id, d.org_id, d.state, d.version, d.billing_month, d.revision, d.due_on, d.overdue_fen, d.authority_copy, d.reason, "
                            "d.proposed_by, d.proposed_at, d.approved_at, d.noticed_at, d.stop_at, d.noticed_again_at, d.disconnected_at, d.paid_at, d.reconnect_due_at, d.reconnected_at, d.cancelled_at, "
                            "d.notices, c.account_no, c.name, c.address, c.phone, COALESCE(p.name, ''), COALESCE(a.name, ''), i.account_id IS NOT NULL, "
                            "d.release_asked_by, d.release_asked_at, d.release_reason, d.released_at, COALESCE(q.name, ''), COALESCE(r.name, '') "
                            "FROM dunning_case d JOIN customers_contact c ON c.account_id = d.account_id JOIN administration_org_name o ON o.org_id = d.org_id "
                            "LEFT JOIN administration_user_name p ON p.user_id = d.proposed_by LEFT JOIN administration_user_name a ON a.user_id = d.approved_by "
                            "LEFT JOIN administration_user_name q ON q.user_id = d.release_asked_by LEFT JOIN administration_user_name r ON r.user_id = d.released_by "
                            "LEFT JOIN dunning_important_user i ON i.account_id = d.account_id WHERE d.case_id = ? AND o.path LIKE ?", id, scope_pattern);
  if (!rows.next()) return not_found("dunning.no_case", fmt::format("expected a disconnection with the number {} but there is none", id.value));
  Case c;
  c.id = {rows.i64(0)};
  c.kind = static_cast<CaseKind>(rows.i32(1));
  c.account = {rows.i64(2)};
  c.customer = {rows.i64(3)};
  c.org = {rows.i64(4)};
  c.state = *case_state_of(rows.text(5));
  c.version = rows.i32(6);
  c.month = rows.month(7);
  c.revision = rows.i32(8);
  c.due_on = rows.date(9);
  c.overdue = {rows.i64(10)};
  c.authority_copy = rows.text(11);
  c.reason = rows.text(12);
  if (const auto by = rows.i64_or_null(13)) c.proposed_by = UserId{*by};
  c.proposed_at = rows.instant(14);
  c.approved_at = rows.instant_or_null(15);
  c.noticed_at = rows.instant_or_null(16);
  c.stop_at = rows.instant_or_null(17);
  c.noticed_again_at = rows.instant_or_null(18);
  c.disconnected_at = rows.instant_or_null(19);
  c.paid_at = rows.instant_or_null(20);
  c.reconnect_due_at = rows.instant_or_null(21);
  c.reconnected_at = rows.instant_or_null(22);
  c.cancelled_at = rows.instant_or_null(23);
  c.notices = rows.i32(24);
  c.account_no = rows.text(25);
  c.name = rows.text(26);
  c.address = rows.text(27);
  c.phone = rows.text(28);
  c.proposed_by_name = rows.text(29);
  c.approved_by_name = rows.text(30);
  c.important = rows.i64(31) != 0;
  if (const auto by = rows.i64_or_null(32)) c.release_asked_by = UserId{*by};
  c.release_asked_at = rows.instant_or_null(33);
  c.release_reason = rows.text(34);
  c.released_at = rows.instant_or_null(35);
  c.release_asked_by_name = rows.text(36);
  c.released_by_name = rows.text(37);
  return c;
}

Overdue overdue_of(db::Session& session, AccountId account, Date on) {
  Overdue overdue;
  for (const auto& item : receivables::due_of(session, account, on).items) {
    if (item.due_on >= on) continue;
    overdue.late += item.late_due(on);
    if (item.outstanding.value <= 0) continue;
    if (overdue.bills++ == 0) {
      overdue.oldest_due = item.due_on;
      overdue.month = item.bill.month;
      overdue.revision = item.bill.revision;
    }
    overdue.principal += item.outstanding;
  }
  return overdue;
}

}  // namespace mis::dunning
