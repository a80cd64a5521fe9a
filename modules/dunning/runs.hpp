// The kinds of long work of dunning. Internal to the module.
#pragma once

#include "mis/jobs/jobs.hpp"
#include "modules/dunning/dunning.hpp"

namespace mis::dunning {

jobs::Kind reminder_kind(const Services& services);
jobs::Kind scan_kind(const Services& services);
jobs::Kind prepaid_kind(const Services& services);

// Queues a run where there is somebody that it would go over; what the timers do.
Result<std::optional<JobId>> start_run_if_needed(const Services& services, db::Session& session, RunKind kind);

}  // namespace mis::dunning
