// Messages to people outside: SMS, e-mail, letters. A message is queued in the transaction that decides on it and is sent
// later by a provider, in batches, once and only once. Not here: who is told what, and how often somebody may be told.
//
//   queued → sending → sent
//                    → queued again, after a while (the provider refused the batch)
//                    → failed (refused for good or too often; stays visible until somebody retries it)
//                    → unknown (the provider's answer was lost) → asked again → sent, or sent anew under the same number
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/database.hpp"

namespace mis { class Registry; }

namespace mis::outbox {

using MessageId = Id<struct MessageTag>;

enum class Kind : std::uint8_t { kSms = 1, kEmail = 2, kLetter = 3 };
inline constexpr Kind kKinds[] = {Kind::kSms, Kind::kEmail, Kind::kLetter};
std::string_view name_of(Kind kind);  // "sms", "email", "letter"
std::optional<Kind> kind_of(std::string_view name);

struct Attachment {
  std::string name;  // at most 120 characters, no path
  std::string content_type;
  std::string content;
};

struct Message {
  Kind kind = Kind::kSms;
  std::string address;    // a telephone number, an e-mail address, or name and postal address in one line of at most 320 characters
  std::string subject;    // e-mails and letters; at most 200 characters
  std::string body;       // 1 to 16,000 bytes
  std::optional<Attachment> attachment = {};  // e-mails only, at most 8 MB
  std::string entity;     // what it is about: "bill", "disconnection"; ASCII
  std::string entity_id;  // and which one; ASCII
  std::string dedup_key;  // 1 to 120 printable ASCII characters; the same message has the same key
  OrgId org = {};         // whose data scope it is in; none: the whole utility's
  std::optional<Instant> not_before = {};
};

// Says what is wrong with a message before anybody queues it. Errors: outbox.bad_address, outbox.bad_message.
Status check(const Message& message);
// Whether an address can be one of its kind; for callers that choose another way where it is not.
bool is_address(Kind kind, std::string_view address);

struct Queued {
  MessageId id;
  bool is_new = true;  // false: a message with this key is there already, and nothing was done
};
// What of a text may stand in one line: line ends, control characters and marks that turn the direction of text become blanks, and
// it ends after so many characters. For names and addresses that came from elsewhere; text that is no UTF-8 becomes nothing.
std::string one_line(std::string_view text, std::size_t max_characters);

// Queues messages in the caller's transaction; they are sent after its commit. Errors: those of check (nothing is queued).
// Two transactions that queue the same key at the same time: the second one fails with db.duplicate and may be repeated.
Result<std::vector<Queued>> queue_all(db::Database& database, db::Session& session, Instant now, std::span<const Message> messages);
Result<Queued> queue(db::Database& database, db::Session& session, Instant now, const Message& message);

// ── Providers ───────────────────────────────────────────────────────────────────────────────────────────────────────

struct Outgoing {
  MessageId id;
  Message message;
};

struct Rejected {
  MessageId id;
  std::string reason;
};

struct Delivery {
  enum class Outcome : std::uint8_t { kSent, kFailed, kUnknown };
  Outcome outcome = Outcome::kSent;
  std::string reference;           // of the provider
  std::string error;
  std::vector<Rejected> rejected;  // of a batch that was sent: messages that never will be
};

class Provider {
 public:
  virtual ~Provider() = default;
  virtual std::string_view name() const = 0;  // at most 20 ASCII characters
  // Which of several with this name it is, at most 40 ASCII characters; nothing where all are one (a gateway that every host asks).
  // Only the one that was given a batch can say that it does not have it. kNowhere: it cannot tell now.
  static constexpr std::string_view kNowhere = "nowhere";
  virtual std::string place() { return {}; }
  // Sends a batch. It may be called again with the same number and the same messages (after a crash), and the messages must
  // then still go out once. kFailed: nothing of it went out, nor will. kUnknown: nobody knows; `ask` will tell.
  virtual Delivery send(std::int64_t batch, std::span<const Outgoing> messages) = 0;
  // What became of a batch. kFailed: the provider does not have it.
  virtual Delivery ask(std::int64_t batch) = 0;
  // The utility needs nothing more of a batch that was sent: what the provider keeps of it may go. Called again after a crash.
  virtual Status clear(std::int64_t /*batch*/) { return ok(); }
};

// The part of the registry that says who sends what (`registry.part<outbox::Providers>()`). Kinds without a provider wait.
struct Providers {
  std::shared_ptr<Provider> by_kind[4];
  void set(Kind kind, std::shared_ptr<Provider> provider) { by_kind[static_cast<int>(kind)] = std::move(provider); }
  Provider* of(Kind kind) const { return by_kind[static_cast<int>(kind)].get(); }
};

// How long what providers keep of sent batches stays (`registry.part<outbox::Keeping>()`); the messages' rows stay for good.
struct Keeping {
  int days = 90;  // 0: for ever
};

// ── Sending ─────────────────────────────────────────────────────────────────────────────────────────────────────────

inline constexpr std::string_view kDeliverJob = "outbox.deliver";
inline constexpr std::string_view kClearJob = "outbox.clear";
inline constexpr int kMaxAttempts = 6;
// How long a message waits after its n-th refusal: 1, 2, 4, … minutes, at most an hour.
constexpr std::int64_t backoff_minutes(int attempts) { return attempts >= 7 ? 60 : std::int64_t{1} << (attempts < 1 ? 0 : attempts - 1); }

struct Delivered {
  std::int64_t sent = 0, refused = 0, unknown = 0;
  bool busy = false;  // somebody else was sending this kind; nothing was done
};
// Sends everything of a kind that is due, after settling batches that were left half done. `holder` is a transaction that
// keeps others from sending the same kind meanwhile; the work itself is committed step by step over other sessions.
Result<Delivered> deliver(db::Database& database, db::Session& holder, const Clock& clock, Kind kind, Provider& provider);

// True where something waits to be sent or settled now.
bool has_work(db::Session& session, const Providers& providers, Instant now);
// A job that sends what is due; the caller's transaction decides about it.
JobId request_delivery(db::Session& session, const Providers& providers, Instant now, std::optional<UserId> by);

// The same where something is due and no such job is under way; what the timer "outbox.deliver" does every three seconds.
std::optional<JobId> request_delivery_if_due(db::Session& session, const Providers& providers, Instant now);

// Has providers take away what they keep of batches that were sent before `before`; those of another provider are left alone. At most
// `most` of them; returns how many. Each is noted at once over a session of its own, as the provider's files know no rollback.
Result<std::int64_t> clear_sent(db::Database& database, const Clock& clock, Kind kind, Provider& provider, Instant before, int most);

// Puts a message that has failed back into the queue. Errors: outbox.no_message, outbox.message_state.
Status retry(db::Session& session, MessageId message, Instant now);

void register_module(Registry& registry);

}  // namespace mis::outbox
