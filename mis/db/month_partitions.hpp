// Partitions of the tables that are kept by month.
#pragma once

#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"

namespace mis::db {

// Tables whose comment says "month-partitioned" get a partition of its own for each of the months, before rows of that
// month are written: a month's rows and their indexes then stay together, and writing the thirteenth month touches as few
// pages as writing the first. Months between and before those that are there are split off as long as no row lies in the
// range they are cut from; where some do, or somebody reads the table for longer than seconds, the months share a
// partition, which is right and slower. Needs the owner; harmless where the partitions exist already.
Status ensure_month_partitions(Session& owner, BillingMonth from, BillingMonth to);

}  // namespace mis::db
