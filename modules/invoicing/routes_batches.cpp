// Batches: drawing a month's invoices, printing them, and the files that come of it.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/http/page.hpp"
#include "mis/security/audit.hpp"
#include "modules/invoicing/batches.hpp"
#include "modules/invoicing/routes.hpp"

namespace mis::invoicing {
namespace {

using nlohmann::json;
using namespace mis::http;

json batch_to_json(const Batch& b) {
  return {{"batch_id", b.id},
          {"what", b.what},
          {"billing_month", b.month.to_string()},
          {"route", b.route ? json(b.route_code) : json(nullptr)},
          {"customer_kind", b.customer_kind ? json(*b.customer_kind) : json(nullptr)},
          {"language", b.language},
          {"invoices", b.invoices},
          {"job_id", b.job ? json(b.job->value) : json(nullptr)},
          {"created_by", b.created_by_name},
          {"created_at", b.created_at.to_string()}};
}

Schema batch_schema() {
  using namespace schema;
  return named("InvoiceBatch", object({{"batch_id", integer()},
                                       {"what", one_of({"draw", "print"})},
                                       {"billing_month", month()},
                                       {"route", text().or_null()},
                                       {"customer_kind", one_of({"person", "body"}).or_null()},
                                       {"language", one_of({"zh", "en", "both"})},
                                       {"invoices", integer()},
                                       {"job_id", integer().or_null()},
                                       {"created_by", text()},
                                       {"created_at", instant()},
                                       {"state", one_of({"queued", "running", "done", "failed", "cancelled"}), false},
                                       {"files", list_of(object({{"file_no", integer()}, {"invoices", integer()}, {"bytes", integer()}, {"sha256", text()}})), false}}));
}

Result<Batch> require_batch(db::Session& session, const Request& request, const security::Caller& caller) {
  auto id = request.id_param("batch_id");
  if (!id) return std::move(id).error();
  auto batch = find_batch(session, *id);
  // Whoever does not answer for all of it does not see that it is there.
  if (!batch || !caller.sees(batch->scope)) return not_found("invoicing.no_batch", fmt::format("expected a batch with the number {} but there is none", *id));
  return std::move(*batch);
}

Result<Answer> create_answer(const Services& services, const Equipment& equipment, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  Batch batch;
  batch.what = body->one_of("what", {"draw", "print"});
  batch.month = body->month("billing_month");
  const auto route = body->optional_text("route", {.max_length = 20, .characters = TextRule::Characters::kCode});
  batch.customer_kind = body->optional_one_of("customer_kind", {"person", "body"});
  batch.language = body->optional_one_of("language", {"zh", "en", "both"}).value_or("zh");
  if (auto error = body->finish()) return *error;
  batch.scope = caller.org_path;
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    if (route) {
      auto rows = s.query("SELECT route_id FROM meter_reading_route_name WHERE code = ?", *route);
      if (!rows.next()) return not_found("invoicing.no_route", fmt::format("expected a reading route {} but there is none", *route));
      batch.route = RouteId{rows.i64(0)};
    }
    const auto now = services.clock.now();
    auto made = create_batch(s, equipment, batch, caller.user_id, now);
    if (!made) return std::move(made).error();
    auto entry = security::audit_entry(caller, "invoicing.batch", "invoice_batch", std::to_string(made->id));
    entry.after = batch_to_json(*made).dump();
    security::append_audit(s, now, entry);
    return json_answer(batch_to_json(*made), 202);
  });
}

Result<Answer> list_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    const auto batches = list_batches(s, caller.scope_pattern(), page.key(0, INT64_MAX), page.limit + 1);
    json items = json::array();
    for (const auto& batch : batches) items.push_back(batch_to_json(batch));
    return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{std::to_string(batches[i].id)}; });
  });
}

Result<Answer> one_answer(const Services& services, const Request& request, const security::Caller& caller) {
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto batch = require_batch(s, request, caller);
    if (!batch) return std::move(batch).error();
    auto answer = batch_to_json(*batch);
    if (batch->job)
      if (auto job = jobs::find(s, *batch->job)) answer["state"] = jobs::name_of(job->state);
    answer["files"] = json::array();
    for (const auto& file : files_of(s, batch->id)) answer["files"].push_back({{"file_no", file.file_no}, {"invoices", file.invoices}, {"bytes", file.bytes}, {"sha256", file.sha256}});
    return json_answer(answer);
  });
}

Result<Answer> file_answer(const Services& services, const Equipment& equipment, const Request& request, const security::Caller& caller) {
  auto file_no = request.id_param("file_no");
  if (!file_no) return std::move(file_no).error();
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto batch = require_batch(s, request, caller);
    if (!batch) return std::move(batch).error();
    auto content = read_file(s, equipment, batch->id, static_cast<int>(std::min<std::int64_t>(*file_no, INT32_MAX)));
    if (!content) return std::move(content).error();
    return pdf_answer(std::move(*content), fmt::format("invoices-{}-{}-{}", batch->month.to_string(), batch->id, *file_no));
  });
}

}  // namespace

void register_batch_routes(Registry& registry, const Equipment& equipment) {
  const auto& services = registry.services();
  using namespace schema;
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/invoices/batches",
                  .permission = Permission("invoicing.issue"),
                  .summary = "Draw all invoices that can be drawn of a month, or print those that are issued; a job does it",
                  .handler = [&services, &equipment](const Request& r, const security::Caller& c) { return create_answer(services, equipment, r, c); },
                  .request = object({{"what", one_of({"draw", "print"})}, {"billing_month", month()}, {"route", text(20).or_null(), false}, {"customer_kind", one_of({"person", "body"}).or_null(), false},
                                     {"language", one_of({"zh", "en", "both"}), false}}),
                  .response = batch_schema(),
                  .status = 202,
                  .idempotency_key = true});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/invoices/batches",
                  .permission = Permission("invoicing.view"),
                  .summary = "Batches, newest first",
                  .handler = [&services](const Request& r, const security::Caller& c) { return list_answer(services, r, c); },
                  .query = page_parameters(),
                  .response = schema::page_of(batch_schema())});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/invoices/batches/{batch_id}",
                  .permission = Permission("invoicing.view"),
                  .summary = "A batch with the files that are made so far",
                  .handler = [&services](const Request& r, const security::Caller& c) { return one_answer(services, r, c); },
                  .response = batch_schema()});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/invoices/batches/{batch_id}/files/{file_no}",
                  .permission = Permission("invoicing.view"),
                  .summary = "A file of a print batch: up to 200 invoices as one PDF",
                  .handler = [&services, &equipment](const Request& r, const security::Caller& c) { return file_answer(services, equipment, r, c); }});
}

}  // namespace mis::invoicing
