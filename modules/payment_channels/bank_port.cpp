#include "modules/payment_channels/bank_port.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>

#include "mis/observe/log.hpp"
#include "mis/observe/metrics.hpp"
#include "modules/payment_channels/formats/framers.hpp"
#include "modules/payment_channels/iso8583_adapter.hpp"
#include "modules/payment_channels/middle_business_adapter.hpp"
#include "modules/payment_channels/secrets.hpp"

namespace mis::payment_channels {
namespace {

net::Framer framer_of(const Channel& channel) {
  if (channel.profile.transport == Transport::kMiddleBusiness) return middle_business_framer();
  if (channel.profile.transport != Transport::kIso8583) throw std::runtime_error("expected a channel that speaks at a bank port but " + channel.code + " does not");
  auto framer = iso8583_framer(channel.profile.iso);
  if (!framer) throw std::runtime_error(channel.code + ": " + framer.error().message);
  return std::move(*framer);
}

// Whether the bytes of both are cut into messages alike.
bool is_framed_alike(const Channel& a, const Channel& b) {
  if (a.profile.transport != b.profile.transport) return false;
  return a.profile.transport != Transport::kIso8583 ||
         (a.profile.iso.header == b.profile.iso.header && a.profile.iso.length_counts_itself == b.profile.iso.length_counts_itself && a.profile.iso.heartbeats == b.profile.iso.heartbeats);
}

// Whose certificates the port knows, looked up in the network's thread, which must not wait for the database: a thread of its own
// asks the book. A channel that is new is known after some seconds; until then its bank is refused and comes again.
class KnownBanks {
 public:
  KnownBanks(ChannelBook& book, const Channel& framing) : book_(book), framing_(framing) {
    read();
    reader_ = std::jthread([this](const std::stop_token& stop) {
      std::unique_lock lock(mutex_);
      while (!stopped_.wait_for(lock, stop, kPeriod, [&] { return stop.stop_requested(); })) {
        lock.unlock();
        read();
        lock.lock();
      }
    });
  }

  std::optional<std::string> code_of(const std::string& certificate_sha256) const {
    const std::lock_guard lock(mutex_);
    const auto found = codes_.find(certificate_sha256);
    return found == codes_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  static constexpr std::chrono::seconds kPeriod{2};

  void read() {
    const auto channels = book_.channels();
    if (!channels) return;  // those known before are known still; whether they may work is asked with each message
    std::unordered_map<std::string, std::string> codes;
    for (const auto& open : **channels)
      if (!open->channel.client_certificate.empty() && is_framed_alike(open->channel, framing_)) codes.emplace(open->channel.client_certificate, open->channel.code);
    const std::lock_guard lock(mutex_);
    codes_ = std::move(codes);
  }

  ChannelBook& book_;
  const Channel& framing_;
  mutable std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::unordered_map<std::string, std::string> codes_;
  std::jthread reader_;
};

bool is_loopback(const std::string& address) { return address == "localhost" || address == "::1" || address.rfind("127.", 0) == 0; }

}  // namespace

struct BankPort::Impl {
  Services services;
  BankPortOptions options;
  ChannelBook book;
  Iso8583Adapter iso;
  MiddleBusinessAdapter middle;
  Channel framing;
  observe::Counter& messages;
  observe::Counter& strangers;
  std::unique_ptr<KnownBanks> known;
  std::unique_ptr<net::FramedServer> server;

  Impl(const Services& s, const KeyPlace& place, BankPortOptions o)
      : services(s), options(std::move(o)), book(services, std::make_shared<Secrets>(place)), iso(services, book), middle(services, book),
        messages(services.metrics.counter("watthour_bank_messages", "Messages of banks that were worked on")),
        strangers(services.metrics.counter("watthour_bank_strangers", "Connections and messages at the bank port of somebody who is no channel of it")) {
    if (!options.server.tls_wanted && !is_loopback(options.server.address)) throw std::runtime_error("expected TLS on an address that others reach but none was asked for");
    if (options.server.tls_wanted && options.server.tls.client_ca_file.empty()) throw std::runtime_error("expected the authority that signs banks' certificates but none was named");
    auto open = book.by_code(options.channel);
    if (!open) throw std::runtime_error(open.error().message);
    if (!*open) throw std::runtime_error("expected a payment channel with the code " + options.channel + " but there is none");
    framing = (*open)->channel;
    // Some workers are always somebody else's, so that one bank's slow questions do not hold up all others.
    auto& most = options.server.max_parallel_of_owner;
    if (most == 0) most = std::max(1, options.server.workers - std::max(2, options.server.workers / 8));
    known = std::make_unique<KnownBanks>(book, framing);
    server = std::make_unique<net::FramedServer>(options.server, framer_of(framing), [this](const net::Peer& peer, std::string_view frame) { return work(peer, frame); }, hooks());
  }

  ChannelBook::Found channel_of(const net::Peer& peer) {
    return options.server.tls_wanted ? book.by_certificate(peer.certificate_sha256) : book.by_code(options.channel);
  }

  net::Answer work(const net::Peer& peer, std::string_view frame) {
    auto open = channel_of(peer);
    if (!open) {
      // Nobody knows who this is just now: unanswered, the bank asks again.
      observe::log(observe::Level::kError, "payment_channels.no_channels", {{"code", open.error().code}, {"message", open.error().message}});
      return {{}, true};
    }
    // It was somebody's when it connected.
    if (!*open || !is_framed_alike((*open)->channel, framing)) {
      note_stranger(peer);
      return {{}, true};
    }
    messages.add();
    return framing.profile.transport == Transport::kIso8583 ? iso.answer(**open, frame) : middle.answer(**open, frame);
  }

  void note_stranger(const net::Peer& peer) {
    strangers.add();
    observe::log(observe::Level::kWarning, "payment_channels.stranger", {{"address", peer.address}, {"certificate", peer.certificate_sha256}, {"subject", peer.certificate_subject}});
  }

  net::Hooks hooks() {
    net::Hooks hooks;
    hooks.owner_of = [this](const net::Peer& peer) -> std::optional<std::string> {
      if (!options.server.tls_wanted) return options.channel;
      auto code = known->code_of(peer.certificate_sha256);
      if (!code) note_stranger(peer);
      return code;
    };
    hooks.closed = [](const net::Peer& peer, net::CloseReason reason, std::string_view detail) {
      observe::log(observe::Level::kInfo, "bank_port.closed", {{"address", peer.address}, {"subject", peer.certificate_subject}, {"reason", std::string(net::to_text(reason))}, {"detail", std::string(detail)}});
    };
    hooks.refused = [](std::string_view address, net::RefusalReason reason) {
      observe::log(observe::Level::kWarning, "bank_port.refused", {{"address", std::string(address)}, {"reason", std::string(net::to_text(reason))}});
    };
    hooks.failed = [](const net::Peer& peer, std::string_view what) { observe::log(observe::Level::kError, "bank_port.failed", {{"address", peer.address}, {"message", std::string(what)}}); };
    return hooks;
  }
};

BankPort::BankPort(const Services& services, const KeyPlace& place, BankPortOptions options) : impl_(std::make_unique<Impl>(services, place, std::move(options))) {}
BankPort::~BankPort() = default;
std::uint16_t BankPort::port() const { return impl_->server->port(); }
void BankPort::stop() { impl_->server->stop(); }

}  // namespace mis::payment_channels
