#include "modules/payment_channels/formats/statement_listener.hpp"

#include <fmt/format.h>

#include "mis/base/decimal.hpp"
#include "modules/payment_channels/domain/channel_amount.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::string_view kBalance = "Bal";
constexpr std::string_view kEntry = "Ntry";
constexpr std::string_view kDetails = "NtryDtls/TxDtls";  // inside an entry
constexpr std::size_t kMaxTransactions = 200'000;         // of one entry: a utility's largest batch booked as one sum
constexpr std::size_t kMaxRemittanceBytes = 4'096;

// "2026-11-01", with a zone behind it or not, or a date and time. With a zone, the day it is here.
std::optional<Date> parse_iso_date(std::string_view text) {
  if (text.size() > 10 && text[10] == 'T') {
    const bool zoned = text.back() == 'Z' || text.find_first_of("+-", 10) != std::string_view::npos;
    const auto instant = Instant::parse(text);
    if (!instant) return {};
    if (zoned) return local_date(*instant);
  }
  return Date::parse(text.substr(0, 10));
}

std::optional<Direction> parse_direction(std::string_view text) {
  if (text == "CRDT") return Direction::kCredit;
  if (text == "DBIT") return Direction::kDebit;
  return {};
}

std::optional<EntryState> parse_state(std::string_view text) {
  if (text == "BOOK") return EntryState::kBooked;
  if (text == "PDNG" || text == "FUTR") return EntryState::kPending;
  if (text == "INFO") return EntryState::kInformation;
  return {};
}

std::string shown(std::string_view text) { return text.empty() ? "nothing" : "'" + std::string(text.substr(0, 60)) + "'"; }

Money with_sign(Money amount, Direction direction) { return direction == Direction::kCredit ? amount : -amount; }

void append(std::string& to, std::string_view text) {
  if (text.empty() || to.size() + text.size() > kMaxRemittanceBytes) return;
  if (!to.empty()) to += ' ';
  to += text;
}

}  // namespace

Status StatementListener::message(const MessageName& name) {
  const bool statement = name.business == "camt.053";
  if (!statement && name.business != "camt.054") {
    return invalid("payment_channels.message_unknown", fmt::format("expected a statement (camt.053) or a notification (camt.054) but found {}", name.to_string()));
  }
  if (name.version != 2 && name.version != 4 && name.version != 8) {
    return invalid("payment_channels.message_version", fmt::format("expected {0}.001.02, {0}.001.04 or {0}.001.08 but found {1}", name.business, name.to_string()));
  }
  head_.kind = statement ? StatementKind::kStatement : StatementKind::kNotification;
  head_.version = name.to_string();
  container_ = statement ? "BkToCstmrStmt" : "BkToCstmrDbtCdtNtfctn";
  element_ = statement ? "Stmt" : "Ntfctn";
  path_ = container_ + "/" + element_;
  return ok();
}

void StatementListener::begin(std::string_view path, XmlPlace place) {
  if (failure) return;
  if (path == path_) {
    ++statements;
    StatementHead next;
    next.line = place.line;
    next.kind = head_.kind;
    next.version = head_.version;
    next.message_id = head_.message_id;
    head_ = std::move(next);
    end_ = {};
    head_told_ = false;
    return;
  }
  if (!take_path(path, path_)) return;
  if (path == kBalance) {
    balance_ = {};
    balance_.line = place.line;
  } else if (path == kEntry) {
    tell_head(place);
    entry_ = {};
    entry_.line = place.line;
    entry_amount_.reset();
    for (auto* text : {&entry_direction_, &entry_state_, &domain_code_, &family_code_, &subfamily_code_, &own_code_}) text->clear();
    drafts_.clear();
    trouble_.reset();
  } else if (take_path(path, kEntry) && path == kDetails) {
    if (drafts_.size() < kMaxTransactions) {
      drafts_.emplace_back();
    } else {
      complain("TxDtls", "payment_channels.too_many_transactions", fmt::format("at most {} payments in an entry", kMaxTransactions), "more");
    }
  }
}

void StatementListener::end(std::string_view path, std::string_view text, std::string_view currency, XmlPlace place) {
  if (failure) return;
  if (path == path_) {
    tell_head(place);
    if (!failure) end_statement();
    return;
  }
  if (!take_path(path, path_)) {
    if (take_path(path, container_) && path == "GrpHdr/MsgId") head_.message_id = text;
    return;
  }
  if (path == kEntry) return end_entry();
  if (path == kBalance) return end_balance();
  if (take_path(path, kEntry)) {
    if (path == kDetails) return;
    if (take_path(path, kDetails)) return take_transaction(path, text, currency);
    return take_entry(path, text, currency);
  }
  if (take_path(path, kBalance)) return take_balance(path, text, currency);
  take_head(path, text);
}

void StatementListener::take_head(std::string_view name, std::string_view text) {
  if (name == "Id") head_.id = text;
  else if (name == "ElctrncSeqNb" || (name == "LglSeqNb" && head_.sequence_no.empty())) head_.sequence_no = text;
  else if (name == "FrToDt/FrDtTm") head_.from = parse_iso_date(text);
  else if (name == "FrToDt/ToDtTm") head_.to = parse_iso_date(text);
  else if (name == "CpyDplctInd") head_.duplicate = text == "DUPL" || text == "CODU";
  else if (name == "Acct/Id/IBAN" || name == "Acct/Id/Othr/Id") head_.account = text;
}

void StatementListener::take_balance(std::string_view name, std::string_view text, std::string_view currency) {
  if (name == "Tp/CdOrPrtry/Cd") {
    balance_.code = text;
  } else if (name == "Amt") {
    balance_.amount = text;
    balance_.currency = currency;
  } else if (name == "CdtDbtInd") {
    balance_.direction = text;
  } else if (name == "Dt/Dt" || name == "Dt/DtTm") {
    balance_.on = parse_iso_date(text);
  }
}

void StatementListener::end_balance() {
  const bool opening = balance_.code == "OPBD" || balance_.code == "PRCD";
  const bool closing = balance_.code == "CLBD";
  if (!opening && !closing) return;
  const auto problem = [&](std::string code, std::string expected, std::string found) {
    items.emplace_back(files::Problem{balance_.line, "Bal " + balance_.code, std::move(code), std::move(expected), std::move(found)});
  };
  const auto amount = parse_amount(balance_.amount, AmountUnit::kYuan);
  const auto direction = parse_direction(balance_.direction);
  if (balance_.currency != options_.currency) return problem("payment_channels.currency", options_.currency, shown(balance_.currency));
  if (!amount) return problem("payment_channels.amount", "an amount with two decimals", explain_amount(balance_.amount, AmountUnit::kYuan));
  if (!direction) return problem("payment_channels.direction", "CRDT or DBIT", shown(balance_.direction));
  const Money signed_amount = with_sign(*amount, *direction);
  if (closing) {
    head_.closing = signed_amount;
    head_.closing_on = balance_.on;
  } else if (balance_.code == "OPBD" || !head_.opening) {
    head_.opening = signed_amount;
  }
}

void StatementListener::take_amount(std::optional<Money>& amount, std::string_view column, std::string_view text, std::string_view currency) {
  amount = parse_amount(text, AmountUnit::kYuan);
  if (currency != options_.currency) complain(std::string(column), "payment_channels.currency", options_.currency, shown(currency));
  else if (!amount) complain(std::string(column), "payment_channels.amount", "an amount with two decimals", explain_amount(text, AmountUnit::kYuan));
}

std::optional<Date> StatementListener::date(std::string_view column, std::string_view text) {
  const auto value = parse_iso_date(text);
  if (!value) complain(std::string(column), "payment_channels.date", "yyyy-mm-dd", shown(text));
  return value;
}

void StatementListener::take_entry(std::string_view name, std::string_view text, std::string_view currency) {
  if (name == "Amt") take_amount(entry_amount_, "Amt", text, currency);
  else if (name == "CdtDbtInd") entry_direction_ = text;
  // Version .02 and .04 have the code itself here, .08 an element for it.
  else if (name == "Sts/Cd" || (name == "Sts" && !text.empty())) entry_state_ = text;
  else if (name == "RvslInd") entry_.reversal = text == "true" || text == "1";
  else if (name == "BookgDt/Dt" || name == "BookgDt/DtTm") entry_.booked_on = date("BookgDt", text);
  else if (name == "ValDt/Dt" || name == "ValDt/DtTm") entry_.value_on = date("ValDt", text);
  else if (name == "NtryRef") entry_.reference = text;
  else if (name == "AcctSvcrRef") entry_.bank_reference = text;
  else if (name == "AddtlNtryInf") entry_.additional = text;
  else if (name == "BkTxCd/Domn/Cd") domain_code_ = text;
  else if (name == "BkTxCd/Domn/Fmly/Cd") family_code_ = text;
  else if (name == "BkTxCd/Domn/Fmly/SubFmlyCd") subfamily_code_ = text;
  else if (name == "BkTxCd/Prtry/Cd") own_code_ = text;
}

void StatementListener::take_transaction(std::string_view name, std::string_view text, std::string_view currency) {
  if (drafts_.empty()) return;
  auto& draft = drafts_.back();
  auto& t = draft.transaction;
  if (take_path(name, "Refs")) {
    if (name == "EndToEndId") t.end_to_end_id = text == "NOTPROVIDED" ? std::string_view{} : text;
    else if (name == "TxId") t.transaction_id = text;
    else if (name == "InstrId") t.instruction_id = text;
    else if (name == "MndtId") t.mandate_id = text;
    else if (name == "PmtInfId") t.payment_id = text;
    else if (name == "AcctSvcrRef") t.bank_reference = text;
  } else if (name == "Amt" || name == "AmtDtls/TxAmt/Amt") {
    // What is inside may be in the payer's currency; then only the entry's own amount is ours.
    auto& amount = name == "Amt" ? draft.amount : draft.detail_amount;
    if (currency != options_.currency) draft.other_currency = true;
    else if (amount = parse_amount(text, AmountUnit::kYuan); !amount)
      complain("TxDtls/" + std::string(name), "payment_channels.amount", "an amount with two decimals", explain_amount(text, AmountUnit::kYuan));
  } else if (name == "CdtDbtInd") {
    draft.direction = text;
  } else if (take_path(name, "RltdPties")) {
    // Version .08 puts the party into an element of its own.
    if (name == "Dbtr/Nm" || name == "Dbtr/Pty/Nm") t.debtor_name = text;
    else if (name == "DbtrAcct/Id/IBAN" || name == "DbtrAcct/Id/Othr/Id") t.debtor_account = text;
    else if (name == "Cdtr/Nm" || name == "Cdtr/Pty/Nm") t.creditor_name = text;
    else if (name == "CdtrAcct/Id/IBAN" || name == "CdtrAcct/Id/Othr/Id") t.creditor_account = text;
  } else if (take_path(name, "RmtInf")) {
    if (name == "Ustrd") append(t.remittance, text);
    else if (name == "Strd/AddtlRmtInf") append(t.remittance, text);
    else if (name == "Strd/CdtrRefInf/Ref") t.creditor_reference = text;
  } else if (take_path(name, "RtrInf")) {
    if (!t.returned) t.returned.emplace();
    if (name == "Rsn/Cd" || name == "Rsn/Prtry") t.returned->reason = text;
    else if (name == "AddtlInf") append(t.returned->information, text);
  }
}

// Settles what each payment of the entry came to: its own amount, else (version .02) the one in its details, else, where it is the
// only one, the entry's.
void StatementListener::take_drafts() {
  std::optional<Money> sum = Money{0};
  entry_.transactions.reserve(drafts_.size());
  for (auto& draft : drafts_) {
    auto& t = draft.transaction;
    const auto direction = draft.direction.empty() ? std::optional(entry_.direction) : parse_direction(draft.direction);
    if (!direction) return complain("TxDtls/CdtDbtInd", "payment_channels.direction", "CRDT or DBIT", shown(draft.direction));
    auto amount = draft.amount ? draft.amount : draft.detail_amount;
    if (!amount && !draft.other_currency && drafts_.size() == 1) amount = entry_.amount;
    if (!amount) entry_.adds_up = false;
    t.amount = amount.value_or(Money{0});
    t.direction = *direction;
    if (sum) sum = sum_inside_limit(*sum, with_sign(t.amount, t.direction));
    entry_.transactions.push_back(std::move(t));
  }
  if (!drafts_.empty() && sum != with_sign(entry_.amount, entry_.direction)) entry_.adds_up = false;
}

void StatementListener::count_booked() {
  auto& sum = entry_.direction == Direction::kCredit ? end_.booked_credit : end_.booked_debit;
  const auto more = sum_inside_limit(sum, entry_.amount);
  if (more) sum = *more;
  else complain("Amt", "payment_channels.amount", "entries of a statement that stay below the limit together", "more");
}

void StatementListener::end_entry() {
  const auto direction = parse_direction(entry_direction_);
  const auto state = parse_state(entry_state_);
  if (!entry_amount_) complain("Amt", "payment_channels.amount", "an amount", "none");
  if (!direction) complain("CdtDbtInd", "payment_channels.direction", "CRDT or DBIT", shown(entry_direction_));
  if (!state) complain("Sts", "payment_channels.entry_state", "BOOK, PDNG or INFO", shown(entry_state_));
  ++end_.entries;
  if (!trouble_) {
    entry_.amount = *entry_amount_;
    entry_.direction = *direction;
    entry_.state = *state;
    entry_.statement_id = head_.id;
    entry_.account = head_.account;
    entry_.transaction_code = domain_code_.empty() ? own_code_ : fmt::format("{}/{}/{}", domain_code_, family_code_, subfamily_code_);
    take_drafts();
  }
  if (!trouble_ && entry_.state == EntryState::kBooked) count_booked();
  if (trouble_) {
    ++end_.problems;
    items.emplace_back(files::Problem{entry_.line, trouble_->column, trouble_->code, trouble_->expected, trouble_->found});
    return;
  }
  items.emplace_back(std::move(entry_));
}

void StatementListener::end_statement() {
  end_.id = head_.id;
  end_.account = head_.account;
  if (head_.opening && head_.closing && end_.problems == 0) {
    const Money computed = *head_.opening + end_.booked_credit - end_.booked_debit;
    end_.agrees = computed == *head_.closing;
    if (!*end_.agrees) {
      items.emplace_back(files::Problem{head_.line, "Bal CLBD", "payment_channels.balance_differs",
                                        "the opening balance and the booked entries to give " + format_yuan(computed), format_yuan(*head_.closing)});
    }
  }
  items.emplace_back(end_);
}

// The head is whole when its first entry begins: balances stand before entries.
void StatementListener::tell_head(XmlPlace place) {
  if (head_told_) return;
  head_told_ = true;
  if (head_.id.empty() || head_.account.empty()) {
    failure = invalid("payment_channels.message_incomplete", fmt::format("expected <{}> to have <Id> and <Acct> before its entries but found {} up to line {}, column {}", element_,
                                                                         head_.id.empty() ? "no id" : "no account", place.line, place.column));
    return;
  }
  items.emplace_back(head_);
}

void StatementListener::complain(std::string column, std::string code, std::string expected, std::string found) {
  if (!trouble_) trouble_ = Trouble{std::move(column), std::move(code), std::move(expected), std::move(found)};
}

}  // namespace mis::payment_channels
