// Messages to people outside on a real database: queued once, sent once, and what becomes of those that are not taken.
#include <catch2/catch.hpp>

#include <fstream>
#include <map>

#include <nlohmann/json.hpp>

#include "mis/http/page.hpp"
#include "mis/jobs/jobs.hpp"
#include "mis/outbox/file_provider.hpp"
#include "tests/store/fixture.hpp"

using namespace mis;
using outbox::Delivery;
using outbox::Kind;
using outbox::Message;
using outbox::Outgoing;

namespace {

class HandClock final : public Clock {
 public:
  Instant now() const override { return at; }
  void minutes(std::int64_t n) { at.micros += n * 60'000'000; }
  Instant at = *Instant::parse("2026-12-01T02:00:00Z");
};

// A gateway that does what a test tells it, and remembers how often each message went out.
class Gateway final : public outbox::Provider {
 public:
  std::string_view name() const override { return "gateway"; }
  Delivery send(std::int64_t batch, std::span<const Outgoing> messages) override {
    ++sends;
    if (outcome != Delivery::Outcome::kFailed && !batches.contains(batch)) {
      batches[batch] = static_cast<int>(messages.size());
      for (const auto& m : messages) ++went_out[m.id.value];
    }
    if (dies_after_sending) throw std::runtime_error("the process died here");
    return {outcome, "order-" + std::to_string(batch), outcome == Delivery::Outcome::kSent ? "" : "expected an answer but the gateway is away", rejected};
  }
  Delivery ask(std::int64_t batch) override {
    if (answer_lost) return {Delivery::Outcome::kUnknown, "", "expected an answer but the gateway is away", {}};
    return {batches.contains(batch) ? Delivery::Outcome::kSent : Delivery::Outcome::kFailed, "order-" + std::to_string(batch), "", {}};
  }
  Delivery::Outcome outcome = Delivery::Outcome::kSent;
  std::vector<outbox::Rejected> rejected;
  bool answer_lost = false, dies_after_sending = false;
  int sends = 0;
  std::map<std::int64_t, int> batches;
  std::map<std::int64_t, int> went_out;
};

fixture::FreshDatabase& emptied_database() {
  static fixture::FreshDatabase shared;
  auto owner = shared.owner().lease();
  for (const char* statement : {"DELETE FROM outbox_message", "DELETE FROM outbox_batch", "DELETE FROM jobs_job", "DELETE FROM jobs_shard"}) owner->execute(statement);
  return shared;
}

class Office {
 public:
  Message sms(const std::string& key, const std::string& address = "13800000001") { return {Kind::kSms, address, "", "您的电费已逾期", {}, "bill", "202610-11-1", key}; }
  Result<outbox::Queued> queue(const Message& message) {
    return app().transact([&](db::Session& s) { return outbox::queue(app(), s, clock.now(), message); });
  }
  Result<outbox::Delivered> deliver(outbox::Provider& provider, Kind kind = Kind::kSms) {
    return app().transact([&](db::Session& s) -> Result<outbox::Delivered> { return outbox::deliver(app(), s, clock, kind, provider); });
  }
  std::string state(outbox::MessageId id) {
    auto s = app().lease();
    auto rows = s->query("SELECT state FROM outbox_message WHERE message_id = ?", id);
    return rows.next() ? rows.text(0) : "";
  }
  std::int64_t number(std::string_view sql) {
    auto s = app().lease();
    auto rows = s->query(sql);
    rows.next();
    return rows.i64(0);
  }
  db::Database& app() { return database_.app(); }
  HandClock clock;

 private:
  fixture::FreshDatabase& database_ = emptied_database();
};

std::vector<nlohmann::json> lines_of(const std::filesystem::path& path) {
  std::vector<nlohmann::json> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

}  // namespace

TEST_CASE("a message is queued once and goes out once") {
  Office office;
  Gateway gateway;
  const auto first = office.queue(office.sms("dunning/11/1")), again = office.queue(office.sms("dunning/11/1")), other = office.queue(office.sms("dunning/12/1"));
  REQUIRE(first);
  REQUIRE(again);
  CHECK(first->is_new);
  CHECK_FALSE(again->is_new);
  CHECK(again->id == first->id);
  CHECK(office.deliver(gateway)->sent == 2);
  CHECK(office.deliver(gateway)->sent == 0);
  CHECK(office.state(first->id) == "sent");
  CHECK(gateway.went_out == std::map<std::int64_t, int>{{first->id.value, 1}, {other->id.value, 1}});
  CHECK_FALSE(office.queue(office.sms("dunning/11/1"))->is_new);  // also after it went out
}

TEST_CASE("the same key twice in one list is one message") {
  Office office;
  const std::vector<Message> twice{office.sms("a"), office.sms("b"), office.sms("a")};
  const auto queued = office.app().transact([&](db::Session& s) { return outbox::queue_all(office.app(), s, office.clock.now(), twice); });
  REQUIRE(queued);
  CHECK(queued->at(2).id == queued->at(0).id);
  CHECK(office.number("SELECT COUNT(*) FROM outbox_message") == 2);
}

TEST_CASE("what is queued in a transaction that fails is never sent") {
  Office office;
  Gateway gateway;
  const auto failed = office.app().transact([&](db::Session& s) -> Status {
    if (auto queued = outbox::queue(office.app(), s, office.clock.now(), office.sms("gone")); !queued) return std::move(queued).error();
    return conflict("test.changed_my_mind", "expected to go on but did not");
  });
  CHECK_FALSE(failed);
  CHECK(office.deliver(gateway)->sent == 0);
  CHECK(gateway.sends == 0);
}

TEST_CASE("a process that dies after sending sends nothing twice") {
  Office office;
  Gateway gateway;
  const auto id = office.queue(office.sms("once"))->id;
  gateway.dies_after_sending = true;
  CHECK_THROWS(office.deliver(gateway));
  CHECK(office.state(id) == "sending");
  gateway.dies_after_sending = false;
  CHECK(office.deliver(gateway)->sent == 1);
  CHECK(office.state(id) == "sent");
  CHECK(gateway.went_out.at(id.value) == 1);
}

TEST_CASE("a process that dies before sending sends under the number that was written down") {
  Office office;
  Gateway gateway;
  const auto id = office.queue(office.sms("once"))->id;
  {
    auto s = office.app().lease();
    s->execute("INSERT INTO outbox_batch (batch_id, kind, provider, state, messages, started_at) VALUES (77, 1, 'gateway', 'sending', 1, ?)", office.clock.now());
    s->execute("UPDATE outbox_message SET state = 'sending', batch_id = 77, attempts = 1 WHERE message_id = ?", id);
  }
  CHECK(office.deliver(gateway)->sent == 1);
  CHECK(gateway.batches == std::map<std::int64_t, int>{{77, 1}});
  CHECK(office.state(id) == "sent");
}

TEST_CASE("an answer that was lost is unknown until the provider is asked, and nothing is sent meanwhile") {
  Office office;
  Gateway gateway;
  const auto id = office.queue(office.sms("lost"))->id;
  gateway.outcome = Delivery::Outcome::kUnknown;
  gateway.answer_lost = true;
  CHECK(office.deliver(gateway)->unknown == 1);
  CHECK(office.state(id) == "unknown");
  CHECK(office.deliver(gateway)->unknown == 0);  // not asked again at once
  office.clock.minutes(2);
  CHECK(office.deliver(gateway)->unknown == 1);
  office.clock.minutes(2);
  gateway.answer_lost = false;
  CHECK(office.deliver(gateway)->sent == 1);
  CHECK(office.state(id) == "sent");
  CHECK(gateway.sends == 1);
}

TEST_CASE("a refused message waits longer each time and ends as a dead letter that a person can retry") {
  Office office;
  Gateway gateway;
  const auto id = office.queue(office.sms("refused"))->id;
  gateway.outcome = Delivery::Outcome::kFailed;
  for (int attempt = 1; attempt < outbox::kMaxAttempts; ++attempt) {
    CHECK(office.deliver(gateway)->refused == 1);
    CHECK(office.state(id) == "queued");
    CHECK(gateway.sends == attempt);
    office.clock.minutes(outbox::backoff_minutes(attempt) - 1);
    CHECK(office.deliver(gateway)->refused == 0);  // too early
    office.clock.minutes(1);
  }
  CHECK(office.deliver(gateway)->refused == 1);
  CHECK(office.state(id) == "failed");
  office.clock.minutes(600);
  CHECK(office.deliver(gateway)->refused == 0);
  const auto retry = [&] { return office.app().transact([&](db::Session& s) { return outbox::retry(s, id, office.clock.now()); }); };
  REQUIRE(retry());
  CHECK(retry().error().code == "outbox.message_state");
  gateway.outcome = Delivery::Outcome::kSent;
  CHECK(office.deliver(gateway)->sent == 1);
  CHECK(gateway.went_out.at(id.value) == 1);
}

TEST_CASE("a message that the provider rejects is failed while the others of its batch are sent") {
  Office office;
  Gateway gateway;
  const auto good = office.queue(office.sms("good"))->id, bad = office.queue(office.sms("bad", "13800000002"))->id;
  gateway.rejected = {{bad, "expected a number in use but 13800000002 is not"}};
  const auto delivered = office.deliver(gateway);
  CHECK(delivered->sent == 1);
  CHECK(delivered->refused == 1);
  CHECK(office.state(good) == "sent");
  CHECK(office.state(bad) == "failed");
}

TEST_CASE("while one sends a kind, another leaves it alone") {
  Office office;
  Gateway gateway;
  REQUIRE(office.queue(office.sms("busy")));
  const auto outer = office.app().transact([&](db::Session& s) -> Status {
    s.query("SELECT kind FROM outbox_channel WHERE kind = 1 FOR UPDATE");
    const auto delivered = office.deliver(gateway);
    CHECK(delivered->busy);
    CHECK(delivered->sent == 0);
    return ok();
  });
  CHECK(outer);
  CHECK(office.deliver(gateway)->sent == 1);
}

TEST_CASE("the file provider writes one file per batch, with what was queued, and never a second one") {
  Office office;
  fixture::TemporaryFolder folder;
  outbox::FileProvider files(folder.path() / "email");
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  Message mail{Kind::kEmail, "zhang@example.com", "电费账单", "第一行\n第二行", outbox::Attachment{"bill.pdf", "application/pdf", bytes}, "invoice", "7", "invoice/7"};
  REQUIRE(office.queue(mail));
  CHECK(office.deliver(files, Kind::kEmail)->sent == 1);
  const auto batch = office.number("SELECT batch_id FROM outbox_batch");
  const auto lines = lines_of(files.path_of(batch));
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].at("address") == "zhang@example.com");
  CHECK(lines[0].at("subject") == "电费账单");
  CHECK(lines[0].at("body") == "第一行\n第二行");
  CHECK(http::from_base64url(lines[0].at("attachment").at("content").get<std::string>()) == bytes);

  // As though the process had died between the file and the mark: the file is there, so nothing is written again.
  office.app().lease()->execute("UPDATE outbox_batch SET state = 'sending'");
  office.app().lease()->execute("UPDATE outbox_message SET state = 'sending'");
  const auto written = std::filesystem::last_write_time(files.path_of(batch));
  CHECK(office.deliver(files, Kind::kEmail)->sent == 1);
  CHECK(std::filesystem::last_write_time(files.path_of(batch)) == written);
  int files_there = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "email")) files_there += entry.path().filename() == ".place" ? 0 : 1;
  CHECK(files_there == 1);
}

TEST_CASE("a batch of another host's folder is not sent again from here, and is settled where it was written") {
  Office office;
  fixture::TemporaryFolder here, there;
  outbox::FileProvider ours(here.path() / "sms"), theirs(there.path() / "sms");
  CHECK(ours.place() != theirs.place());
  CHECK(ours.place() == outbox::FileProvider(here.path() / "sms").place());
  const auto id = office.queue(office.sms("once"))->id;
  CHECK(office.deliver(theirs)->sent == 1);
  // As though the other host had died between the file and the mark.
  office.app().lease()->execute("UPDATE outbox_batch SET state = 'sending'");
  office.app().lease()->execute("UPDATE outbox_message SET state = 'sending'");
  outbox::Providers providers;
  providers.set(Kind::kSms, std::make_shared<outbox::FileProvider>(here.path() / "sms"));
  CHECK(outbox::has_work(*office.app().lease(), providers, office.clock.now()));
  const auto batch = office.number("SELECT batch_id FROM outbox_batch");
  CHECK(office.deliver(ours)->unknown == 1);
  CHECK(office.state(id) == "unknown");
  CHECK_FALSE(std::filesystem::exists(ours.path_of(batch)));
  for (int i = 0; i < 3; ++i) {
    office.clock.minutes(2);
    CHECK_FALSE(outbox::has_work(*office.app().lease(), providers, office.clock.now()));
    CHECK(office.deliver(ours)->sent == 0);
    CHECK(office.state(id) == "unknown");
  }
  CHECK(office.deliver(theirs)->sent == 1);
  CHECK(office.state(id) == "sent");
  CHECK_FALSE(std::filesystem::exists(ours.path_of(batch)));
}

TEST_CASE("a batch that was begun before its host died goes out from there, and from nowhere else") {
  Office office;
  fixture::TemporaryFolder here, there;
  outbox::FileProvider ours(here.path() / "sms"), theirs(there.path() / "sms");
  const auto id = office.queue(office.sms("once"))->id;
  {
    auto s = office.app().lease();
    s->execute("INSERT INTO outbox_batch (batch_id, kind, provider, place, state, messages, started_at) VALUES (77, 1, 'file', ?, 'sending', 1, ?)", theirs.place(), office.clock.now());
    s->execute("UPDATE outbox_message SET state = 'sending', batch_id = 77, attempts = 1 WHERE message_id = ?", id);
  }
  CHECK(office.deliver(ours)->unknown == 1);
  CHECK_FALSE(std::filesystem::exists(ours.path_of(77)));
  office.clock.minutes(2);
  CHECK(office.deliver(theirs)->sent == 1);
  CHECK(lines_of(theirs.path_of(77)).size() == 1);
}

TEST_CASE("a provider's long reason is kept as far as it fits, in whole characters") {
  Office office;
  Gateway gateway;
  const auto id = office.queue(office.sms("refused"))->id;
  std::string reason = "x";
  for (int i = 0; i < 100; ++i) reason += "错";
  gateway.rejected = {{id, reason}};
  REQUIRE(office.deliver(gateway));
  CHECK(office.state(id) == "failed");
  auto s = office.app().lease();
  auto rows = s->query("SELECT last_error FROM outbox_message WHERE message_id = ?", id);
  REQUIRE(rows.next());
  CHECK(rows.text(0) == reason.substr(0, 1 + 63 * 3));
}

TEST_CASE("a folder that cannot be written makes the messages wait") {
  Office office;
  fixture::TemporaryFolder folder;
  std::ofstream(folder.path() / "sms") << "a file where the folder should be";
  outbox::FileProvider files(folder.path() / "sms");
  const auto id = office.queue(office.sms("waits"))->id;
  const auto delivered = office.deliver(files);
  REQUIRE(delivered);
  CHECK(delivered->sent == 0);
  CHECK(delivered->refused + delivered->unknown == 1);
  CHECK(office.state(id) != "sent");
}

TEST_CASE("a message that cannot be meant is not queued, and says why") {
  Office office;
  const auto code = [&](Message m) {
    auto queued = office.queue(m);
    return queued ? "" : queued.error().code;
  };
  Message m = office.sms("x");
  for (const char* address : {"", "abc", "1234", "13800000001\n13800000002", "123456789012345678901"}) {
    m.address = address;
    CHECK(code(m) == "outbox.bad_address");
  }
  m = office.sms("x");
  m.body = "";
  CHECK(code(m) == "outbox.bad_message");
  m.body = std::string(16'001, 'a');
  CHECK(code(m) == "outbox.bad_message");
  m.body = "\xff\xfe";
  CHECK(code(m) == "outbox.bad_message");
  m = office.sms("key with blanks");
  CHECK(code(m) == "outbox.bad_message");
  m = office.sms("x");
  m.attachment = outbox::Attachment{"a.pdf", "application/pdf", "x"};
  CHECK(code(m) == "outbox.bad_message");  // no attachment with an SMS
  Message mail{Kind::kEmail, "zhang@example.com", "账单", "正文", {}, "bill", "1", "mail"};
  mail.subject = "a\r\nBcc: everybody@example.com";
  CHECK(code(mail) == "outbox.bad_message");
  mail.subject = "a";
  for (const char* address : {"zhang", "zhang@", "@example.com", "a@b@example.com", "a@example.com,b@example.com", "a@localhost"}) {
    mail.address = address;
    CHECK(code(mail) == "outbox.bad_address");
  }
  CHECK(office.number("SELECT COUNT(*) FROM outbox_message") == 0);
}

TEST_CASE("one delivery is asked for when something is due, and none when nothing is") {
  Office office;
  outbox::Providers providers;
  const auto look = [&] { return office.app().transact([&](db::Session& s) -> Result<bool> { return outbox::request_delivery_if_due(s, providers, office.clock.now()).has_value(); }).value(); };
  CHECK_FALSE(look());
  REQUIRE(office.queue(office.sms("post")));
  CHECK_FALSE(look());  // nobody here sends SMS
  providers.set(Kind::kSms, std::make_shared<Gateway>());
  CHECK(look());
  CHECK_FALSE(look());  // it is under way
  CHECK(office.number("SELECT COUNT(*) FROM jobs_job WHERE kind = 'outbox.deliver'") == 1);
}

TEST_CASE("files of messages that went out long ago are taken away, and no others") {
  Office office;
  const fixture::TemporaryFolder folder;
  outbox::FileProvider files(folder.path());
  const auto batch_of = [&](outbox::MessageId id) { return office.number("SELECT batch_id FROM outbox_message WHERE message_id = " + std::to_string(id.value)); };
  const auto clear = [&](int days, int most = 500) {
    return *outbox::clear_sent(office.app(), office.clock, Kind::kSms, files, Instant{office.clock.now().micros - std::int64_t{days} * 86'400'000'000}, most);
  };
  const auto old_one = office.queue(office.sms("old"));
  REQUIRE(office.deliver(files)->sent == 1);
  office.clock.minutes(60 * 24 * 30);
  const auto new_one = office.queue(office.sms("new"));
  REQUIRE(office.deliver(files)->sent == 1);
  Gateway gateway;
  REQUIRE(office.queue(office.sms("by-another-way")));
  REQUIRE(office.deliver(gateway)->sent == 1);
  const auto old_file = files.path_of(batch_of(old_one->id)), new_file = files.path_of(batch_of(new_one->id));
  REQUIRE(std::filesystem::exists(old_file));

  CHECK(clear(31) == 0);
  CHECK(clear(29) == 1);
  CHECK_FALSE(std::filesystem::exists(old_file));
  CHECK(std::filesystem::exists(new_file));
  CHECK(clear(29) == 0);  // once
  CHECK(office.state(old_one->id) == "sent");  // and it does not go out again
  CHECK(office.deliver(files)->sent == 0);
  CHECK_FALSE(std::filesystem::exists(old_file));

  office.clock.minutes(60 * 24 * 30);
  std::filesystem::remove(new_file);  // somebody tidied up by hand
  CHECK(clear(29) == 1);
}

TEST_CASE("a file that cannot be taken away is told and stays for the next time") {
  Office office;
  const fixture::TemporaryFolder folder;
  outbox::FileProvider files(folder.path());
  const auto message = office.queue(office.sms("old"));
  REQUIRE(office.deliver(files)->sent == 1);
  office.clock.minutes(60 * 24 * 30);
  const auto file = files.path_of(office.number("SELECT batch_id FROM outbox_message WHERE message_id = " + std::to_string(message->id.value)));
  std::filesystem::remove(file);
  std::filesystem::create_directories(file / "in the way");  // a folder that is not empty is not removed
  const auto clear = [&] { return outbox::clear_sent(office.app(), office.clock, Kind::kSms, files, office.clock.now(), 500); };
  CHECK(clear().error().code == "outbox.not_cleared");
  std::filesystem::remove_all(file);
  CHECK(*clear() == 1);
}
