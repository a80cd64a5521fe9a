// Reads and checks what a client sent, field by field, and keeps every complaint: the answer to a bad form names all
// wrong fields at once, each by its JSON pointer.
//
//   auto body = Fields::of_body(request);
//   if (!body) return body.error();                       // not JSON at all: 400
//   const BillingMonth month = body->month("billing_month");
//   const std::string note = body->text("note", {.max_length = 200});
//   if (auto error = body->finish()) return *error;       // 422 with every complaint, unknown fields too
//
// A getter that complains returns a value of no meaning, so nothing may be used before `finish`.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/http/page.hpp"
#include "mis/http/request.hpp"

namespace mis::http {

struct TextRule {
  std::size_t min_length = 1;  // in characters, not bytes
  std::size_t max_length = 200;
  enum class Characters : std::uint8_t {
    kLine,    // anything printable, one line
    kLines,   // several lines
    kCode,    // letters, digits, "_", "-", "."
    kDigits,
  } characters = Characters::kLine;
};

struct IntegerRule {
  std::int64_t min = INT64_MIN;
  std::int64_t max = INT64_MAX;
};

struct MoneyRule {
  Money min{INT64_MIN};
  Money max{INT64_MAX};
};

class Fields {
 public:
  // An error where the body is not one JSON object, is not called JSON, names a field twice or is nested too deeply.
  static Result<Fields> of_body(const Request& request);
  static Fields of_query(const Request& request);

  Fields(Fields&&) noexcept;
  Fields& operator=(Fields&&) noexcept;
  ~Fields();

  // Required fields: absent or null is a complaint.
  std::string text(std::string_view name, TextRule rule = {});
  std::int64_t integer(std::string_view name, IntegerRule rule = {});
  bool boolean(std::string_view name);
  Money money(std::string_view name, MoneyRule rule = {});  // decimal text in yuan, at most two decimals; a JSON number is a complaint
  Energy energy(std::string_view name);
  Demand demand(std::string_view name);
  Capacity capacity(std::string_view name);
  BillingMonth month(std::string_view name);
  Date date(std::string_view name);
  std::string one_of(std::string_view name, std::initializer_list<std::string_view> values);
  std::vector<std::string> texts(std::string_view name, std::size_t max_items, TextRule rule = {});
  Fields object(std::string_view name);
  std::vector<Fields> objects(std::string_view name, std::size_t max_items);

  // Optional fields: absent or null gives nothing.
  std::optional<std::string> optional_text(std::string_view name, TextRule rule = {});
  std::optional<std::int64_t> optional_integer(std::string_view name, IntegerRule rule = {});
  std::optional<bool> optional_boolean(std::string_view name);
  std::optional<Money> optional_money(std::string_view name, MoneyRule rule = {});
  std::optional<BillingMonth> optional_month(std::string_view name);
  std::optional<Date> optional_date(std::string_view name);
  std::optional<std::vector<std::string>> optional_texts(std::string_view name, std::size_t max_items, TextRule rule = {});
  std::optional<std::string> optional_one_of(std::string_view name, std::initializer_list<std::string_view> values);

  // `limit` and `cursor` of a list whose cursor holds `keys` values.
  PageRequest page(std::size_t keys);

  // A complaint of the use case's own, beside those found here.
  void complain(std::string_view name, std::string code, std::string message);
  // Everything that was wrong, unknown fields included; nothing where all is well.
  std::optional<Error> finish();

 private:
  struct Impl;
  explicit Fields(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::http
