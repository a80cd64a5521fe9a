// What receivables does when a shard of a bill run is issued.
#pragma once

#include "mis/base/result.hpp"
#include "mis/db/database.hpp"
#include "modules/billing/billing.hpp"

namespace mis::receivables {

// Makes a receivable, an open item and the postings of every bill of the route, inside the issuing transaction, and uses the
// advances of its accounts. A second issue of the same route is an Error{kConflict, "ledger.posted_already"} and changes nothing.
Status post_issued_shard(db::Database& database, db::Session& session, const billing::IssuedShard& shard);

}  // namespace mis::receivables
