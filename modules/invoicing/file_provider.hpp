// The provider that works without anybody outside: a JSON file per invoice, named by its number, written once. What a tax authority's
// or a company's service would get is in it.
#pragma once

#include <filesystem>

#include "modules/invoicing/invoicing.hpp"

namespace mis::invoicing {

class FileEInvoiceProvider final : public EInvoiceProvider {
 public:
  explicit FileEInvoiceProvider(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::string_view name() const override { return "file"; }
  EInvoiceAnswer issue(const EInvoiceOrder& order) override;
  EInvoiceAnswer ask(const std::string& number) override;

 private:
  std::filesystem::path path_of(const std::string& number) const;
  std::filesystem::path folder_;
};

}  // namespace mis::invoicing
