// What others may use of invoicing: the documents that customers are handed, as pure functions from values to PDF files.
#pragma once

#include "modules/invoicing/documents/invoice_document.hpp"
#include "modules/invoicing/documents/receipt_document.hpp"
#include "modules/invoicing/documents/statement_document.hpp"
