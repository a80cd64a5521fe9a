// What a template lets through. One row per error, in the order in which they are found.
#include <catch2/catch.hpp>

#include "modules/ledger/domain/posting_template.hpp"

using namespace mis;
using namespace mis::ledger;

namespace {

std::string refused(Template what, std::vector<Posting> postings, bool reversal = false) {
  const auto error = check(what, postings, reversal);
  return error ? error->code : "";
}

}  // namespace

TEST_CASE("a transaction sums to zero and takes its template's legs only") {
  using enum LedgerAccount;
  CHECK(refused(Template::kPayment, {}) == "ledger.empty");
  CHECK(refused(Template::kPayment, {{kCash, {0}}}) == "ledger.wrong_leg");
  CHECK(refused(Template::kPayment, {{kRevenue, {100}}, {kReceivables, {-100}}}) == "ledger.wrong_leg");       // revenue is no money that comes in
  CHECK(refused(Template::kPayment, {{kReceivables, {100}}, {kCash, {-100}}}) == "ledger.wrong_leg");          // the wrong way round
  CHECK(refused(Template::kPayment, {{kCash, {100}}, {kReceivables, {-99}}}) == "ledger.unbalanced");
  CHECK(refused(Template::kPayment, {{kCash, {100}}, {kReceivables, {-90}}, {kLateCharges, {-4}}, {kAdvances, {-6}}}) == "");
  CHECK(refused(Template::kPayment, {{kCash, {100}}, {kReceivables, {-100}}}, true) == "ledger.wrong_leg");
  CHECK(refused(Template::kPayment, {{kCash, {-100}}, {kReceivables, {100}}}, true) == "");
  CHECK(refused(Template::kAdvanceApplied, {{kAdvances, {50}}, {kReceivables, {-50}}}) == "");
  CHECK(refused(Template::kCashMoved, {{kCash, {50}}, {kCash, {-50}}}) == "");
}

TEST_CASE("sums of large amounts do not wrap round to zero") {
  using enum LedgerAccount;
  const Money huge{INT64_MAX};
  CHECK(refused(Template::kPayment, {{kCash, huge}, {kCash, huge}, {kCash, {2}}}) == "ledger.unbalanced");
}

TEST_CASE("templates are named by number, reversals with their sign") {
  CHECK(name_of_template(2) == "payment");
  CHECK(name_of_template(-2) == "payment_reversed");
  CHECK(name_of_template(99) == "99");
  for (int number = 1; number <= kTemplates; ++number) {
    const auto& info = info_of(static_cast<Template>(number));
    CHECK(static_cast<int>(info.what) == number);
    CHECK_FALSE(info.zh.empty());
    CHECK_FALSE(info.en.empty());
  }
}
