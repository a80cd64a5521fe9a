// Many invoices at once: drawing all that can be drawn of a month, and printing what was issued into files of up to 200.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mis/jobs/jobs.hpp"
#include "modules/invoicing/service.hpp"

namespace mis::invoicing {

inline constexpr int kInvoicesPerFile = 200;

struct Batch {
  std::int64_t id = 0;
  std::string what = "draw";  // draw, print
  BillingMonth month;
  std::optional<RouteId> route;
  std::optional<std::string> customer_kind;
  std::string language = "zh";
  std::string scope;  // path of a unit
  std::int64_t invoices = 0;
  std::optional<JobId> job;
  std::string route_code, created_by_name;
  Instant created_at;
};
// Writes the batch and its job, in the caller's transaction. Errors: invoicing.nothing_to_do (no bills, no issued invoices, of this
// month, route and kind within the scope), and those of ready_to_draw.
Result<Batch> create_batch(db::Session& session, const Equipment& equipment, Batch batch, UserId by, Instant now);

std::optional<Batch> find_batch(db::Session& session, std::int64_t id);
std::vector<Batch> list_batches(db::Session& session, std::string_view scope, std::int64_t before, int limit);

struct BatchFile {
  int file_no = 0;
  int invoices = 0;
  std::int64_t bytes = 0;
  std::string sha256;
};
std::vector<BatchFile> files_of(db::Session& session, std::int64_t batch);
// Errors: invoicing.no_file (not found: it is not there, or not made yet), invoicing.file.
Result<std::string> read_file(db::Session& session, const Equipment& equipment, std::int64_t batch, int file_no);

// The kinds of job: send, draw, print. `services` and `equipment` outlive them.
void add_kinds(jobs::Kinds& kinds, const Services& services, const Equipment& equipment);

}  // namespace mis::invoicing
