// A whole county's day at one bank: the comparison is right whatever its size. How long it took is printed, not judged.
#include <catch2/catch.hpp>

#include <chrono>
#include <map>

#include <fmt/format.h>

#include "mis/db/bulk_writer.hpp"
#include "modules/payment_channels/reconcile.hpp"
#include "tests/store/payment_channels/channel_books.hpp"

using namespace mis;
using namespace mis::payment_channels;
using books::ChannelBooks;
using books::day;

namespace {

constexpr int kLines = 100'000;

std::string serial_of(int i) { return fmt::format("S{:09}", i); }

}  // namespace

TEST_CASE("a hundred thousand lines against a hundred thousand items") {
  ChannelBooks b(R"({"transport": "rest", "reconciliation_file": {"name": "t", "encoding": "utf-8", "crlf": false, "columns": [{"field": "serial_no", "title": "s"}, {"field": "account_no", "title": "a"},
                     {"field": "amount", "title": "m"}]}})");
  {
    auto s = b.owner().lease();
    for (const char* statement : {"DELETE FROM payment_channels_difference", "DELETE FROM payment_channels_their_item", "DELETE FROM payment_channels_reconciliation"}) s->execute(statement);
    // Items alone, without their payments: what is compared is items and lines.
    db::BulkWriter items("payment_channels_item", {"item_id", "channel_id", "request_key", "kind", "state", "content_hash", "serial_no", "account_no", "account_id", "amount_fen", "business_date", "response",
                                                   "answer", "received_at", "changed_at"});
    s->begin();
    for (int i = 0; i < kLines; ++i) {
      items.add(10'000'000 + i).add(b.bank.id).add(serial_of(i)).add("pay").add("paid").add("").add(serial_of(i)).add(make_account_no(i)).add(i).add(i + 1).add(day("2026-11-22")).add("approved").add("{}");
      items.add(b.clock.now()).add(b.clock.now());
      items.end_row();
      items.flush_when_over(*s, 4U << 20U);
    }
    items.flush(*s);
    s->commit();
  }
  // Theirs lacks the first ten, has ten more, and ten other amounts.
  std::string lines;
  std::int64_t sum = 0;
  for (int i = 10; i < kLines + 10; ++i) {
    const std::int64_t fen = i + 1 + (i < 20 ? 5 : 0);
    sum += fen;
    lines += fmt::format("{}|{}|{}.{:02}\n", serial_of(i), make_account_no(i), fen / 100, fen % 100);
  }
  const std::string file = fmt::format("{}|{}.{:02}\n", kLines, sum / 100, sum % 100) + lines;
  b.clock.set("2026-11-23T09:00:00+08:00");
  ReconciliationService service(b.services);
  const auto start = std::chrono::steady_clock::now();
  auto loaded = b.app().transact([&](db::Session& s) { return service.load(s, b.bank, {day("2026-11-22"), "day.txt", file}, books::kCashier); });
  REQUIRE(loaded);
  const auto middle = std::chrono::steady_clock::now();
  REQUIRE(b.app().transact([&](db::Session& s) { return service.compare(s, loaded->id); }));
  const auto end = std::chrono::steady_clock::now();
  const auto ms = [](auto from, auto to) { return std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count(); };
  WARN("file of 100,000 lines loaded in " << ms(start, middle) << " ms, compared with 100,000 items in " << ms(middle, end) << " ms");

  const auto r = *find_reconciliation(*b.app().lease(), loaded->id);
  CHECK(r.theirs.count == kLines);
  CHECK(r.ours.count == kLines);
  CHECK(r.equal.count == kLines - 20);
  CHECK(r.equal.amount == Money{std::int64_t{kLines} * (kLines + 1) / 2 - 210});  // without the first twenty of ours
  std::map<DifferenceKind, int> kinds;
  for (const auto& d : list_differences(*b.app().lease(), r.id, 0, 1'000)) ++kinds[d.kind];
  CHECK(kinds == std::map<DifferenceKind, int>{{DifferenceKind::kOnlyTheirs, 10}, {DifferenceKind::kOnlyOurs, 10}, {DifferenceKind::kAmount, 10}});
  b.owner().lease()->execute("DELETE FROM payment_channels_item");
}
