// Two people at their desks: one proposes, the other approves. For tests of what takes both.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "modules/customers/customers.hpp"
#include "modules/receivables/proposals/proposals.hpp"
#include "tests/store/receivables/books.hpp"

namespace books {

inline constexpr mis::UserId kClerk{21};

inline mis::security::Caller person(mis::UserId id, const char* org_path = "/1/") {
  mis::security::Caller caller;
  caller.user_id = id;
  caller.org_path = org_path;
  caller.remote = "test";
  return caller;
}

// Account 11 owes 100 yuan since 12 October and 50 yuan since 12 November; account 12 owes 80 yuan since 12 November.
class Office : public Books {
 public:
  Office() {
    REQUIRE(issue({202609}, "2026-10-02", {{11, 10'000}}));
    REQUIRE(issue({202610}, "2026-11-02", {{11, 5'000}, {12, 8'000}}));
  }

  std::string account_no(std::int64_t account) { return mis::make_account_no(account); }
  std::string bill_no(std::int64_t account, int month) { return std::to_string(month) + "-" + account_no(account) + "-1"; }

  mis::Result<mis::receivables::Proposal> propose(mis::receivables::ProposalKind kind, std::int64_t account, const nlohmann::json& detail, const char* on,
                                                  const mis::security::Caller& by = person(kClerk)) {
    return app().transact([&](mis::db::Session& s) {
      return mis::receivables::propose(app(), s, {kind, {account}, account_no(account), "as asked for in writing", detail}, by, at(on));
    });
  }
  mis::Result<mis::receivables::Proposal> decide(mis::receivables::ProposalId id, mis::receivables::ProposalAction action, const char* on, const mis::security::Caller& by = person(kSupervisor),
                                                 std::int64_t version = 1) {
    return app().transact([&](mis::db::Session& s) { return mis::receivables::decide(app(), s, {id, action, version, "seen"}, by, at(on)); });
  }
  mis::Result<mis::receivables::Proposal> approve(mis::receivables::ProposalId id, const char* on, const mis::security::Caller& by = person(kSupervisor)) {
    return decide(id, mis::receivables::ProposalAction::kApprove, on, by);
  }
  // Proposed and approved on one day; "" or the code of the error.
  std::string done(mis::receivables::ProposalKind kind, std::int64_t account, const nlohmann::json& detail, const char* on) {
    auto proposal = propose(kind, account, detail, on);
    if (!proposal) return proposal.error().code;
    auto approved = approve(proposal->id, on);
    return approved ? "" : approved.error().code;
  }
};

template <class T>
std::string code_of(const mis::Result<T>& result) { return result ? "" : result.error().code; }

}  // namespace books
