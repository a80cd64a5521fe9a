#include "modules/invoicing/batches.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "mis/db/bulk_writer.hpp"
#include "mis/http/digest.hpp"
#include "modules/invoicing/files.hpp"

namespace mis::invoicing {
namespace {

constexpr std::string_view kColumns =
    "SELECT b.batch_id, b.what, b.billing_month, b.route_id, b.customer_kind, b.language, b.scope, b.invoices, b.job_id, COALESCE(r.code, ''), COALESCE(u.name, ''), b.created_at "
    "FROM invoicing_batch b LEFT JOIN meter_reading_route_name r ON r.route_id = b.route_id LEFT JOIN administration_user_name u ON u.user_id = b.created_by ";

Batch from_row(const db::Rows& row) {
  Batch batch;
  batch.id = row.i64(0);
  batch.what = row.text(1);
  batch.month = row.month(2);
  if (const auto route = row.i64_or_null(3)) batch.route = RouteId{*route};
  batch.customer_kind = row.text_or_null(4);
  batch.language = row.text(5);
  batch.scope = row.text(6);
  batch.invoices = row.i64(7);
  if (const auto job = row.i64_or_null(8)) batch.job = JobId{*job};
  batch.route_code = row.text(9);
  batch.created_by_name = row.text(10);
  batch.created_at = row.instant(11);
  return batch;
}

std::filesystem::path path_of(const Equipment& equipment, std::int64_t batch, int file_no) { return equipment.folder / "print" / fmt::format("batch-{:08}-{:04}.pdf", batch, file_no); }

// The routes whose issued bills it is about; whether each bill is paid is seen when its route's turn comes.
std::vector<jobs::Shard> routes_to_draw(db::Session& session, const Batch& batch) {
  std::vector<jobs::Shard> shards;
  for (auto rows = session.query("SELECT b.route_id, COUNT(*) FROM billing_invoice_bill b JOIN customers_invoice_party p ON p.account_id = b.account_id JOIN administration_org_name o ON o.org_id = p.org_id "
                                 "WHERE b.billing_month = ? AND b.amount_fen > 0 AND (? IS NULL OR b.route_id = ?) AND (? IS NULL OR p.kind = ?) AND o.path LIKE ? GROUP BY b.route_id ORDER BY b.route_id",
                                 batch.month, batch.route, batch.route, batch.customer_kind, batch.customer_kind, batch.scope + "%"); rows.next();)
    shards.push_back({rows.i64(0), rows.i32(1)});
  return shards;
}

// Which invoices go into which file: by route and account, as they are handed out.
std::vector<jobs::Shard> files_to_print(db::Session& session, std::int64_t batch_id, const Batch& batch) {
  std::vector<jobs::Shard> shards;
  db::BulkWriter items("invoicing_batch_item", {"batch_id", "file_no", "position", "invoice_id"});
  int at = 0;
  for (auto rows = session.query("SELECT i.invoice_id FROM invoicing_invoice i JOIN customers_invoice_party p ON p.account_id = i.account_id JOIN administration_org_name o ON o.org_id = p.org_id "
                                 "WHERE i.billing_month = ? AND i.state = 'issued' AND i.kind = 'blue' AND (? IS NULL OR i.route_id = ?) AND (? IS NULL OR p.kind = ?) AND o.path LIKE ? "
                                 "ORDER BY i.route_id, p.account_no, i.number",
                                 batch.month, batch.route, batch.route, batch.customer_kind, batch.customer_kind, batch.scope + "%"); rows.next(); ++at) {
    const int file_no = at / kInvoicesPerFile + 1, position = at % kInvoicesPerFile + 1;
    items.add(batch_id).add(file_no).add(position).add(rows.i64(0)).end_row();
    if (position == 1) shards.push_back({file_no, 0});
    ++shards.back().items_expected;
  }
  items.flush(session);
  return shards;
}

Result<std::int64_t> print_file(db::Session& session, const Equipment& equipment, const Clock& clock, const Batch& batch, int file_no) {
  std::vector<InvoiceId> ids;
  for (auto rows = session.query("SELECT invoice_id FROM invoicing_batch_item WHERE batch_id = ? AND file_no = ? ORDER BY position", batch.id, file_no); rows.next();) ids.push_back({rows.i64(0)});
  std::map<int, Settings> settings;
  std::vector<InvoiceDocument> documents;
  for (const auto& invoice : find_invoices(session, ids)) {
    auto known = settings.find(invoice.setting_version);
    if (known == settings.end()) known = settings.emplace(invoice.setting_version, read_settings(session, invoice.setting_version)).first;
    documents.push_back(document_of(invoice, known->second));
  }
  auto pdf = render_invoices(documents, parse_document_language(batch.language).value_or(DocumentLanguage::kChinese));
  if (!pdf) return std::move(pdf).error();
  // A shard that is done again after a crash writes the file anew.
  if (auto written = write_whole(path_of(equipment, batch.id, file_no), *pdf, IfThere::kReplace); !written) return std::move(written).error();
  session.execute("INSERT INTO invoicing_batch_file (batch_id, file_no, invoices, bytes, sha256, made_at) VALUES (?, ?, ?, ?, ?, ?) "
                  "ON DUPLICATE KEY UPDATE invoices = VALUES(invoices), bytes = VALUES(bytes), sha256 = VALUES(sha256), made_at = VALUES(made_at)",
                  batch.id, file_no, static_cast<int>(documents.size()), static_cast<std::int64_t>(pdf->size()), http::sha256_hex(*pdf), clock.now());
  return static_cast<std::int64_t>(documents.size());
}

Result<Batch> batch_of(db::Session& session, const jobs::Job& job) {
  auto batch = find_batch(session, job.subject);
  if (!batch) return not_found("invoicing.no_batch", fmt::format("expected a batch with the number {} but there is none", job.subject));
  return std::move(*batch);
}

}  // namespace

std::optional<Batch> find_batch(db::Session& session, std::int64_t id) {
  auto rows = session.query(std::string(kColumns) + "WHERE b.batch_id = ?", id);
  if (!rows.next()) return {};
  return from_row(rows);
}

std::vector<Batch> list_batches(db::Session& session, std::string_view scope, std::int64_t before, int limit) {
  std::vector<Batch> batches;
  for (auto rows = session.query(std::string(kColumns) + "WHERE b.scope LIKE ? AND b.batch_id < ? ORDER BY b.batch_id DESC LIMIT ?", scope, before, limit); rows.next();) batches.push_back(from_row(rows));
  return batches;
}

Result<Batch> create_batch(db::Session& session, const Equipment& equipment, Batch batch, UserId by, Instant now) {
  if (auto settings = ready_to_draw(session, equipment); !settings) return std::move(settings).error();
  session.execute("INSERT INTO invoicing_batch (what, billing_month, route_id, customer_kind, language, scope, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", batch.what, batch.month, batch.route,
                  batch.customer_kind, batch.language, batch.scope, by, now);
  batch.id = session.last_insert_id();
  const bool draw = batch.what == "draw";
  const auto shards = draw ? routes_to_draw(session, batch) : files_to_print(session, batch.id, batch);
  if (shards.empty())
    return conflict("invoicing.nothing_to_do", fmt::format("expected {} of {} but there are none", draw ? "issued bills" : "issued invoices", batch.month.to_string()));
  batch.invoices = draw ? 0 : std::accumulate(shards.begin(), shards.end(), std::int64_t{0}, [](std::int64_t sum, const jobs::Shard& shard) { return sum + shard.items_expected; });
  batch.job = jobs::create(session, now, draw ? kDrawJob : kPrintJob, batch.id, draw ? "bills" : "invoices", shards, by);
  session.execute("UPDATE invoicing_batch SET job_id = ?, invoices = ? WHERE batch_id = ?", *batch.job, batch.invoices, batch.id);
  return *find_batch(session, batch.id);
}

std::vector<BatchFile> files_of(db::Session& session, std::int64_t batch) {
  std::vector<BatchFile> files;
  for (auto rows = session.query("SELECT file_no, invoices, bytes, sha256 FROM invoicing_batch_file WHERE batch_id = ? ORDER BY file_no", batch); rows.next();)
    files.push_back({rows.i32(0), rows.i32(1), rows.i64(2), rows.text(3)});
  return files;
}

Result<std::string> read_file(db::Session& session, const Equipment& equipment, std::int64_t batch, int file_no) {
  const auto none = [&](const char* why) { return not_found("invoicing.no_file", fmt::format("expected file {} of batch {} but {}", file_no, batch, why)); };
  if (!session.query("SELECT file_no FROM invoicing_batch_file WHERE batch_id = ? AND file_no = ?", batch, file_no).next()) return none("there is none, or it is not made yet");
  auto content = read_whole(path_of(equipment, batch, file_no));
  if (!content) return std::move(content).error();
  if (!*content) return none("it has been taken away");
  return std::move(**content);
}

void add_kinds(jobs::Kinds& kinds, const Services& services, const Equipment& equipment) {
  jobs::Kind send;
  send.name = kSendJob;
  // The shard's transaction holds the lane and writes nothing: the provider is called while no other one is open.
  send.run_shard = [&services, &equipment](db::Session& session, const jobs::Job&, const jobs::Shard& shard) -> Result<std::int64_t> {
    auto sent = send_lane(services.database, session, services.clock, equipment, static_cast<int>(shard.key));
    if (!sent) return std::move(sent).error();
    return sent->issued;
  };
  kinds.add(std::move(send));

  jobs::Kind draw;
  draw.name = kDrawJob;
  draw.run_shard = [&services, &equipment](db::Session& session, const jobs::Job& job, const jobs::Shard& shard) -> Result<std::int64_t> {
    auto batch = batch_of(session, job);
    if (!batch) return std::move(batch).error();
    const auto now = services.clock.now();
    auto drawn = draw_route(services.database, session, equipment, {batch->month, {shard.key}, {}, batch->customer_kind, batch->scope + "%"}, {local_date(now), now, job.requested_by});
    if (!drawn) return std::move(drawn).error();
    if (*drawn > 0) session.execute("UPDATE invoicing_batch SET invoices = invoices + ? WHERE batch_id = ?", *drawn, batch->id);
    return shard.items_expected;
  };
  draw.finish = [&services](db::Session& session, const jobs::Job& job) {
    const auto now = services.clock.now();
    if (const auto lanes = waiting_lanes(session, now); !lanes.empty()) request_sending(session, lanes, now, job.requested_by);
    return ok();
  };
  kinds.add(std::move(draw));

  jobs::Kind print;
  print.name = kPrintJob;
  print.run_shard = [&services, &equipment](db::Session& session, const jobs::Job& job, const jobs::Shard& shard) -> Result<std::int64_t> {
    auto batch = batch_of(session, job);
    if (!batch) return std::move(batch).error();
    return print_file(session, equipment, services.clock, *batch, static_cast<int>(shard.key));
  };
  kinds.add(std::move(print));
}

}  // namespace mis::invoicing
