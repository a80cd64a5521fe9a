#include "modules/payment_channels/channel_json.hpp"

#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "modules/customers/customers.hpp"

namespace mis::payment_channels {
namespace {

using nlohmann::json;

json or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }
json instant_json(const std::optional<Instant>& at) { return at ? json(at->to_string()) : json(nullptr); }
json money_json(const std::optional<Money>& money) { return money ? json(format_yuan(*money)) : json(nullptr); }


json total_json(const SideTotal& total) { return {{"count", total.count}, {"amount", format_yuan(total.amount)}}; }

http::Schema total_schema() { return http::schema::object({{"count", http::schema::integer()}, {"amount", http::schema::yuan()}}); }

}  // namespace

json person(db::Session& session, const std::optional<UserId>& user) {
  if (!user) return nullptr;
  auto rows = session.query("SELECT name FROM administration_user_name WHERE user_id = ?", *user);
  return rows.next() ? json(rows.text(0)) : json(nullptr);
}

json items_to_json(db::Session& session, const std::vector<Item>& items) {
  std::vector<AccountId> accounts;
  for (const auto& item : items)
    if (item.account) accounts.push_back(*item.account);
  const auto labels = customers::labels_of(session, accounts);
  json list = json::array();
  for (const auto& item : items) {
    const auto label = item.account ? labels.find(*item.account) : labels.end();
    list.push_back({{"item_id", item.id},
                    {"key", item.key},
                    {"kind", item.kind == ItemKind::kPay ? "pay" : "reverse"},
                    {"state", name_of(item.state)},
                    {"response", name_of(item.answer.response)},
                    {"message", info_of(item.answer.response).zh},
                    {"serial_no", or_null(item.serial_no)},
                    {"original_key", or_null(item.original_key)},
                    {"account_no", item.account_no},
                    {"name", label == labels.end() ? json(nullptr) : json(label->second.name)},
                    {"amount", format_yuan(item.amount)},
                    {"business_date", item.business_date.to_string()},
                    {"payment_no", item.payment ? json(item.payment->value) : json(nullptr)},
                    {"receipt_no", or_null(item.answer.receipt_no)},
                    {"received_at", item.received_at.to_string()},
                    {"changed_at", item.changed_at.to_string()}});
  }
  return list;
}

json differences_to_json(db::Session& session, const std::vector<Difference>& differences) {
  json list = json::array();
  for (const auto& d : differences) {
    auto label = customers::find_label(session, d.account_no);
    list.push_back({{"difference_id", d.id},
                    {"kind", name_of(d.kind)},
                    {"serial_no", d.serial_no},
                    {"account_no", d.account_no},
                    {"name", label ? json(label->name) : json(nullptr)},
                    {"their_amount", money_json(d.theirs)},
                    {"our_amount", money_json(d.ours)},
                    {"item_id", d.item_id ? json(*d.item_id) : json(nullptr)},
                    {"state", name_of(d.state)},
                    {"how", d.how ? json(name_of(*d.how)) : json(nullptr)},
                    {"note", d.note},
                    {"proposed_by", person(session, d.proposed_by)},
                    {"proposed_by_id", d.proposed_by ? json(d.proposed_by->value) : json(nullptr)},
                    {"proposed_at", instant_json(d.proposed_at)},
                    {"decided_by", person(session, d.decided_by)},
                    {"decided_at", instant_json(d.decided_at)},
                    {"payment_no", d.payment_id ? json(*d.payment_id) : json(nullptr)},
                    {"version", d.version}});
  }
  return list;
}

json to_json(db::Session& session, const Channel& channel, const Reconciliation& r) {
  json counts = json::array();
  std::int64_t open = 0;
  for (const auto& count : count_differences(session, r.id)) {
    counts.push_back({{"kind", name_of(count.kind)}, {"state", name_of(count.state)}, {"count", count.count}});
    if (count.state != DifferenceState::kSettled) open += count.count;
  }
  return {{"channel", channel.code},
          {"business_date", r.business_date.to_string()},
          {"state", !r.compared ? "loaded" : open > 0 ? "differences" : "settled"},
          {"file_name", r.file_name},
          {"file_sha256", r.file_sha256},
          {"theirs", total_json(r.theirs)},
          {"ours", total_json(r.ours)},
          {"equal", total_json(r.equal)},
          {"differences", counts},
          {"open_differences", open},
          {"job_id", r.job ? json(r.job->value) : json(nullptr)},
          {"loaded_by", person(session, r.loaded_by)},
          {"loaded_at", r.loaded_at.to_string()},
          {"compared_at", instant_json(r.compared_at)}};
}

json to_json(db::Session& session, const Settlement& s) {
  return {{"settlement_id", s.id},           {"business_date", s.business_date.to_string()}, {"amount", format_yuan(s.amount)},
          {"reference", s.reference},        {"note", s.note},                               {"state", s.state},
          {"proposed_by", person(session, s.proposed_by)}, {"proposed_by_id", s.proposed_by ? json(s.proposed_by->value) : json(nullptr)}, {"proposed_at", s.proposed_at.to_string()}, {"decided_by", person(session, s.decided_by)},
          {"decided_at", instant_json(s.decided_at)}, {"version", s.version}};
}

json to_json(const ItemAnswer& a) {
  return {{"response", name_of(a.response)},
          {"message", info_of(a.response).zh},
          {"state", name_of(a.state)},
          {"repeated", a.repeated},
          {"key", a.key},
          {"account_no", a.account_no},
          {"name", or_null(a.name)},
          {"amount", format_yuan(a.amount)},
          {"principal", format_yuan(a.principal)},
          {"late_charge", format_yuan(a.late)},
          {"advance", format_yuan(a.advance)},
          {"business_date", a.business_date.days == 0 ? json(nullptr) : json(a.business_date.to_string())},
          {"receipt_no", or_null(a.receipt_no)}};
}

http::Schema item_schema() {
  using namespace http::schema;
  return named("ChannelItem", object({{"item_id", integer()}, {"key", text()}, {"kind", one_of({"pay", "reverse"})}, {"state", one_of({"paid", "refused", "voided", "reversed"})}, {"response", text()},
                                      {"message", text()}, {"serial_no", text().or_null()}, {"original_key", text().or_null()}, {"account_no", text()}, {"name", text().or_null()}, {"amount", yuan()},
                                      {"business_date", date()}, {"payment_no", integer().or_null()}, {"receipt_no", text().or_null()}, {"received_at", instant()}, {"changed_at", instant()}}));
}

http::Schema difference_schema() {
  using namespace http::schema;
  return named("ChannelDifference",
               object({{"difference_id", integer()}, {"kind", one_of({"only_theirs", "only_ours", "amount", "account", "other_day"})}, {"serial_no", text()}, {"account_no", text()}, {"name", text().or_null()},
                       {"their_amount", yuan().or_null()}, {"our_amount", yuan().or_null()}, {"item_id", integer().or_null()}, {"state", one_of({"open", "proposed", "settled"})},
                       {"how", one_of({"post", "reverse", "ignore"}).or_null()}, {"note", text()}, {"proposed_by", text().or_null()}, {"proposed_by_id", integer().or_null()}, {"proposed_at", instant().or_null()},
                       {"decided_by", text().or_null()}, {"decided_at", instant().or_null()}, {"payment_no", integer().or_null()}, {"version", integer()}}));
}

http::Schema reconciliation_schema() {
  using namespace http::schema;
  return named("ChannelReconciliation",
               object({{"channel", text()}, {"business_date", date()}, {"state", one_of({"loaded", "differences", "settled"})}, {"file_name", text()}, {"file_sha256", text()}, {"theirs", total_schema()},
                       {"ours", total_schema()}, {"equal", total_schema()}, {"differences", list_of(object({{"kind", text()}, {"state", text()}, {"count", integer()}}))}, {"open_differences", integer()},
                       {"job_id", integer().or_null()}, {"loaded_by", text().or_null()}, {"loaded_at", instant()}, {"compared_at", instant().or_null()}}));
}

http::Schema settlement_schema() {
  using namespace http::schema;
  return named("ChannelSettlement", object({{"settlement_id", integer()}, {"business_date", date()}, {"amount", yuan()}, {"reference", text()}, {"note", text()}, {"state", one_of({"proposed", "posted", "refused"})},
                                            {"proposed_by", text().or_null()}, {"proposed_by_id", integer().or_null()}, {"proposed_at", instant()}, {"decided_by", text().or_null()}, {"decided_at", instant().or_null()}, {"version", integer()}}));
}

http::Schema answer_schema() {
  using namespace http::schema;
  return named("ChannelAnswer", object({{"response", text()}, {"message", text()}, {"state", one_of({"received", "paid", "refused", "voided", "reversed"})}, {"repeated", boolean()}, {"key", text()},
                                        {"account_no", text()}, {"name", text().or_null()}, {"amount", yuan()}, {"principal", yuan()}, {"late_charge", yuan()}, {"advance", yuan()},
                                        {"business_date", date().or_null()}, {"receipt_no", text().or_null()}}));
}

Result<Channel> channel_of(db::Session& session, const http::Request& request, const security::Caller& caller) {
  if (auto error = security::require_whole_utility(caller)) return *error;
  return find_channel(session, request.param("code"));
}

}  // namespace mis::payment_channels
