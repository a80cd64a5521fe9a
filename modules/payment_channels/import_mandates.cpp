// Mandates that were signed elsewhere before: on paper, or in the system before this one.
#include <unordered_map>
#include <unordered_set>

#include "mis/db/bulk_writer.hpp"
#include "mis/db/sequence.hpp"
#include "mis/files/lookup.hpp"
#include "modules/payment_channels/import.hpp"
#include "modules/payment_channels/mandates.hpp"

namespace mis::payment_channels {
namespace {

using files::RowReader;
using files::Verdicts;

constexpr std::string_view kStates[] = {"signed", "active", "cancelled"};

enum : int { kMandateNo, kAccountNo, kChannel, kBankAccount, kBankAccountName, kBankCode, kSignedOn, kAgreementNo, kMost, kState };

struct Row {
  std::string account_no, channel;
  Mandate mandate;
};

class MandateImporter final : public files::RowImporter<Row> {
  Row read_row(RowReader& row) override {
    Row out;
    auto& m = out.mandate;
    m.mandate_no = row.code(kMandateNo, 24);
    out.account_no = row.digits(kAccountNo, 10, 10);
    out.channel = row.code(kChannel, 20);
    m.debtor.number = row.code(kBankAccount, 34);
    m.debtor.name = row.text(kBankAccountName, 140);
    m.debtor.bank_code = row.empty(kBankCode) ? "" : row.code(kBankCode, 35);
    m.signed_on = row.date(kSignedOn);
    m.agreement_no = row.empty(kAgreementNo) ? "" : row.code(kAgreementNo, 35);
    if (!row.empty(kMost)) m.most = Money{row.decimal(kMost, 2, 1, 1'000'000'000'000)};
    m.state = mandate_state_of(row.one_of(kState, kStates, "active")).value_or(MandateState::kActive);
    if (row.problems().empty())
      for (const auto& complaint : mandate_complaints(m)) row.complain(complaint.pointer == "/bank_account_name" ? kBankAccountName : kBankAccount, complaint.code, complaint.message);
    return out;
  }

  void load_rows(db::Session& session, files::ImportContext& context, const std::vector<Row>& rows, Verdicts& verdicts) override {
    std::vector<std::string> account_nos, mandate_nos;
    for (const auto& row : rows) {
      account_nos.push_back(row.account_no);
      mandate_nos.push_back(row.mandate.mandate_no);
    }
    const auto accounts = files::ids_of(session, "SELECT account_no, account_id FROM customers_account_place WHERE account_no IN (*)", account_nos);
    std::unordered_map<std::string, std::int64_t> channels;
    for (auto found = session.query("SELECT code, channel_id FROM payment_channels_channel"); found.next();) channels.emplace(found.text(0), found.i64(1));
    std::unordered_map<std::string, Mandate> there;
    files::query_in(session, "SELECT mandate_no, COALESCE(agreement_no, ''), account_id, channel_id, state, bank_account, bank_account_name, bank_code, signed_on, most_fen FROM payment_channels_mandate WHERE mandate_no IN (*)",
                    mandate_nos, [&](db::Rows& found) {
                      Mandate m;
                      m.mandate_no = found.text(0);
                      m.agreement_no = found.text(1);
                      m.account = {found.i64(2)};
                      m.channel_id = found.i64(3);
                      m.state = mandate_state_of(found.text(4)).value_or(MandateState::kCancelled);
                      m.debtor = {found.text(5), found.text(6), found.text(7)};
                      m.signed_on = found.date(8);
                      if (const auto most = found.i64_or_null(9)) m.most = Money{*most};
                      there.emplace(m.mandate_no, std::move(m));
                    });
    std::vector<std::int64_t> ids;
    for (const auto& [no, id] : accounts) ids.push_back(id);
    std::unordered_set<std::int64_t> active;
    files::query_in(session, "SELECT active_account FROM payment_channels_mandate WHERE active_account IN (*)", ids, [&](db::Rows& found) { active.insert(found.i64(0)); });
    std::vector<std::string> agreement_nos;
    for (const auto& row : rows)
      if (!row.mandate.agreement_no.empty()) agreement_nos.push_back(row.mandate.agreement_no);
    std::unordered_set<std::string> agreements;
    files::query_in(session, "SELECT CONCAT(channel_id, ' ', agreement_no) FROM payment_channels_mandate WHERE agreement_no IN (*)", agreement_nos, [&](db::Rows& found) { agreements.insert(found.text(0)); });

    std::vector<Mandate> fresh;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Mandate m = rows[i].mandate;
      const auto account = accounts.find(rows[i].account_no);
      const auto channel = channels.find(rows[i].channel);
      if (account == accounts.end()) verdicts.reject(i, "account_no", "payment_channels.no_account", "the number of an account", rows[i].account_no);
      else if (channel == channels.end()) verdicts.reject(i, "channel", "payment_channels.no_channel", "the code of a channel", rows[i].channel);
      if (verdicts.rejected(i)) continue;
      m.account = {account->second};
      m.channel_id = channel->second;
      if (const auto found = there.find(m.mandate_no); found != there.end()) {
        const auto& had = found->second;
        files::Comparison().on("account_no", had.account, m.account).on("channel", had.channel_id, m.channel_id).on("bank_account", had.debtor.number, m.debtor.number)
            .on("bank_account_name", had.debtor.name, m.debtor.name).on("bank_code", had.debtor.bank_code, m.debtor.bank_code).on("signed_on", had.signed_on, m.signed_on)
            .on("agreement_no", had.agreement_no, m.agreement_no).on("most", had.most, m.most).judge(verdicts, i);
        continue;
      }
      if (m.state == MandateState::kActive && !active.insert(m.account.value).second) {
        verdicts.reject(i, "account_no", "payment_channels.account_has_mandate", "an account without an active mandate", rows[i].account_no);
        continue;
      }
      if (!m.agreement_no.empty() && !agreements.insert(std::to_string(m.channel_id) + " " + m.agreement_no).second) {
        verdicts.reject(i, "agreement_no", "payment_channels.mandate_taken", "an agreement of this mandate's own", m.agreement_no);
        continue;
      }
      there.emplace(m.mandate_no, m);
      fresh.push_back(std::move(m));
    }
    write(session, context.clock.now(), std::move(fresh));
  }

  static void write(db::Session& session, Instant now, std::vector<Mandate> fresh) {
    if (fresh.empty()) return;
    auto id = db::take_block(session, kMandateSequence, static_cast<std::int64_t>(fresh.size()));
    db::BulkWriter mandates("payment_channels_mandate", {"mandate_id", "mandate_no", "agreement_no", "account_id", "channel_id", "state", "bank_account", "bank_account_name", "bank_code", "signed_on", "most_fen", "changed_at"});
    db::BulkWriter events("payment_channels_mandate_event", {"mandate_id", "version", "state", "source", "happened_at"});
    for (const auto& m : fresh) {
      mandates.add(id).add(m.mandate_no).add(m.agreement_no.empty() ? std::nullopt : std::optional(m.agreement_no)).add(m.account).add(m.channel_id).add(name_of(m.state)).add(m.debtor.number);
      mandates.add(m.debtor.name).add(m.debtor.bank_code).add(m.signed_on).add(m.most).add(now);
      mandates.end_row();
      events.add(id++).add(1).add(name_of(m.state)).add("import").add(now);
      events.end_row();
    }
    mandates.flush(session);
    events.flush(session);
  }
};

}  // namespace

files::ImportKind mandate_import() {
  return {"mandates", "Direct-debit mandates: which account is collected from which bank account.",
          {{"mandate_no", true, "at most 24 letters and digits", "the mandate's number, unique"},
           {"account_no", true, "ten digits", "the account"},
           {"channel", true, "a code", "the bank or the post office that collects"},
           {"bank_account", true, "at most 34 letters and digits", "the account at the bank"},
           {"bank_account_name", true, "at most 140 characters", "whose it is"},
           {"bank_code", false, "at most 35 letters and digits", "the bank's number of CNAPS or BIC"},
           {"signed_on", true, "yyyy-mm-dd", "the day of the signature"},
           {"agreement_no", false, "at most 35 letters and digits", "the bank's own number of it"},
           {"most", false, "yuan", "the most that may be collected at once"},
           {"state", false, "signed, active or cancelled", "active where it is left out"}},
          "An account has one active mandate. Channels are configured before.",
          [] { return std::make_unique<MandateImporter>(); }};
}

}  // namespace mis::payment_channels
