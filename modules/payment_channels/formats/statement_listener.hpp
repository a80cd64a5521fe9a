// Private to the reader of statements: turns the elements of camt.053 and camt.054 into heads, entries and problems.
#pragma once

#include <variant>
#include <vector>

#include "modules/payment_channels/formats/statement.hpp"
#include "modules/payment_channels/formats/xml_stream.hpp"

namespace mis::payment_channels {

using StatementItem = std::variant<StatementHead, StatementEntry, StatementEnd, files::Problem>;

class StatementListener : public XmlListener {
 public:
  explicit StatementListener(const StatementOptions& options) : options_(options) {}

  // What has been read since they were taken last.
  std::vector<StatementItem> items;
  std::int64_t statements = 0;
  // Set where the file cannot be trusted as a whole.
  std::optional<Error> failure;

  Status message(const MessageName& name) override;
  void begin(std::string_view path, XmlPlace place) override;
  void end(std::string_view path, std::string_view text, std::string_view currency, XmlPlace place) override;

 private:
  struct Balance {
    std::string code, direction, amount, currency;
    std::optional<Date> on;
    std::int64_t line = 0;
  };
  struct Trouble {
    std::string column, code, expected, found;
  };
  // A transaction as written; what its amount is depends on the version and on the entry around it.
  struct Draft {
    StatementTransaction transaction;
    std::string direction;
    std::optional<Money> amount;         // TxDtls/Amt
    std::optional<Money> detail_amount;  // AmtDtls/TxAmt/Amt, where version .02 has it
    bool other_currency = false;
  };

  void take_head(std::string_view name, std::string_view text);
  void take_balance(std::string_view name, std::string_view text, std::string_view currency);
  void take_entry(std::string_view name, std::string_view text, std::string_view currency);
  void take_transaction(std::string_view name, std::string_view text, std::string_view currency);
  void take_amount(std::optional<Money>& amount, std::string_view column, std::string_view text, std::string_view currency);
  void end_balance();
  void take_drafts();
  void count_booked();
  void end_entry();
  void end_statement();
  void tell_head(XmlPlace place);
  void complain(std::string column, std::string code, std::string expected, std::string found);
  std::optional<Date> date(std::string_view column, std::string_view text);

  const StatementOptions& options_;
  std::string container_, element_;  // "BkToCstmrStmt", "Stmt"
  std::string path_;                 // both, with '/'
  bool head_told_ = true;
  StatementHead head_;
  Balance balance_;
  StatementEntry entry_;
  std::optional<Money> entry_amount_;
  std::string entry_direction_, entry_state_;
  std::string domain_code_, family_code_, subfamily_code_, own_code_;
  std::vector<Draft> drafts_;
  std::optional<Trouble> trouble_;
  StatementEnd end_;
};

}  // namespace mis::payment_channels
