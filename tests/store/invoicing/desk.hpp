// The invoice desk of a handful of customers: bills that are paid, a seller, a provider that does what a test tells it.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "modules/invoicing/service.hpp"
#include "tests/store/receivables/books.hpp"

namespace desk {

inline constexpr mis::UserId kClerk{31}, kSupervisor{32};

class HandClock final : public mis::Clock {
 public:
  mis::Instant now() const override { return at; }
  void seconds(std::int64_t n) { at.micros += n * 1'000'000; }
  mis::Instant at = *mis::Instant::parse("2026-11-24T02:00:00Z");
};

// Remembers how often each number was issued.
class TestProvider final : public mis::invoicing::EInvoiceProvider {
 public:
  using Answer = mis::invoicing::EInvoiceAnswer;
  struct Killed {};  // no std::exception: the process is gone, nobody catches it

  enum class Mood : unsigned char { kHonest, kRefuses, kTimesOutAfter, kTimesOutBefore, kThrowsAfter, kDiesAfter };

  std::string_view name() const override { return "test"; }
  Answer issue(const mis::invoicing::EInvoiceOrder& order) override;
  Answer ask(const std::string& number) override;

  Mood mood = Mood::kHonest;
  bool deaf = false;  // it does not answer questions
  std::map<std::string, int> issued;
  std::map<std::string, mis::invoicing::EInvoiceOrder> orders;
  int calls = 0, questions = 0;

 private:
  std::mutex mutex_;
};

// Everybody is a person but account 12, a body.
class Desk : public books::Books {
 public:
  Desk();

  // The bills of a month, all of them (a month is issued once), paid at once but for those that are not.
  struct OneBill {
    std::int64_t account;
    int amount_fen;
    bool paid = true;
  };
  void bills(const std::vector<OneBill>& bills, mis::BillingMonth month = {202610});
  void bill(std::int64_t account, int amount_fen, mis::BillingMonth month = {202610}) { bills({{account, amount_fen}}, month); }
  mis::receivables::PaymentId last_payment;

  static std::string account_no(std::int64_t account);
  static std::string bill_no(std::int64_t account, mis::BillingMonth month = {202610}) { return std::to_string(month.yyyymm) + "-" + account_no(account) + "-1"; }

  mis::Result<mis::invoicing::NewInvoice> draw(const std::string& bill_no, const mis::invoicing::Buyer& buyer = {}, std::string_view scope = "/%");
  std::string code_of_draw(const std::string& bill_no, const mis::invoicing::Buyer& buyer = {}, std::string_view scope = "/%");
  mis::Result<mis::invoicing::Reversed> reverse(const std::string& number, mis::UserId by = kClerk);
  // Sends all lanes; what a dying provider throws comes out.
  mis::invoicing::Sent send();
  // Drawn and issued.
  std::string issued(std::int64_t account, mis::BillingMonth month = {202610});
  mis::invoicing::Invoice invoice(const std::string& number);
  std::string state(const std::string& number) { return invoice(number).state; }
  std::vector<std::string> differences();
  void configure(const std::function<void(mis::invoicing::Settings&)>& change);
  mis::invoicing::Occasion now() const { return {mis::local_date(clock.at), clock.at, kClerk}; }

  HandClock clock;
  fixture::TemporaryFolder folder;
  std::shared_ptr<TestProvider> provider = std::make_shared<TestProvider>();
  mis::invoicing::Equipment equipment;
};

}  // namespace desk
