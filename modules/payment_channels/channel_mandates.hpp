// Mandates as a bank asks for them over the line (签约 2010, 解约 2020, 协议查询 2030): its customers sign and cancel at its counter, and we
// answer at once. The mandates themselves are in mandates.hpp. Internal to the module.
#pragma once

#include <optional>
#include <string>

#include "mis/base/result.hpp"
#include "mis/registry.hpp"
#include "modules/payment_channels/channel.hpp"
#include "modules/payment_channels/domain/response.hpp"
#include "modules/payment_channels/mandates.hpp"

namespace mis::payment_channels {

struct MandateSigning {
  std::string agreement_no;  // the bank's
  std::string account_no;
  std::string bank_account, bank_account_name;
  std::string id_document;   // empty: the bank tells none
  Date valid_from;
};

struct MandateCancelling {
  std::string agreement_no, account_no, bank_account;  // all three must be the mandate's
};

struct MandateAnswer {
  Response response = Response::kApproved;
  std::optional<Mandate> mandate;
};

class ChannelMandates {
 public:
  explicit ChannelMandates(const Services& services) : services_(services) {}

  // In force at once. The same agreement again is answered as the first time; another one while one is in force, or one that was
  // cancelled, is kMandateExists. Who signs must be the account's customer, by name and by the document where one is told:
  // kNotTheCustomer. A day that has not come yet is kInvalidDate.
  Result<MandateAnswer> sign(const Channel& channel, const MandateSigning& signing);
  // Twice is once. kNoSuchMandate where the three numbers are not one mandate's of this channel; which of them is wrong is not told.
  Result<MandateAnswer> cancel(const Channel& channel, const MandateCancelling& cancelling);
  // The account's mandate at this channel, the one in force where there is one; those of other banks are not told.
  Result<MandateAnswer> query(const Channel& channel, const std::string& account_no);

 private:
  Services services_;
};

}  // namespace mis::payment_channels
