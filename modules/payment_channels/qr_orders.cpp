#include "modules/payment_channels/qr_orders.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "modules/customers/customers.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::array<std::string_view, 4> kStates = {"unknown", "open", "paid", "closed"};
constexpr std::int64_t kMicrosPerMinute = 60'000'000;
constexpr std::int64_t kAskAfterMinutes = 2;  // a notice comes within seconds where it comes at all
constexpr std::int64_t kMostAskMinutes = 60;

Instant later(Instant at, std::int64_t minutes) { return {at.micros + minutes * kMicrosPerMinute}; }

// After 2, 4, 8 … 60 minutes; but an order whose time runs out is asked about soon after.
Instant next_ask(const QrOrder& order, Instant now) {
  const std::int64_t minutes = order.asks >= 5 ? kMostAskMinutes : kAskAfterMinutes << order.asks;
  return std::min(later(now, minutes), std::max(order.expires_at, later(now, kAskAfterMinutes)));
}

QrOrder order_row(const db::Rows& row) {
  QrOrder order;
  order.order_no = row.text(0);
  order.channel_id = row.i64(1);
  order.account_no = row.text(2);
  order.account = {row.i64(3)};
  order.amount = {row.i64(4)};
  const auto state = row.text(5);
  for (std::size_t i = 0; i < kStates.size(); ++i)
    if (kStates[i] == state) order.state = static_cast<OrderState>(i);
  order.code_url = row.text(6);
  order.trade_no = row.text(7);
  if (const auto by = row.i64_or_null(8)) order.created_by = UserId{*by};
  order.created_at = row.instant(9);
  order.expires_at = row.instant(10);
  order.asks = row.i32(11);
  return order;
}

std::optional<QrOrder> order_of_key(db::Session& session, std::int64_t channel_id, UserId by, std::string_view client_key) {
  auto rows = session.query("SELECT order_no, channel_id, account_no, account_id, amount_fen, state, code_url, trade_no, created_by, created_at, expires_at, asks FROM payment_channels_order "
                            "WHERE channel_id = ? AND created_by = ? AND client_key = ?", channel_id, by, client_key);
  if (!rows.next()) return {};
  return order_row(rows);
}

bool takes_codes(const Channel& channel) { return channel.profile.transport == Transport::kAlipay || channel.profile.transport == Transport::kWechat; }

}  // namespace

std::string_view name_of(OrderState state) { return kStates[static_cast<std::size_t>(state)]; }

Result<QrOrder> QrOrderService::create(const OpenChannel& open, const Wanted& wanted, QrProvider* provider, const security::Caller& caller) {
  const auto& channel = open.channel;
  if (!channel.active || !takes_codes(channel)) return conflict("payment_channels.no_qr", "expected an active channel whose customers scan codes but this one is none");
  if (provider == nullptr) return conflict("payment_channels.no_provider", "expected a line to the payment company but this installation has none");
  if (wanted.amount.value <= 0 || wanted.amount > channel.profile.most_per_payment) return invalid("payment_channels.bad_amount", "expected an amount of more than nothing and within the channel's limit but found another");
  const Instant now = services_.clock.now();
  auto stored = services_.database.transact([&](db::Session& s) -> Result<QrOrder> {
    auto label = customers::find_label(s, wanted.account_no, caller.scope_pattern());
    if (!label) return std::move(label).error();
    if (auto there = order_of_key(s, channel.id, caller.user_id, wanted.client_key)) {
      if (there->account != label->id || there->amount != wanted.amount) return conflict("payment_channels.order_reused", "expected a new Idempotency-Key but this one's order is of another account or amount");
      return std::move(*there);
    }
    const auto order_no = fmt::format("{}{:014}", label->account_no, services_.database.take_ids("payment_channels_order"));
    const Instant expires{now.micros + channel.profile.merchant.order_minutes * kMicrosPerMinute};
    s.execute("INSERT INTO payment_channels_order (order_no, channel_id, client_key, account_no, account_id, amount_fen, state, created_by, created_at, expires_at, changed_at, ask_after) "
              "VALUES (?, ?, ?, ?, ?, ?, 'unknown', ?, ?, ?, ?, ?)", order_no, channel.id, wanted.client_key, label->account_no, label->id, wanted.amount, caller.user_id, now, expires, now,
              later(now, kAskAfterMinutes));
    return *order_of_key(s, channel.id, caller.user_id, wanted.client_key);
  });
  if (!stored || stored->state != OrderState::kUnknown) return stored;
  // Outside of every transaction: the company may take its time, or never answer.
  auto code = provider->create(open, *stored);
  if (code) {
    stored->state = OrderState::kOpen;
    stored->code_url = *code;
    if (auto written = write_state(stored->order_no, OrderState::kOpen, *code, ""); !written) return std::move(written).error();
  } else if (code.error().kind != ErrorKind::kUnavailable) {
    if (auto written = write_state(stored->order_no, OrderState::kClosed, "", ""); !written) return std::move(written).error();
    return std::move(code).error();
  }
  return stored;
}

Result<std::optional<QrOrder>> QrOrderService::find(std::int64_t channel_id, std::string_view order_no) {
  return services_.database.read([&](db::Session& s) -> Result<std::optional<QrOrder>> {
    auto rows = s.query("SELECT order_no, channel_id, account_no, account_id, amount_fen, state, code_url, trade_no, created_by, created_at, expires_at, asks FROM payment_channels_order "
                        "WHERE order_no = ? AND channel_id = ?", order_no, channel_id);
    if (!rows.next()) return std::optional<QrOrder>();
    return std::optional(order_row(rows));
  });
}

// Paid is for ever; everything else may still become something else.
Status QrOrderService::write_state(const std::string& order_no, OrderState state, std::string_view code_url, std::string_view trade_no) {
  return services_.database.transact([&](db::Session& s) -> Status {
    s.execute("UPDATE payment_channels_order SET state = ?, code_url = IF(? = '', code_url, ?), trade_no = IF(? = '', trade_no, ?), changed_at = ? WHERE order_no = ? AND state <> 'paid'", name_of(state), code_url,
              code_url, trade_no, trade_no, services_.clock.now(), order_no);
    return ok();
  });
}

Result<ItemAnswer> QrOrderService::paid(const OpenChannel& open, const QrOrder& order, Money amount, std::string_view trade_no) {
  PayRequest pay;
  pay.key = order.order_no;
  pay.account_no = order.account_no;
  pay.amount = amount;
  if (amount != order.amount) {
    // Under a key of its own, so that the right notice, should it come, is not held for its repeat.
    pay.key += "/differs";
    pay.serial = pay.key;
    return service_.refuse(open.channel, pay, Response::kNotWhatIsDue);
  }
  auto done = service_.pay(open.channel, pay);
  if (done && done->approved())
    if (auto written = write_state(order.order_no, OrderState::kPaid, "", trade_no.substr(0, 64)); !written) return std::move(written).error();
  return done;
}

// Written down before the answer is used, so that an order about which something goes wrong each time does not stand before the others.
Status QrOrderService::ask_later(const QrOrder& order, Instant now) {
  return services_.database.transact([&](db::Session& s) -> Status {
    s.execute("UPDATE payment_channels_order SET asks = asks + 1, ask_after = ? WHERE order_no = ?", next_ask(order, now), order.order_no);
    return ok();
  });
}

std::vector<std::int64_t> channels_with_quiet_orders(db::Session& session, Instant now) {
  std::vector<std::int64_t> channels;
  for (auto rows = session.query("SELECT DISTINCT channel_id FROM payment_channels_order WHERE state IN ('unknown', 'open') AND ask_after <= ? ORDER BY channel_id", now); rows.next();)
    channels.push_back(rows.i64(0));
  return channels;
}

Result<int> QrOrderService::repair(const OpenChannel& open, QrProvider& provider, int most) {
  const Instant now = services_.clock.now();
  auto waiting = services_.database.read([&](db::Session& s) -> Result<std::vector<QrOrder>> {
    std::vector<QrOrder> orders;
    for (auto rows = s.query("SELECT order_no, channel_id, account_no, account_id, amount_fen, state, code_url, trade_no, created_by, created_at, expires_at, asks FROM payment_channels_order "
                             "WHERE channel_id = ? AND state IN ('unknown', 'open') AND ask_after <= ? ORDER BY ask_after, order_no LIMIT ?", open.channel.id, now, most); rows.next();)
      orders.push_back(order_row(rows));
    return orders;
  });
  if (!waiting) return std::move(waiting).error();
  int settled = 0;
  std::optional<Error> trouble;
  for (const auto& order : *waiting) {
    auto asked = provider.query(open, order);
    if (auto written = ask_later(order, now); !written) return std::move(written).error();
    if (!asked) continue;  // as unknown as before
    using State = QrProvider::Asked::State;
    if (asked->state == State::kPaid) {
      auto done = paid(open, order, asked->amount, asked->trade_no);
      if (!done) trouble = std::move(done).error();
      else settled += done->approved() ? 1 : 0;
      continue;
    }
    const bool over = asked->state == State::kClosed || order.expires_at <= now;
    const bool never_there = asked->state == State::kNotThere;
    if (!over && !never_there && order.state == OrderState::kOpen) continue;
    const auto next = over || never_there ? OrderState::kClosed : OrderState::kOpen;
    if (auto written = write_state(order.order_no, next, asked->code_url, asked->trade_no); !written) return std::move(written).error();
    ++settled;
  }
  if (settled == 0 && trouble) return std::move(*trouble);
  return settled;
}

}  // namespace mis::payment_channels
