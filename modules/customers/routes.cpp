#include "modules/customers/routes.hpp"

#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "modules/customers/domain/mask.hpp"

namespace mis::customers {
namespace {

using http::Answer;
using http::Fields;
using http::Method;
using http::Permission;
using http::Request;
using nlohmann::json;
using security::Caller;
namespace schema = http::schema;

json text_or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }
json date_or_null(const std::optional<Date>& date) { return date ? json(date->to_string()) : json(nullptr); }

// What matched, as it may be shown: a phone stays masked even to somebody who typed its end.
json matched(const store::Hit& hit) {
  std::string shown = hit.key_text;
  switch (hit.key_kind) {
    case KeyKind::kPhone: shown = mask_phone(hit.phone); break;
    case KeyKind::kName: shown = hit.name; break;
    case KeyKind::kAddress: shown = hit.address; break;
    case KeyKind::kAccountNo:
    case KeyKind::kPinyin:
    case KeyKind::kAssetNo: break;
  }
  return {{"kind", to_text(hit.key_kind)}, {"text", shown}};
}

json to_json(const store::Hit& hit) {
  return {{"account_no", hit.account_no}, {"name", hit.name},     {"address", hit.address},
          {"category", hit.category},     {"station", hit.station}, {"status", hit.status},
          {"phone_masked", text_or_null(mask_phone(hit.phone))},   {"matched", matched(hit)}};
}

json to_json(const store::AgreementRow& row) {
  const Agreement& a = row.agreement;
  return {{"valid_from", a.valid.from.to_string()},
          {"valid_to", a.valid.to == kForever ? json(nullptr) : json(a.valid.to.to_string())},
          {"category", a.category},
          {"voltage", a.voltage},
          {"capacity_kva", format_kva(a.capacity)},
          {"tariff_code", a.tariff_code},
          {"tariff_name", row.tariff_name},
          {"tariff_name_en", row.tariff_name_en},
          {"billing_mode", a.billing_mode},
          {"contract_demand_kw", a.contract_demand.value == 0 ? json(nullptr) : json(format_kw(a.contract_demand))},
          {"pf_standard", a.pf_standard == 0 ? json(nullptr) : json(format_decimal(a.pf_standard, 2, 2))}};
}

json to_json(const store::AccountPage& page) {
  const Account& a = page.account;
  json agreements = json::array();
  for (const auto& row : page.agreements) agreements.push_back(to_json(row));
  return {{"account_no", a.account_no},
          {"status", a.status},
          {"opened_on", a.opened_on.to_string()},
          {"closed_on", date_or_null(a.closed_on)},
          {"customer",
           {{"name", a.customer_name},
            {"kind", page.customer_kind},
            {"id_no_masked", text_or_null(mask_id_no(page.id_no))},
            {"phone_masked", text_or_null(mask_phone(a.customer_phone))}}},
          {"address", a.address},
          {"station", {{"org_id", a.org_id.value}, {"code", page.station_code}, {"name", page.station_name}}},
          {"route", page.route_code.empty() ? json(nullptr) : json{{"route_id", a.route_id.value}, {"code", page.route_code}, {"name", page.route_name}}},
          {"household_size", a.household_size == 0 ? json(nullptr) : json(a.household_size)},
          {"agreements", std::move(agreements)},
          {"network", {{"substation", text_or_null(page.substation)}, {"feeder", text_or_null(page.feeder)}, {"transformer_area", text_or_null(page.transformer_area)}}}};
}

// A version of what was shown, for the ETag: accounts have no counter, so it is a hash (FNV-1a) of the answer's text.
std::int64_t version_of(const std::string& body) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : body) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return static_cast<std::int64_t>(hash >> 1);
}

Result<Answer> search(const Service& service, const Request& request, const Caller& caller) {
  Fields query = Fields::of_query(request);
  const std::string typed = query.text("q", {.min_length = 1, .max_length = 60});
  if (auto error = query.finish()) return *error;
  const auto hits = service.search(caller, typed);
  if (!hits) return hits.error();
  json items = json::array();
  for (const auto& hit : *hits) items.push_back(to_json(hit));
  return http::json_answer({{"items", std::move(items)}});
}

Result<Answer> show(const Service& service, const Request& request, const Caller& caller) {
  const auto page = service.account(caller, request.param("account_no"));
  if (!page) return page.error();
  Answer answer = http::json_answer(to_json(*page));
  answer.with_etag(version_of(answer.body));
  return answer;
}

http::Schema found_schema() {
  using namespace schema;
  const auto match = object({{"kind", one_of({"account_no", "name", "pinyin", "phone", "asset_no", "address"})}, {"text", text()}});
  return named("FoundAccount", object({{"account_no", text()}, {"name", text()}, {"address", text()}, {"category", text()}, {"station", text()},
                                       {"status", text()}, {"phone_masked", text().or_null()}, {"matched", match}}));
}

http::Schema account_schema() {
  using namespace schema;
  const auto agreement = named("Agreement", object({{"valid_from", date()}, {"valid_to", date().or_null()}, {"category", text()}, {"voltage", text()},
                                                    {"capacity_kva", kva()}, {"tariff_code", text()}, {"tariff_name", text()}, {"tariff_name_en", text()},
                                                    {"billing_mode", one_of({"single", "capacity", "contract_demand", "actual_demand"})},
                                                    {"contract_demand_kw", kw().or_null()}, {"pf_standard", decimal().or_null()}}));
  const auto customer = object({{"name", text()}, {"kind", one_of({"person", "body"})}, {"id_no_masked", text().or_null()}, {"phone_masked", text().or_null()}});
  const auto place = [](const char* id) { return object({{id, integer()}, {"code", text()}, {"name", text()}}); };
  const auto network = object({{"substation", text().or_null()}, {"feeder", text().or_null()}, {"transformer_area", text().or_null()}});
  return named("Account", object({{"account_no", text()}, {"status", one_of({"active", "suspended", "closed"})}, {"opened_on", date()}, {"closed_on", date().or_null()},
                                  {"customer", customer}, {"address", text()}, {"station", place("org_id")}, {"route", place("route_id").or_null()},
                                  {"household_size", integer().or_null()}, {"agreements", list_of(agreement)}, {"network", network}}));
}

}  // namespace

void register_routes(Registry& registry, std::shared_ptr<const Service> service) {
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/accounts",
                  .permission = Permission("customers.view"),
                  .summary = "Accounts by number, name, pinyin initials, phone, meter or address; at most 20",
                  .handler = [service](const Request& r, const Caller& c) { return search(*service, r, c); },
                  .query = {{"q", schema::text(60), "what a clerk has in hand: two characters or one Chinese one", true}},
                  .response = schema::items_of(found_schema())});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/accounts/{account_no}",
                  .permission = Permission("customers.view"),
                  .summary = "An account with its customer, agreements and supply",
                  .handler = [service](const Request& r, const Caller& c) { return show(*service, r, c); },
                  .response = account_schema()});
}

}  // namespace mis::customers
