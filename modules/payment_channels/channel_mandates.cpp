#include "modules/payment_channels/channel_mandates.hpp"

#include <algorithm>

#include "modules/customers/customers.hpp"
#include "modules/payment_channels/domain/business_day.hpp"
#include "modules/payment_channels/service.hpp"

namespace mis::payment_channels {
namespace {

constexpr int kAttempts = 2;  // whoever was quicker with the same agreement is found the second time

MandateAnswer no(Response why) { return {why, {}}; }

// What a refusal of mandates.hpp is to a bank; nothing where it is none of its doing.
std::optional<Response> response_to(const Error& error) {
  if (error.code == "payment_channels.mandate") return Response::kFormat;
  if (error.code == "payment_channels.mandate_taken" || error.code == "payment_channels.account_has_mandate" || error.code == "payment_channels.mandate_state") return Response::kMandateExists;
  if (error.code == "payment_channels.no_mandate") return Response::kNoSuchMandate;
  return {};
}

Result<MandateAnswer> told(Result<Mandate> done) {
  if (done) return MandateAnswer{Response::kApproved, std::move(*done)};
  if (const auto response = response_to(done.error())) return no(*response);
  return std::move(done).error();
}

}  // namespace

Result<MandateAnswer> ChannelMandates::sign(const Channel& channel, const MandateSigning& signing) {
  if (const auto ready = ChannelService::readiness(channel); ready != Response::kApproved) return no(ready);
  if (signing.agreement_no.empty()) return no(Response::kFormat);
  const Instant now = services_.clock.now();
  if (signing.valid_from > local_date(now)) return no(Response::kInvalidDate);
  const MandateChange change{now, MandateSource::kChannel};
  Mandate m;
  m.agreement_no = signing.agreement_no;
  m.channel_id = channel.id;
  m.state = MandateState::kActive;
  m.debtor = {signing.bank_account, signing.bank_account_name, ""};
  m.signed_on = signing.valid_from;
  for (int attempt = 1;; ++attempt) {
    // A refusal leaves nothing behind, so it comes out as an Error and is told afterwards.
    std::optional<Response> refusal;
    auto done = services_.database.transact([&](db::Session& session) -> Result<Mandate> {
      const auto refuse = [&](Response why) {
        refusal = why;
        return conflict("payment_channels.not_signed", std::string(info_of(why).en));
      };
      const auto label = customers::find_label(session, signing.account_no);
      if (!label || label->account_no != signing.account_no) return refuse(Response::kNoSuchAccount);
      if (!customers::is_customer_of(session, label->id, signing.bank_account_name, signing.id_document)) return refuse(Response::kNotTheCustomer);
      m.account = label->id;
      auto made = sign_mandate(services_.database, session, m, change);
      // Signed at our counter before; now that the bank has it too it is in force.
      if (made && made->state == MandateState::kSigned) made = activate_mandate(session, made->mandate_no, change);
      return made;
    });
    if (refusal) return no(*refusal);
    if (!done && response_to(done.error()) == Response::kMandateExists && attempt < kAttempts) continue;
    return told(std::move(done));
  }
}

Result<MandateAnswer> ChannelMandates::cancel(const Channel& channel, const MandateCancelling& cancelling) {
  if (const auto ready = ChannelService::readiness(channel); ready != Response::kApproved) return no(ready);
  return told(services_.database.transact([&](db::Session& session) -> Result<Mandate> {
    const auto m = find_mandate_by_agreement(session, channel.id, cancelling.agreement_no);
    const auto label = customers::find_label(session, cancelling.account_no);
    if (!m || !label || m->account != label->id || label->account_no != cancelling.account_no || m->debtor.number != cancelling.bank_account)
      return not_found("payment_channels.no_mandate", "expected an agreement of this account and bank account but there is none");
    return cancel_mandate(session, m->mandate_no, {services_.clock.now(), MandateSource::kChannel});
  }));
}

Result<MandateAnswer> ChannelMandates::query(const Channel& channel, const std::string& account_no) {
  if (const auto ready = ChannelService::readiness(channel); ready != Response::kApproved) return no(ready);
  return services_.database.read([&](db::Session& session) -> Result<MandateAnswer> {
    const auto label = customers::find_label(session, account_no);
    if (!label || label->account_no != account_no) return no(Response::kNoSuchAccount);
    auto all = mandates_of(session, label->id);
    // What only our counter has is not the bank's yet.
    std::erase_if(all, [&](const Mandate& m) { return m.channel_id != channel.id || m.state == MandateState::kSigned; });
    if (all.empty()) return no(Response::kNoSuchMandate);
    const auto in_force = std::find_if(all.begin(), all.end(), [](const Mandate& m) { return m.state == MandateState::kActive; });
    return MandateAnswer{Response::kApproved, in_force == all.end() ? all.front() : *in_force};
  });
}

}  // namespace mis::payment_channels
