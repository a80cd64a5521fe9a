#include "tests/store/payment_channels/losing_line.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

namespace books {
namespace {

// The whole packet of the statement, as the protocol has it: length, number, COM_QUERY, text.
const std::string kCommit = std::string("\x07\x00\x00\x00\x03", 5) + "COMMIT";

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("expected the path of a socket to be short but it is not: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

std::string read_some(int from) {
  std::string bytes(64 * 1024, '\0');
  const auto n = recv(from, bytes.data(), bytes.size(), 0);
  bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return bytes;
}

bool write_all(int to, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const auto n = send(to, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

// One of so many that are left.
bool takes_one(std::atomic<int>& left) {
  if (left <= 0) return false;
  --left;
  return true;
}

}  // namespace

LosingLine::LosingLine(mis::db::Endpoint to) : to_(std::move(to)), listener_(socket(AF_UNIX, SOCK_STREAM, 0)) {
  const auto address = address_of(endpoint().socket);
  if (listener_ < 0 || bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(listener_, 64) != 0) throw std::runtime_error("cannot listen at " + endpoint().socket);
  accepting_ = std::jthread([this] { accept_all(); });
}

// Whoever uses the line has gone before: its connections are closed, and each relay has ended with its own.
LosingLine::~LosingLine() {
  shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  relays_.clear();
  close(listener_);
}

mis::db::Endpoint LosingLine::endpoint() const {
  auto here = to_;
  here.socket = (folder_.path() / "line").string();
  return here;
}

void LosingLine::mend() {
  confirmations_ = commits_ = 0;
  stays_broken_ = broken_ = false;
}

void LosingLine::accept_all() {
  for (int client = accept(listener_, nullptr, nullptr); client >= 0; client = accept(listener_, nullptr, nullptr)) relays_.emplace_back([this, client] { relay(client); });
}

void LosingLine::relay(int client) {
  const int server = socket(AF_UNIX, SOCK_STREAM, 0);
  const auto address = address_of(to_.socket);
  if (!broken_ && connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    pollfd both[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    for (bool open = true; open && poll(both, 2, -1) > 0;) {
      if (both[0].revents != 0) {
        const auto bytes = read_some(client);
        open = !bytes.empty() && !breaks(bytes, client, server) && write_all(server, bytes);
      }
      if (open && both[1].revents != 0) {
        const auto bytes = read_some(server);
        open = !bytes.empty() && write_all(client, bytes);
      }
    }
  }
  close(server);
  close(client);
}

bool LosingLine::breaks(const std::string& bytes, int client, int server) {
  if (broken_) return true;
  if (bytes != kCommit) return false;
  if (takes_one(confirmations_)) {
    if (!write_all(server, bytes) || read_some(server).empty()) throw std::runtime_error("expected the server to confirm a commit but it did not");
  } else if (!takes_one(commits_)) {
    return false;
  }
  ++lost_;
  if (stays_broken_) broken_ = true;
  shutdown(client, SHUT_RDWR);
  return true;
}

}  // namespace books
