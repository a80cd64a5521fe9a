// Orders by code of which nobody knows: each is asked about in its turn.
#include <catch2/catch.hpp>

#include <map>
#include <set>

#include "modules/payment_channels/qr_orders.hpp"
#include "tests/store/payment_channels/channel_books.hpp"

using namespace mis;
using namespace mis::payment_channels;
using books::ChannelBooks;

namespace {

// A company that says nothing about some orders and that all others are paid.
class Company final : public QrProvider {
 public:
  Result<std::string> create(const OpenChannel&, const QrOrder&) override { return std::string("code"); }
  Result<Asked> query(const OpenChannel&, const QrOrder& order) override {
    ++asked[order.order_no];
    if (silent.contains(order.order_no)) return unavailable("net.timeout", "expected an answer but there was none");
    return Asked{Asked::State::kPaid, order.amount, "T" + order.order_no, ""};
  }
  std::set<std::string> silent;
  std::map<std::string, int> asked;
};

class Orders : public ChannelBooks {
 public:
  Orders() : book(services, nullptr), orders(services, book), open{bank, {}, {}, {}, {}, {}} { owner().lease()->execute("DELETE FROM payment_channels_order"); }
  void order(const std::string& order_no, std::int64_t account, int amount_fen) {
    owner().lease()->execute("INSERT INTO payment_channels_order (order_no, channel_id, client_key, account_no, account_id, amount_fen, state, created_by, created_at, expires_at, changed_at, ask_after) "
                             "VALUES (?, ?, ?, ?, ?, ?, 'unknown', ?, ?, '2026-11-22 12:00:00', ?, ?)", order_no, bank.id, order_no, make_account_no(account), account, amount_fen, books::kCashier, clock.now(),
                             clock.now(), clock.now());
  }
  int repair(int most) {
    auto settled = orders.repair(open, company, most);
    REQUIRE(settled);
    return *settled;
  }

  ChannelBook book;
  QrOrderService orders;
  OpenChannel open;
  Company company;
};

}  // namespace

TEST_CASE("orders of which the company says nothing do not keep others from being asked about") {
  Orders b;
  for (const char* no : {"A1", "A2", "A3"}) {
    b.order(no, 11, 100);
    b.company.silent.insert(no);
  }
  b.order("B1", 11, 200);
  b.order("B2", 12, 300);
  CHECK(b.repair(2) == 0);
  CHECK(b.repair(2) == 1);
  CHECK(b.repair(2) == 1);
  CHECK(b.in_transit() == Money{500});
  CHECK(b.company.asked == std::map<std::string, int>{{"A1", 1}, {"A2", 1}, {"A3", 1}, {"B1", 1}, {"B2", 1}});
  CHECK(b.all_differences().empty());
}

TEST_CASE("what stays unknown is asked about more and more seldom, but soon after its time is over") {
  Orders b;
  b.order("A1", 11, 100);
  b.company.silent.insert("A1");
  // Ten o'clock; its time is over at eight in the evening (noon in UTC).
  std::vector<int> minutes_until_asked;
  int last = 0;
  for (int minute = 0; minute <= 250; ++minute) {
    b.clock.set(("2026-11-22T" + std::to_string(10 + minute / 60) + ":" + (minute % 60 < 10 ? "0" : "") + std::to_string(minute % 60) + ":00+08:00").c_str());
    const int before = b.company.asked["A1"];
    b.repair(10);
    if (b.company.asked["A1"] == before) continue;
    minutes_until_asked.push_back(minute - last);
    last = minute;
  }
  CHECK(minutes_until_asked == std::vector<int>{0, 2, 4, 8, 16, 32, 60, 60, 60});
  b.company.silent.clear();
  b.clock.set("2026-11-22T19:30:00+08:00");
  CHECK(b.repair(10) == 1);
  CHECK(b.in_transit() == Money{100});
}
