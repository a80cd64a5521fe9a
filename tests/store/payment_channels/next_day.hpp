// The day after, in the handmade books: a bank's file of the day, and two people who settle what one side alone has.
#pragma once

#include <string>
#include <vector>

#include "modules/payment_channels/reconcile.hpp"
#include "tests/store/payment_channels/channel_books.hpp"

namespace books {

struct FileLine {
  std::string serial;
  std::int64_t account;
  int amount_fen;
};
// The bank's file of a business day, with its total in front.
std::string file_of(const std::vector<FileLine>& lines, const char* date = "20261122");

// The profile of a bank like TheNextDay's whose serial numbers begin anew each day.
std::string numbered_anew();

class TheNextDay : public ChannelBooks {
 public:
  TheNextDay();
  void morning() { clock.set("2026-11-23T09:00:00+08:00"); }

  // Loaded and compared.
  mis::Result<mis::payment_channels::Reconciliation> load(const std::string& bytes, const char* date = "2026-11-22");
  std::vector<mis::payment_channels::Difference> found(const mis::payment_channels::Reconciliation& reconciliation);
  mis::Result<mis::payment_channels::Difference> propose(std::int64_t id, mis::payment_channels::Resolution how);
  mis::Result<mis::payment_channels::Difference> approve(std::int64_t id, const mis::security::Caller& caller);
  // Proposed by the clerk, approved by the supervisor.
  mis::Result<mis::payment_channels::Difference> settle(std::int64_t id, mis::payment_channels::Resolution how);

  mis::payment_channels::ReconciliationService reconciliations;
  mis::payment_channels::SettlementService settlements;
  mis::security::Caller clerk, supervisor;
};

}  // namespace books
