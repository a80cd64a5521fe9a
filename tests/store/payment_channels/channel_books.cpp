#include "tests/store/payment_channels/channel_books.hpp"

#include <stdexcept>

using namespace mis;
using namespace mis::payment_channels;

namespace books {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().code + ": " + result.error().message);
  return std::move(*result);
}

}  // namespace

ChannelBooks::ChannelBooks(const char* profile) : services{app(), clock, metrics}, service(services) {
  {
    auto s = owner().lease();
    for (const char* statement : {"DELETE FROM payment_channels_item", "DELETE FROM payment_channels_secret", "DELETE FROM payment_channels_key_change", "DELETE FROM payment_channels_mandate", "DELETE FROM payment_channels_mandate_event", "DELETE FROM payment_channels_channel"}) s->execute(statement);
  }
  must(issue({202609}, "2026-10-02", {{11, 10'000}}));
  must(issue({202610}, "2026-11-02", {{11, 5'000}, {12, 8'000}}));
  bank = make_channel("BANK", profile);
}

Channel ChannelBooks::make_channel(const std::string& code, const char* profile) {
  Channel channel;
  channel.code = code;
  channel.name = "测试银行";
  channel.profile_text = profile;
  channel.profile = must(parse_channel_profile(profile));
  return must(app().transact([&](db::Session& s) { return save_channel(s, channel, clock.now(), kSupervisor); }));
}

PayRequest ChannelBooks::request(const std::string& key, std::int64_t account, int amount_fen) {
  PayRequest r;
  r.key = key;
  r.account_no = make_account_no(account);
  r.amount = {amount_fen};
  return r;
}

ItemAnswer ChannelBooks::pay(const PayRequest& r) { return must(service.pay(bank, r)); }
ItemAnswer ChannelBooks::pay(const std::string& key, std::int64_t account, int amount_fen) { return pay(request(key, account, amount_fen)); }

ItemAnswer ChannelBooks::reverse(const std::string& original_key, const std::string& own_key) {
  ReverseRequest r;
  r.key = own_key;
  r.original_key = original_key;
  return must(service.reverse(bank, r));
}

Money ChannelBooks::in_transit() {
  return {number("SELECT COALESCE(CAST(SUM(amount_fen) AS SIGNED), 0) FROM ledger_posting WHERE ledger_account = 8 AND subject_id = " + std::to_string(bank.id))};
}

std::int64_t ChannelBooks::items(const char* state) { return number("SELECT COUNT(*) FROM payment_channels_item WHERE state = '" + std::string(state) + "'"); }

std::vector<std::string> ChannelBooks::all_differences() {
  auto all = differences();
  for (auto& difference : must(verify_channels(app()))) all.push_back(std::move(difference));
  return all;
}

}  // namespace books
