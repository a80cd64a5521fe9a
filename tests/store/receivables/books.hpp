// The books of a handful of customers, made by hand, so that a test can say to the fen what must be in them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "modules/billing/billing.hpp"
#include "modules/ledger/ledger.hpp"
#include "modules/receivables/receivables.hpp"
#include "tests/store/fixture.hpp"

namespace books {

inline constexpr mis::UserId kCashier{3}, kSupervisor{4};

struct BillRow {
  std::int64_t account;
  int amount_fen;
  int funds_fen = 0, export_fen = 0;
  std::string category = "residential";
};

mis::Date day(const char* text);

// Accounts 11 to 20 exist, the even ones in another station. Making a database takes seconds, so all share one, emptied for each.
class Books {
 public:
  Books();

  // Bills of a month, all of one route, issued on a day and due ten days later.
  mis::Status issue(mis::BillingMonth month, const char* issued_on, const std::vector<BillRow>& bills, std::optional<mis::Instant> moment = {});

  // The bills of the run alone, before they are posted.
  mis::RunId write_bills(mis::BillingMonth month, const char* issued_on, const std::vector<BillRow>& bills);
  static mis::billing::IssuedShard issued_shard(mis::RunId run, mis::BillingMonth month, const char* issued_on, mis::Instant moment);

  // A payment in cash of a cashier's session 1, with a reference of its own, on a day.
  mis::receivables::Payment payment(std::int64_t account, int amount_fen, const char* on);
  mis::Result<mis::receivables::PaymentOutcome> pay(const mis::receivables::Payment& payment);
  mis::Result<mis::ledger::TransactionKey> take_back(mis::receivables::PaymentId payment, const char* on);

  mis::receivables::AccountDue due(std::int64_t account, const char* on);
  // "1122 10000", by transaction in order of posting, credits negative.
  std::vector<std::string> postings_of(std::int64_t account);
  // What both verifications say.
  std::vector<std::string> differences(bool repair = false);
  std::int64_t number(std::string_view sql);

  mis::db::Database& app() { return database_.app(); }
  mis::db::Database& owner() { return database_.owner(); }
  static mis::Instant at(const char* on);

 private:
  fixture::FreshDatabase& database_;
  int references_ = 0;
};

bool says(const std::vector<std::string>& differences, const std::string& words);

}  // namespace books
