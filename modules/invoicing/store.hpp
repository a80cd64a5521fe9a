// Invoices in the database: what bills can be invoiced, new invoices with their numbers, invoices as they stand.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mis/db/database.hpp"
#include "modules/invoicing/domain/invoice_number.hpp"
#include "modules/invoicing/domain/items.hpp"
#include "modules/invoicing/settings.hpp"

namespace mis::invoicing {

using InvoiceId = Id<struct InvoiceTag>;
inline constexpr int kLanes = 8;

// A bill that was paid and has no standing invoice, with whose name its invoice bears.
struct PayableBill {
  AccountId account;
  BillingMonth month;
  int revision = 1;
  RouteId route;
  std::string account_no, address, customer_kind;
  DateRange period;
  Energy energy;
  Money amount;
  Buyer buyer;  // as the account wants it, else as the customer is known
  std::vector<BillCharge> charges;
};
struct BillFilter {
  BillingMonth month;
  RouteId route;
  std::optional<AccountId> account = {};
  std::optional<std::string> customer_kind = {};
  std::string scope = "/%";
};
std::vector<PayableBill> payable_bills(db::Session& session, const BillFilter& filter, bool with_charges);

struct NewInvoice {
  InvoiceKind kind = InvoiceKind::kBlue;
  AccountId account;
  BillingMonth month;
  int revision = 1;
  RouteId route;
  std::optional<InvoiceId> reverses;
  int setting_version = 1;
  Buyer buyer;
  std::string remarks, reason;
  std::vector<InvoiceLine> lines;
  // Given by the store.
  InvoiceId id;
  std::string number;
};

// The year and kind's series, locked until the transaction ends: who draws after us waits here and sees what we drew.
void lock_series(db::Session& session, int year, InvoiceKind kind);
// The bills of a month and route that have a standing invoice, as account and revision.
std::set<std::pair<AccountId, int>> standing_in(db::Session& session, BillingMonth month, RouteId route);
// Writes them with the next numbers of the series (all of one kind), which must be locked.
void insert_invoices(db::Database& database, db::Session& session, std::span<NewInvoice> invoices, const std::string& key, Date drawn_on, Instant at, std::optional<UserId> by);

struct Invoice {
  InvoiceId id;
  std::string number;
  InvoiceKind kind = InvoiceKind::kBlue;
  std::string state;
  AccountId account;
  std::string account_no, customer_name;
  OrgId org;
  BillingMonth month;
  int revision = 1;
  int lane = 0;
  int setting_version = 1;
  Buyer buyer;
  std::string remarks, reason, check_code;
  Taxed amount;
  std::string reverses, reversed_by;  // numbers; the second one of a red letter that has not failed
  std::string drawn_by_name, provider, provider_reference, error;
  Date drawn_on;
  Instant drawn_at;
  std::optional<Instant> issued_at;
  bool to_reverse = false;  // it stands, but its bill is not paid any more
  std::vector<InvoiceLine> lines;
};
std::optional<Invoice> find_invoice(db::Session& session, std::string_view number, std::string_view scope);
// In the order of their ids, lines included.
std::vector<Invoice> find_invoices(db::Session& session, std::span<const InvoiceId> ids);

struct InvoiceFilter {
  std::optional<AccountId> account;
  std::optional<BillingMonth> month;
  std::optional<std::string> state;  // a state, or "to_reverse"
  std::string scope = "/%";
  std::int64_t before = INT64_MAX;
  int limit = 20;
};
// Newest first, without lines.
std::vector<Invoice> list_invoices(db::Session& session, const InvoiceFilter& filter);

}  // namespace mis::invoicing
