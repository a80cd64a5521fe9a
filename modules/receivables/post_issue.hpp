// What the ledger does when a shard of a bill run is issued.
#pragma once

#include "mis/base/result.hpp"
#include "mis/db/session.hpp"
#include "modules/billing/billing.hpp"

namespace mis::receivables {

// Makes a receivable and the postings of every bill of the route, inside the issuing transaction. A second issue of the
// same route is an Error{kConflict, "receivables.posted_already"} and changes nothing.
Status post_issued_shard(db::Session& session, const billing::IssuedShard& shard);

}  // namespace mis::receivables
