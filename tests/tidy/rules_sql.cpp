// How SQL is written, whose tables it names, and what the migrations look like.
#include <algorithm>
#include <array>
#include <cctype>

#include "tests/tidy/exceptions.hpp"
#include "tests/tidy/rules.hpp"

namespace tidy {
namespace {

bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

bool is_statement(const std::string& text) {
  static constexpr std::array kStarts = {"SELECT ", "INSERT INTO ", "INSERT IGNORE ", "UPDATE ", "DELETE FROM ", "REPLACE INTO ", "WITH "};
  return std::any_of(kStarts.begin(), kStarts.end(), [&](const char* start) { return text.rfind(start, 0) == 0; });
}

// The last thing in the code before a literal, blanks left out, as long as it may matter.
std::string code_before(const SourceText& file, std::size_t at) {
  while (at > 0 && is_blank(file.code[at - 1])) --at;
  return file.code.substr(at < 20 ? 0 : at - 20, std::min<std::size_t>(at, 20));
}

// The first sign behind a literal and the literals that follow it directly, which the compiler joins to one.
char sign_after(const SourceText& file, std::size_t literal) {
  std::size_t at = file.literals[literal].end;
  while (true) {
    while (at < file.code.size() && is_blank(file.code[at])) ++at;
    if (literal + 1 < file.literals.size() && file.literals[literal + 1].begin == at) at = file.literals[++literal].end;
    else return at < file.code.size() ? file.code[at] : '\0';
  }
}

bool is_sql_builder(const std::string& path) {
  return std::any_of(kSqlBuilders.begin(), kSqlBuilders.end(), [&](const auto& row) { return row.path == path; });
}

bool is_allowed_use(const std::string& path, const std::string& table) {
  return std::any_of(kTableUses.begin(), kTableUses.end(), [&](const auto& row) {
    return path.rfind(row.path_start, 0) == 0 && table.rfind(row.table, 0) == 0;
  });
}

// Every word of a literal that is the name of a table.
std::vector<std::string> tables_in(const House& house, const std::string& text) {
  std::vector<std::string> found;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_word(text[at])) { ++at; continue; }
    std::size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    auto word = text.substr(at, end - at);
    if (house.tables.contains(word)) found.push_back(std::move(word));
    at = end;
  }
  return found;
}

}  // namespace

Findings check_sql_is_constant(const House& house) {
  Findings found;
  for (const auto& file : house.files) {
    if (!file.is_cpp() || !room_of(file.path) || is_sql_builder(file.path)) continue;
    for (std::size_t i = 0; i < file.literals.size(); ++i) {
      if (!is_statement(file.literals[i].value)) continue;
      const auto before = code_before(file, file.literals[i].begin);
      if (ends_with(before, "format(") || ends_with(before, "+") || sign_after(file, i) == '+')
        found.push_back({file.path, file.line_at(file.literals[i].begin), "constant SQL",
                         "expected values as parameters but this statement is put together: " + file.literals[i].value});
    }
  }
  return found;
}

Findings check_table_owners(const House& house) {
  Findings found;
  for (const auto& file : house.files) {
    const auto room = file.is_cpp() ? room_of(file.path) : std::nullopt;
    if (!room) continue;
    for (const auto& literal : file.literals)
      for (const auto& table : tables_in(house, literal.value)) {
        const auto owner = owner_of_table(table);
        if (owner == room || is_allowed_use(file.path, table)) continue;
        found.push_back({file.path, file.line_at(literal.begin), "table owners",
                         "expected " + *room + " to ask the service of " + owner.value_or("its owner") + " or read a view but it names " + table});
      }
  }
  return found;
}

Findings check_append_only(const House& house) {
  static constexpr std::array kMustBe = {"ledger_posting", "ledger_transaction", "ledger_reversal", "receivables_payment", "receivables_payment_reversal", "cashier_receipt", "cashier_receipt_line", "cashier_reversal", "cashier_close", "cashier_deposit", "cashier_day_total", "meter_reading_reading", "security_audit"};
  Findings found;
  for (const auto* table : kMustBe)
    if (house.tables.contains(table) && !house.append_only_tables.contains(table))
      found.push_back({"db/migrations", 1, "append only", std::string("expected the comment 'append-only' on ") + table + " but it has none"});
  for (const auto& file : house.files) {
    if (!file.is_cpp() || !room_of(file.path)) continue;
    for (const auto& literal : file.literals)
      for (const auto& table : house.append_only_tables)
        for (const auto* verb : {"UPDATE ", "DELETE FROM ", "REPLACE INTO ", "TRUNCATE TABLE "}) {
          const auto at = literal.value.find(verb + table);
          if (at == std::string::npos || find_word(literal.value, table, at) == std::string::npos) continue;
          const auto end = at + std::string(verb).size() + table.size();
          if (end < literal.value.size() && is_word(literal.value[end])) continue;
          found.push_back({file.path, file.line_at(literal.begin), "append only",
                           "expected a new row that names the old one but found " + std::string(verb) + table});
        }
  }
  return found;
}

Findings check_migrations(const House& house) {
  Findings found;
  for (const auto& file : house.files) {
    if (file.path.rfind("db/migrations/", 0) != 0) continue;
    const auto name = file.path.substr(14);
    const auto fits = [&] {
      if (name.size() < 20 || name[8] != 'T' || !ends_with(name, ".sql")) return false;
      for (std::size_t i = 0; i < 13; ++i)
        if (i != 8 && !std::isdigit(static_cast<unsigned char>(name[i]))) return false;
      const auto second = name.find("__", 15);
      return name.substr(13, 2) == "__" && second != std::string::npos && second > 15 && second + 6 < name.size() &&
             std::all_of(name.begin() + 15, name.end() - 4, [](char c) { return std::islower(static_cast<unsigned char>(c)) || std::isdigit(static_cast<unsigned char>(c)) || c == '_'; });
    }();
    if (!fits) found.push_back({file.path, 1, "migrations", "expected a name like 20270101T1030__billing__bill.sql but found " + name});
    for (const auto* word : {"DOUBLE", "FLOAT", "REAL"})
      if (const auto at = find_word(file.text, word); at != std::string::npos)
        found.push_back({file.path, file.line_at(at), "migrations", "expected BIGINT of the smallest unit but found a floating column"});
  }
  for (const auto& table : house.tables)
    if (!owner_of_table(table))
      found.push_back({"db/migrations", 1, "migrations", "expected a table to bear the prefix of its room but found " + table});
  return found;
}

}  // namespace tidy
