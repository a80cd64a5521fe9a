// To the provider and back: what is sent is written down before, so that after a crash the provider is asked, not told again.
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "mis/jobs/jobs.hpp"
#include "mis/outbox/outbox.hpp"
#include "modules/invoicing/service.hpp"

namespace mis::invoicing {
namespace {

using Outcome = EInvoiceAnswer::Outcome;

constexpr int kChunk = 50;                             // sent between two commits
constexpr std::int64_t kAskAgainMicros = 60'000'000;  // an unknown one is asked about once a minute

std::vector<InvoiceId> ids_of(db::Rows rows) {
  std::vector<InvoiceId> ids;
  while (rows.next()) ids.push_back({rows.i64(0)});
  return ids;
}

EInvoiceOrder order_of(const Invoice& invoice, const Settings& settings) {
  return {document_of(invoice, settings), invoice.account_no, make_bill_no(invoice.month.yyyymm, invoice.account_no, invoice.revision), invoice.check_code, invoice.reason};
}

// A provider that throws has lost its answer: nobody knows what became of the invoice.
template <class Call>
EInvoiceAnswer answer_of(Call&& call) {
  try {
    return call();
  } catch (const std::exception& e) {
    return {Outcome::kUnknown, "", e.what()};
  }
}

// In characters, not in the middle of one.
std::string shortened(std::string_view text, std::size_t most) {
  std::size_t end = 0, characters = 0;
  while (end < text.size() && characters < most) {
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    ++characters;
  }
  return std::string(text.substr(0, end));
}

// The e-mail that brings an issued invoice, with its page. A page that cannot be drawn (no font) is no reason to hold the invoice.
std::optional<outbox::Message> email_of(const Invoice& invoice, const Settings& settings) {
  if (invoice.buyer.email.empty()) return {};
  outbox::Message message;
  message.kind = outbox::Kind::kEmail;
  message.address = invoice.buyer.email;
  message.subject = fmt::format("电费发票 {}", invoice.number);
  message.body = fmt::format("{}：\n附件是 {} 电费的电子发票，号码 {}，校验码 {}。\n{}", invoice.buyer.name, invoice.month.to_string(), invoice.number, invoice.check_code, settings.seller_name);
  if (auto pdf = render_invoice(document_of(invoice, settings), DocumentLanguage::kChinese))
    message.attachment = outbox::Attachment{invoice.number + ".pdf", "application/pdf", std::move(*pdf)};
  message.entity = "invoice";
  message.entity_id = invoice.number;
  message.dedup_key = "invoice-" + invoice.number;
  message.org = invoice.org;
  return message;
}

struct Settling {
  const Invoice* invoice;
  EInvoiceAnswer answer;
  std::optional<outbox::Message> email;
};

Status settle_all(db::Database& database, Instant now, std::string_view provider, std::span<const Settling> settlings, Sent& total) {
  Sent change;
  const auto status = database.transact([&](db::Session& s) -> Status {
    change = {};
    std::vector<outbox::Message> emails;
    for (const auto& [invoice, answer, email] : settlings) {
      switch (answer.outcome) {
        case Outcome::kIssued:
          if (s.execute("UPDATE invoicing_invoice SET state = 'issued', provider = ?, provider_reference = ?, error = '', issued_at = ? WHERE invoice_id = ? AND state IN ('sending', 'unknown')", provider,
                        shortened(answer.reference, 120), now, invoice->id) == 0)
            break;
          ++change.issued;
          if (invoice->kind == InvoiceKind::kRed)
            s.execute("UPDATE invoicing_invoice SET state = 'reversed', standing = NULL WHERE number = ? AND state = 'issued'", invoice->reverses);
          if (email) emails.push_back(*email);
          break;
        case Outcome::kRefused:
          change.failed += s.execute("UPDATE invoicing_invoice SET state = 'failed', standing = NULL, live_reversal = NULL, provider = ?, error = ? WHERE invoice_id = ? AND state IN ('sending', 'unknown')",
                                     provider, shortened(answer.error, 200), invoice->id);
          break;
        case Outcome::kUnknown:
        case Outcome::kAbsent:
          change.unknown += s.execute("UPDATE invoicing_invoice SET state = 'unknown', provider = ?, error = ?, asked_at = ? WHERE invoice_id = ? AND state IN ('sending', 'unknown')", provider,
                                      shortened(answer.error, 200), now, invoice->id);
          break;
      }
    }
    if (!emails.empty())
      if (auto queued = outbox::queue_all(database, s, now, emails); !queued) return std::move(queued).error();
    return ok();
  });
  if (!status) return status;
  total.issued += change.issued;
  total.failed += change.failed;
  total.unknown += change.unknown;
  return ok();
}

class Sender {
 public:
  Sender(db::Database& database, const Clock& clock, EInvoiceProvider& provider) : database_(database), clock_(clock), provider_(provider) {}

  // Tells the provider of these, or asks about them first, and settles what it says.
  Status deal_with(std::span<const InvoiceId> ids, bool ask_first) {
    std::vector<Invoice> invoices;
    std::vector<Settings> settings;
    {
      auto session = database_.lease();
      invoices = find_invoices(*session, ids);
      for (const auto& invoice : invoices) settings.push_back(read_settings(*session, invoice.setting_version));
    }
    std::vector<Settling> settlings;
    for (std::size_t i = 0; i < invoices.size(); ++i) {
      auto answer = ask_first ? answer_of([&] { return provider_.ask(invoices[i].number); }) : EInvoiceAnswer{Outcome::kAbsent, "", ""};
      // It goes out under the number it has, so that it cannot be issued twice.
      if (answer.outcome == Outcome::kAbsent) answer = answer_of([&] { return provider_.issue(order_of(invoices[i], settings[i])); });
      std::optional<outbox::Message> email;
      if (answer.outcome == Outcome::kIssued) {
        auto issued = invoices[i];
        issued.issued_at = clock_.now();
        email = email_of(issued, settings[i]);
      }
      settlings.push_back({&invoices[i], std::move(answer), std::move(email)});
    }
    return settle_all(database_, clock_.now(), provider_.name(), settlings, sent);
  }

  Sent sent;

 private:
  db::Database& database_;
  const Clock& clock_;
  EInvoiceProvider& provider_;
};

}  // namespace

Result<Sent> send_lane(db::Database& database, db::Session& holder, const Clock& clock, const Equipment& equipment, int lane) {
  if (!equipment.provider) return unavailable("invoicing.no_equipment", "expected a provider of electronic invoices but this server has none");
  // Waits where another one sends: what it does not see any more is then ours.
  holder.query("SELECT lane FROM invoicing_lane WHERE lane = ? FOR UPDATE", lane).next();
  Sender sender(database, clock, *equipment.provider);
  // Nobody else is in this lane, so what is being sent was left by somebody who died.
  const auto half_done = ids_of(holder.query("SELECT invoice_id FROM invoicing_invoice WHERE lane = ? AND (state = 'sending' OR (state = 'unknown' AND asked_at <= ?)) ORDER BY invoice_id", lane,
                                             Instant{clock.now().micros - kAskAgainMicros}));
  for (std::size_t from = 0; from < half_done.size(); from += kChunk)
    if (auto status = sender.deal_with(std::span(half_done).subspan(from, std::min<std::size_t>(kChunk, half_done.size() - from)), true); !status) return std::move(status).error();
  for (;;) {
    std::vector<InvoiceId> chunk;
    auto begun = database.transact([&](db::Session& s) -> Status {
      chunk = ids_of(s.query("SELECT invoice_id FROM invoicing_invoice WHERE lane = ? AND state = 'drawn' ORDER BY invoice_id LIMIT ?", lane, kChunk));
      for (const auto id : chunk) s.execute("UPDATE invoicing_invoice SET state = 'sending' WHERE invoice_id = ? AND state = 'drawn'", id);
      return ok();
    });
    if (!begun) return std::move(begun).error();
    if (chunk.empty()) return sender.sent;
    if (auto status = sender.deal_with(chunk, false); !status) return std::move(status).error();
  }
}

std::vector<int> waiting_lanes(db::Session& session, Instant now) {
  std::vector<int> lanes;
  for (auto rows = session.query("SELECT DISTINCT lane FROM invoicing_invoice WHERE state IN ('drawn', 'sending') OR (state = 'unknown' AND asked_at <= ?) ORDER BY lane", Instant{now.micros - kAskAgainMicros}); rows.next();)
    lanes.push_back(rows.i32(0));
  return lanes;
}

JobId request_sending(db::Session& session, std::span<const int> lanes, Instant now, std::optional<UserId> by) {
  std::vector<jobs::Shard> shards;
  for (const int lane : lanes) shards.push_back({lane, 1});
  return jobs::create(session, now, kSendJob, 0, "invoices", shards, by);
}

std::optional<JobId> request_sending_if_waiting(db::Session& session, const Equipment& equipment, Instant now) {
  if (!equipment.provider || jobs::is_active(session, kSendJob, 0)) return {};
  const auto lanes = waiting_lanes(session, now);
  if (lanes.empty()) return {};
  return request_sending(session, lanes, now, {});
}

}  // namespace mis::invoicing
