// What is done with invoices: drawing, sending to the provider, reversing. Each takes the caller's transaction, but for sending,
// which talks to somebody outside and commits step by step.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "modules/invoicing/invoicing.hpp"
#include "modules/invoicing/store.hpp"

namespace mis::invoicing {

inline constexpr std::string_view kSendJob = "invoicing.send";
inline constexpr std::string_view kDrawJob = "invoicing.draw";
inline constexpr std::string_view kPrintJob = "invoicing.print";

struct Occasion {
  Date on;  // the utility's day
  Instant at;
  std::optional<UserId> by;
};

// Draws the invoice of one bill. `wanted` overrides the buyer field by field, for this invoice. Errors: invoicing.no_bill (not found:
// no issued bill of this number within the scope), invoicing.nothing_to_invoice (an amount of zero), invoicing.not_paid,
// invoicing.written_off, invoicing.standing (the bill has an invoice that stands), invoicing.no_seller (the settings do not say who
// sells), invoicing.buyer_of_person (name or tax number given for a person), invoicing.no_equipment, invoicing.no_key.
Result<NewInvoice> draw_bill(db::Database& database, db::Session& session, const Equipment& equipment, std::string_view bill_no, const Buyer& wanted, std::string_view scope, const Occasion& when);

// Draws the invoices of all that can be invoiced of a month and route; returns their number. Errors: as above, of the utility as a whole.
Result<std::int64_t> draw_route(db::Database& database, db::Session& session, const Equipment& equipment, const BillFilter& filter, const Occasion& when);

// The seller must be known before anything is drawn. Errors: invoicing.no_seller, invoicing.no_equipment.
Result<Settings> ready_to_draw(db::Session& session, const Equipment& equipment);

// Reverses an issued invoice by a red one, or asks for a second person where it is above the limit.
// Errors: invoicing.no_invoice, invoicing.not_reversible (a red one, or not issued), invoicing.reversal_exists, invoicing.reversal_requested.
struct Reversed {
  std::optional<NewInvoice> red;            // drawn
  std::optional<std::int64_t> request_id;  // or waiting for a second person
};
Result<Reversed> reverse(db::Database& database, db::Session& session, const Equipment& equipment, std::string_view number, std::string_view reason, std::string_view scope, UserId by, const Occasion& when);
// Errors: invoicing.no_request, invoicing.request_state, security.second_person, and those of reverse.
Result<NewInvoice> approve_reversal(db::Database& database, db::Session& session, const Equipment& equipment, std::int64_t request, std::string_view scope, UserId by, const Occasion& when);
Status refuse_reversal(db::Session& session, std::int64_t request, std::string_view note, std::string_view scope, UserId by, const Occasion& when);

// A job that sends what waits in these lanes, in the caller's transaction.
JobId request_sending(db::Session& session, std::span<const int> lanes, Instant now, std::optional<UserId> by);
std::vector<int> waiting_lanes(db::Session& session, Instant now);
// A job for all that waits or whose answer was lost, where there is such and no job is under way; what the timer "invoicing.send" does
// every five seconds.
std::optional<JobId> request_sending_if_waiting(db::Session& session, const Equipment& equipment, Instant now);

// Sends what is drawn in a lane, after settling what was left half done or unknown. `holder` is a transaction that keeps others out of
// the lane; the work itself is committed over other sessions.
struct Sent {
  std::int64_t issued = 0, failed = 0, unknown = 0;
};
Result<Sent> send_lane(db::Database& database, db::Session& holder, const Clock& clock, const Equipment& equipment, int lane);

// What an invoice's page says.
InvoiceDocument document_of(const Invoice& invoice, const Settings& settings);

}  // namespace mis::invoicing
