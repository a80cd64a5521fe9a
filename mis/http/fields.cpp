#include "mis/http/fields.hpp"

#include <algorithm>
#include <charconv>
#include <deque>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "mis/base/decimal.hpp"
#include "mis/http/json_body.hpp"
#include "mis/http/text_check.hpp"

namespace mis::http {
namespace {

using nlohmann::json;

// A hostile form with thousands of wrong fields gets an answer of bounded size.
constexpr std::size_t kMaxComplaints = 50;

std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view type_name(const json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_string()) return "a text";
  if (value.is_boolean()) return "true or false";
  if (value.is_number()) return "a number";
  return "null";
}

bool fits(std::string_view text, TextRule::Characters characters) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_code = [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.';
  };
  switch (characters) {
    case TextRule::Characters::kLine:
    case TextRule::Characters::kLines: return true;
    case TextRule::Characters::kCode: return std::all_of(text.begin(), text.end(), is_code);
    case TextRule::Characters::kDigits: return std::all_of(text.begin(), text.end(), is_digit);
  }
  return true;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

}  // namespace

// One object of the document; `Root` owns them all, so that nested readers complain into one list and `finish` finds
// unknown fields at every level.
struct Fields::Impl {
  struct Node {
    const json* object;
    std::string pointer;
    std::set<std::string, std::less<>> known;
  };
  struct Root {
    json document;
    json nothing = json::object();  // what a nested reader reads where there is no object
    bool is_query = false;
    std::deque<Node> nodes;
    std::vector<FieldError> complaints;
  };

  std::shared_ptr<Root> root;
  Node* node = nullptr;

  void complain(std::string pointer, std::string code, std::string message) {
    if (root->complaints.size() < kMaxComplaints) {
      root->complaints.push_back({std::move(pointer), std::move(code), std::move(message)});
    }
  }
  std::string pointer_to(std::string_view name) const { return node->pointer + "/" + escaped(name); }

  // The field's value; null where it is absent or null. Remembers that the field is known.
  const json* find(std::string_view name) {
    node->known.emplace(name);
    const auto it = node->object->find(std::string(name));
    return it == node->object->end() || it->is_null() ? nullptr : &*it;
  }
  const json* require(std::string_view name) {
    const json* value = find(name);
    if (!value) complain(pointer_to(name), "field.required", "expected a value but there is none");
    return value;
  }

  std::optional<std::string> text(const json& value, const std::string& pointer, const TextRule& rule) {
    if (!value.is_string()) {
      complain(pointer, "field.type", "expected a text but got " + std::string(type_name(value)));
      return {};
    }
    const auto& text = value.get_ref<const std::string&>();
    const auto shape = shape_of(text);
    const bool lines = rule.characters == TextRule::Characters::kLines;
    if (!shape || shape->has_control || (shape->has_line_end && !lines)) {
      complain(pointer, "field.characters",
               std::string("expected ") + (lines ? "printable text" : "one line of printable text") + " but there are other characters");
      return {};
    }
    if (shape->characters < rule.min_length || shape->characters > rule.max_length) {
      complain(pointer, "field.length",
               "expected " + std::to_string(rule.min_length) + " to " + std::to_string(rule.max_length) + " characters but got " +
                   std::to_string(shape->characters));
      return {};
    }
    if (!fits(text, rule.characters)) {
      complain(pointer, "field.pattern",
               rule.characters == TextRule::Characters::kDigits
                   ? "expected digits only but there are other characters"
                   : "expected letters, digits, \"_\", \"-\" and \".\" only but there are other characters");
      return {};
    }
    return text;
  }

  std::vector<std::string> texts(const json& value, const std::string& pointer, std::size_t max_items, const TextRule& rule);

  std::optional<std::int64_t> integer(const json& value, const std::string& pointer, IntegerRule rule) {
    std::optional<std::int64_t> number;
    // In a query everything is text. In JSON 3.0 is not an integer: nothing here ever passes through a float.
    if (value.is_string() && root->is_query) number = whole_number(value.get_ref<const std::string&>());
    if (value.is_number_integer()) {
      const bool too_large = value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
      if (!too_large) number = value.get<std::int64_t>();
    }
    if (!number) {
      complain(pointer, "field.type", "expected a whole number but got " + (value.is_number() ? value.dump() : std::string(type_name(value))));
      return {};
    }
    if (*number < rule.min || *number > rule.max) {
      complain(pointer, "field.range",
               "expected " + std::to_string(rule.min) + " to " + std::to_string(rule.max) + " but got " + std::to_string(*number));
      return {};
    }
    return number;
  }

  std::optional<bool> boolean(const json& value, const std::string& pointer) {
    if (value.is_boolean()) return value.get<bool>();
    if (root->is_query && value.is_string() && (value == "true" || value == "false")) return value == "true";
    complain(pointer, "field.type", "expected true or false but got " + std::string(type_name(value)));
    return {};
  }

  // A text that `parse` turns into a value exactly or not at all.
  template <class Parse>
  auto parsed(const json& value, const std::string& pointer, const char* code, const char* wanted, Parse parse)
      -> decltype(parse(std::string_view{})) {
    if (!value.is_string()) {
      complain(pointer, "field.type", std::string("expected ") + wanted + " as a text but got " + std::string(type_name(value)));
      return {};
    }
    const auto& text = value.get_ref<const std::string&>();
    auto result = parse(std::string_view(text));
    if (!result) {
      complain(pointer, code, std::string("expected ") + wanted + " but got \"" + text.substr(0, 40) + "\"");
    }
    return result;
  }

  std::optional<std::string> choice(const json& value, const std::string& pointer, std::initializer_list<std::string_view> values) {
    if (value.is_string()) {
      const auto& text = value.get_ref<const std::string&>();
      if (std::find(values.begin(), values.end(), text) != values.end()) return text;
    }
    std::string wanted;
    for (const std::string_view one : values) wanted += (wanted.empty() ? "" : ", ") + std::string(one);
    complain(pointer, "field.choice",
             "expected one of " + wanted + " but got " +
                 (value.is_string() ? "\"" + value.get<std::string>().substr(0, 40) + "\"" : std::string(type_name(value))));
    return {};
  }
};

Fields::Fields(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Fields::Fields(Fields&&) noexcept = default;
Fields& Fields::operator=(Fields&&) noexcept = default;
Fields::~Fields() = default;

Result<Fields> Fields::of_body(const Request& request) {
  const auto type = request.header("Content-Type").value_or("");
  if (type != "application/json" && !type.starts_with("application/json;")) {
    return Error{ErrorKind::kInvalid, "http.not_json",
                 "expected Content-Type application/json but got \"" + std::string(type.substr(0, 60)) + "\"", {}};
  }
  auto document = parse_json(request.body);
  if (!document) return std::move(document).error();
  if (!document->is_object()) {
    return Error{ErrorKind::kInvalid, "http.malformed_json",
                 "expected a JSON object but got " + std::string(type_name(*document)), {}};
  }
  auto impl = std::make_unique<Impl>();
  impl->root = std::make_shared<Impl::Root>();
  impl->root->document = std::move(*document);
  impl->node = &impl->root->nodes.emplace_back(Impl::Node{&impl->root->document, "", {}});
  return Fields(std::move(impl));
}

Fields Fields::of_query(const Request& request) {
  auto impl = std::make_unique<Impl>();
  impl->root = std::make_shared<Impl::Root>();
  impl->root->is_query = true;
  impl->root->document = json::object();
  impl->node = &impl->root->nodes.emplace_back(Impl::Node{&impl->root->document, "", {}});
  for (const auto& [name, value] : request.query) {
    if (impl->root->document.contains(name)) {
      impl->complain("/" + escaped(name), "field.twice", "expected one value but there are several");
    }
    // An empty value is what a cleared search form sends: the same as none.
    if (!value.empty()) impl->root->document[name] = value;
  }
  return Fields(std::move(impl));
}

std::string Fields::text(std::string_view name, TextRule rule) {
  const json* value = impl_->require(name);
  return value ? impl_->text(*value, impl_->pointer_to(name), rule).value_or("") : "";
}
std::optional<std::string> Fields::optional_text(std::string_view name, TextRule rule) {
  const json* value = impl_->find(name);
  return value ? impl_->text(*value, impl_->pointer_to(name), rule) : std::nullopt;
}
std::int64_t Fields::integer(std::string_view name, IntegerRule rule) {
  const json* value = impl_->require(name);
  return value ? impl_->integer(*value, impl_->pointer_to(name), rule).value_or(0) : 0;
}
std::optional<std::int64_t> Fields::optional_integer(std::string_view name, IntegerRule rule) {
  const json* value = impl_->find(name);
  return value ? impl_->integer(*value, impl_->pointer_to(name), rule) : std::nullopt;
}
bool Fields::boolean(std::string_view name) {
  const json* value = impl_->require(name);
  return value && impl_->boolean(*value, impl_->pointer_to(name)).value_or(false);
}
std::optional<bool> Fields::optional_boolean(std::string_view name) {
  const json* value = impl_->find(name);
  return value ? impl_->boolean(*value, impl_->pointer_to(name)) : std::nullopt;
}

namespace {
constexpr const char* kYuan = "yuan with at most two decimals";
constexpr const char* kThreeDecimals = "a decimal with at most three decimals";
constexpr const char* kMonth = "a month like 2026-10";
constexpr const char* kDate = "a date like 2026-10-31";
}  // namespace

Money Fields::money(std::string_view name, MoneyRule rule) {
  if (!impl_->require(name)) return {};
  return optional_money(name, rule).value_or(Money{});
}
std::optional<Money> Fields::optional_money(std::string_view name, MoneyRule rule) {
  const json* value = impl_->find(name);
  if (!value) return {};
  const auto money = impl_->parsed(*value, impl_->pointer_to(name), "field.decimal", kYuan, parse_yuan);
  if (money && (*money < rule.min || *money > rule.max)) {
    impl_->complain(impl_->pointer_to(name), "field.range",
                    "expected " + format_yuan(rule.min) + " to " + format_yuan(rule.max) + " yuan but got " + format_yuan(*money));
    return {};
  }
  return money;
}
Energy Fields::energy(std::string_view name) {
  const json* value = impl_->require(name);
  return value ? impl_->parsed(*value, impl_->pointer_to(name), "field.decimal", kThreeDecimals, parse_kwh).value_or(Energy{}) : Energy{};
}
Demand Fields::demand(std::string_view name) {
  const json* value = impl_->require(name);
  return value ? impl_->parsed(*value, impl_->pointer_to(name), "field.decimal", kThreeDecimals, parse_kw).value_or(Demand{}) : Demand{};
}
Capacity Fields::capacity(std::string_view name) {
  const json* value = impl_->require(name);
  return value ? impl_->parsed(*value, impl_->pointer_to(name), "field.decimal", kThreeDecimals, parse_kva).value_or(Capacity{}) : Capacity{};
}
BillingMonth Fields::month(std::string_view name) {
  const json* value = impl_->require(name);
  return value ? impl_->parsed(*value, impl_->pointer_to(name), "field.month", kMonth, BillingMonth::parse).value_or(BillingMonth{})
               : BillingMonth{};
}
std::optional<BillingMonth> Fields::optional_month(std::string_view name) {
  const json* value = impl_->find(name);
  return value ? impl_->parsed(*value, impl_->pointer_to(name), "field.month", kMonth, BillingMonth::parse) : std::nullopt;
}
Date Fields::date(std::string_view name) {
  const json* value = impl_->require(name);
  return value ? impl_->parsed(*value, impl_->pointer_to(name), "field.date", kDate, Date::parse).value_or(Date{}) : Date{};
}
std::optional<Date> Fields::optional_date(std::string_view name) {
  const json* value = impl_->find(name);
  return value ? impl_->parsed(*value, impl_->pointer_to(name), "field.date", kDate, Date::parse) : std::nullopt;
}
std::string Fields::one_of(std::string_view name, std::initializer_list<std::string_view> values) {
  const json* value = impl_->require(name);
  return value ? impl_->choice(*value, impl_->pointer_to(name), values).value_or("") : "";
}
std::optional<std::string> Fields::optional_one_of(std::string_view name, std::initializer_list<std::string_view> values) {
  const json* value = impl_->find(name);
  return value ? impl_->choice(*value, impl_->pointer_to(name), values) : std::nullopt;
}

std::vector<std::string> Fields::Impl::texts(const json& value, const std::string& pointer, std::size_t max_items, const TextRule& rule) {
  std::vector<std::string> out;
  if (!value.is_array() || value.size() > max_items) {
    complain(pointer, "field.list",
             "expected a list of at most " + std::to_string(max_items) + " texts but got " +
                 (value.is_array() ? std::to_string(value.size()) : std::string(type_name(value))));
    return out;
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (auto one = text(value[i], pointer + "/" + std::to_string(i), rule)) out.push_back(std::move(*one));
  }
  return out;
}

std::vector<std::string> Fields::texts(std::string_view name, std::size_t max_items, TextRule rule) {
  const json* value = impl_->require(name);
  return value ? impl_->texts(*value, impl_->pointer_to(name), max_items, rule) : std::vector<std::string>{};
}
std::optional<std::vector<std::string>> Fields::optional_texts(std::string_view name, std::size_t max_items, TextRule rule) {
  const json* value = impl_->find(name);
  if (!value) return {};
  return impl_->texts(*value, impl_->pointer_to(name), max_items, rule);
}

Fields Fields::object(std::string_view name) {
  const json* value = impl_->require(name);
  if (value && !value->is_object()) {
    impl_->complain(impl_->pointer_to(name), "field.type", "expected an object but got " + std::string(type_name(*value)));
    value = nullptr;
  }
  auto nested = std::make_unique<Impl>();
  nested->root = impl_->root;
  nested->node = &impl_->root->nodes.emplace_back(Impl::Node{value ? value : &impl_->root->nothing, impl_->pointer_to(name), {}});
  return Fields(std::move(nested));
}

std::vector<Fields> Fields::objects(std::string_view name, std::size_t max_items) {
  const json* value = impl_->require(name);
  std::vector<Fields> out;
  if (!value) return out;
  const std::string pointer = impl_->pointer_to(name);
  if (!value->is_array() || value->size() > max_items) {
    impl_->complain(pointer, "field.list", "expected a list of at most " + std::to_string(max_items) + " objects but got " +
                                               (value->is_array() ? std::to_string(value->size()) : std::string(type_name(*value))));
    return out;
  }
  for (std::size_t i = 0; i < value->size(); ++i) {
    const std::string item_pointer = pointer + "/" + std::to_string(i);
    if (!(*value)[i].is_object()) {
      impl_->complain(item_pointer, "field.type", "expected an object but got " + std::string(type_name((*value)[i])));
      continue;
    }
    auto nested = std::make_unique<Impl>();
    nested->root = impl_->root;
    nested->node = &impl_->root->nodes.emplace_back(Impl::Node{&(*value)[i], item_pointer, {}});
    out.push_back(Fields(std::move(nested)));
  }
  return out;
}

PageRequest Fields::page(std::size_t keys) {
  PageRequest page;
  if (const auto limit = optional_integer("limit", {1, kMaxPageLimit})) page.limit = static_cast<int>(*limit);
  if (const auto cursor = optional_text("cursor", {.max_length = 1000})) {
    auto after = decode_cursor(*cursor);
    if (after && after->size() == keys) {
      page.after = std::move(*after);
    } else {
      complain("cursor", "field.cursor", "expected next_cursor of an earlier page of this list but got something else");
    }
  }
  return page;
}

void Fields::complain(std::string_view name, std::string code, std::string message) {
  impl_->complain(impl_->pointer_to(name), std::move(code), std::move(message));
}

std::optional<Error> Fields::finish() {
  for (const Impl::Node& node : impl_->root->nodes) {
    for (const auto& [name, value] : node.object->items()) {
      if (node.known.contains(name)) continue;
      std::string known;
      for (const std::string& one : node.known) known += (known.empty() ? "" : ", ") + one;
      impl_->complain(node.pointer + "/" + escaped(name), "field.unknown",
                      known.empty() ? "expected no field but there is one" : "expected one of the fields " + known + " but this is none");
    }
  }
  if (impl_->root->complaints.empty()) return {};
  const std::size_t count = impl_->root->complaints.size();
  return invalid("http.invalid_fields",
                 "expected every field to be right but " + std::to_string(count) + (count == 1 ? " is not" : " are not"),
                 std::move(impl_->root->complaints));
}

}  // namespace mis::http
