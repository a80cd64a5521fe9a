// What others may use of invoicing: the documents that customers are handed, as pure functions from values to PDF files; who
// issues electronic invoices (a provider); what stands behind the routes is inside the module.
//
//   drawn → sending → issued → reversed (by a red-letter invoice that names it)
//                   → failed (the provider refused it; its number stays with it)
//                   → unknown (the answer was lost) → asked again → issued, failed, or sent anew under the same number
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/result.hpp"
#include "mis/db/database.hpp"
#include "mis/registry.hpp"
#include "modules/invoicing/documents/invoice_document.hpp"
#include "modules/invoicing/documents/receipt_document.hpp"
#include "modules/invoicing/documents/statement_document.hpp"

namespace mis::invoicing {

// ── The provider of electronic invoices ─────────────────────────────────────────────────────────────────────────────

struct EInvoiceOrder {
  InvoiceDocument content;  // number, parties, lines; the number that it reverses where it is a red one
  std::string account_no, bill_no, check_code, reason;
};

struct EInvoiceAnswer {
  enum class Outcome : std::uint8_t {
    kIssued,
    kRefused,  // for good; another number may be tried with other content
    kUnknown,  // nobody knows: a time-out, a lost connection
    kAbsent,   // only of `ask`: the provider has never had it
  };
  Outcome outcome = Outcome::kIssued;
  std::string reference;  // of the provider
  std::string error;
};

class EInvoiceProvider {
 public:
  virtual ~EInvoiceProvider() = default;
  virtual std::string_view name() const = 0;  // at most 20 ASCII characters
  // May be called again with the same number and the same content, from several threads, and must then issue it once. An exception
  // is an answer that was lost.
  virtual EInvoiceAnswer issue(const EInvoiceOrder& order) = 0;
  virtual EInvoiceAnswer ask(const std::string& number) = 0;
};

// What the module works with (`registry.part<Equipment>()`). Without it nothing is drawn: invoicing.no_equipment.
struct Equipment {
  std::shared_ptr<EInvoiceProvider> provider;
  std::filesystem::path folder;  // the key of check codes and the files of batch prints
};
// The provider that comes with Watthour: a JSON file per invoice in `folder`/issued, and everything else below `folder`.
void use_folder(Equipment& equipment, const std::filesystem::path& folder);

// Names the seller for the invoices to come, for loaders; people do it in the settings, audited.
struct Seller {
  std::string name, tax_id, address_phone, bank_account;
};
void name_seller(db::Session& session, const Seller& seller, Instant now);

// ── The books ───────────────────────────────────────────────────────────────────────────────────────────────────────

// Says in words what is not as it must be: gaps in a series, more than one standing invoice of a bill, amounts that are not the
// bill's or do not add up, red-letter invoices that do not mirror theirs.
Result<std::vector<std::string>> verify_invoicing(db::Database& database);

void register_module(Registry& registry);

}  // namespace mis::invoicing
