// The routes of invoicing, by what they are about.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "mis/http/route.hpp"
#include "mis/registry.hpp"
#include "modules/invoicing/service.hpp"

namespace mis::invoicing {

void register_invoice_routes(Registry& registry, const Equipment& equipment);   // invoices and their documents
void register_reversal_routes(Registry& registry, const Equipment& equipment);  // reversals that take two people
void register_batch_routes(Registry& registry, const Equipment& equipment);
void register_setting_routes(Registry& registry);                               // the utility's settings, an account's buyer
void register_document_routes(Registry& registry);                              // receipts and statements as papers

http::Schema buyer_schema();
http::Schema invoice_schema();
// An invoice as it is answered; a list leaves the lines out.
nlohmann::json invoice_to_json(const Invoice& invoice, bool with_lines);
// By its number within the scope. Errors: invoicing.no_invoice.
Result<Invoice> require_invoice(db::Session& session, std::string_view number, std::string_view scope);
// A file to be shown or kept.
http::Answer pdf_answer(std::string pdf, std::string_view name);

}  // namespace mis::invoicing
