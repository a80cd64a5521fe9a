#include "modules/invoicing/file_provider.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "modules/invoicing/files.hpp"

namespace mis::invoicing {
namespace {

using nlohmann::json;
using Outcome = EInvoiceAnswer::Outcome;

json party_to_json(const InvoiceDocument::Party& party) {
  return {{"name", party.name}, {"tax_id", party.tax_id}, {"address_phone", party.address_phone}, {"bank_account", party.bank_account}};
}

json order_to_json(const EInvoiceOrder& order) {
  const auto& content = order.content;
  json lines = json::array();
  Money net, tax;
  for (const auto& line : content.lines) {
    lines.push_back({{"name", line.name},
                     {"unit", line.unit},
                     {"quantity", line.quantity},
                     {"unit_price", line.unit_price},
                     {"net", format_yuan(line.amount)},
                     {"tax_rate", line.tax_rate_bp ? json(format_decimal(*line.tax_rate_bp, 4, 2)) : json(nullptr)},
                     {"tax", format_yuan(line.tax)}});
    net += line.amount;
    tax += line.tax;
  }
  return {{"number", content.number},
          {"issued_on", content.issued_on.to_string()},
          {"reverses", content.reverses_number.empty() ? json(nullptr) : json(content.reverses_number)},
          {"reason", order.reason},
          {"seller", party_to_json(content.seller)},
          {"buyer", party_to_json(content.buyer)},
          {"lines", lines},
          {"net", format_yuan(net)},
          {"tax", format_yuan(tax)},
          {"total", format_yuan(net + tax)},
          {"currency", "CNY"},
          {"remarks", content.remarks},
          {"account_no", order.account_no},
          {"bill_no", order.bill_no},
          {"check_code", order.check_code}};
}

}  // namespace

std::filesystem::path FileEInvoiceProvider::path_of(const std::string& number) const { return folder_ / (number + ".json"); }

EInvoiceAnswer FileEInvoiceProvider::ask(const std::string& number) {
  auto found = read_whole(path_of(number));
  if (!found) return {Outcome::kUnknown, "", found.error().message};
  if (!*found) return {Outcome::kAbsent, "", fmt::format("expected the file {}.json but there is none", number)};
  return {Outcome::kIssued, number + ".json", ""};
}

EInvoiceAnswer FileEInvoiceProvider::issue(const EInvoiceOrder& order) {
  const auto text = order_to_json(order).dump(2) + "\n";
  const auto path = path_of(order.content.number);
  if (auto written = write_whole(path, text, IfThere::kKeep); !written) return {Outcome::kUnknown, "", written.error().message};
  // What is there already stays; another content under the same number is somebody else's invoice.
  auto found = read_whole(path);
  if (!found || !*found) return {Outcome::kUnknown, "", found ? "expected the file that was just written but it is gone" : found.error().message};
  if (**found != text) return {Outcome::kRefused, "", fmt::format("expected the number {} to be free but an invoice of other content has it", order.content.number)};
  return {Outcome::kIssued, path.filename().string(), ""};
}

void use_folder(Equipment& equipment, const std::filesystem::path& folder) {
  equipment.folder = folder;
  equipment.provider = std::make_shared<FileEInvoiceProvider>(folder / "issued");
}

}  // namespace mis::invoicing
