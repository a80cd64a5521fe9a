#include "mis/security/password.hpp"

#include <sodium.h>

#include <atomic>
#include <semaphore>
#include <set>
#include <stdexcept>

namespace mis::security {
namespace {

constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemoryBytes = 19 * 1024 * 1024;
constexpr int kAtATime = 4;    // 76 MiB at most
constexpr int kMostWaiting = 64;
constexpr std::size_t kLeastLength = 10;
constexpr std::size_t kMostLength = 128;
constexpr std::size_t kLeastDifferent = 5;

std::counting_semaphore<kAtATime> places(kAtATime);
std::atomic<int> waiting{0};

class Place {
 public:
  Place() {
    ++waiting;
    places.acquire();
    --waiting;
  }
  ~Place() { places.release(); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
};

void start_sodium() {
  static const bool started = sodium_init() >= 0;
  if (!started) throw std::runtime_error("expected libsodium to start but it did not");
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += lower(c);
  return out;
}

}  // namespace

std::string hash_password(std::string_view password) {
  start_sodium();
  const Place place;
  char hash[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(hash, password.data(), password.size(), kPasses, kMemoryBytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::runtime_error("expected 19 MiB of memory to hash a password but there is not enough");
  }
  return hash;
}

bool verify_password(std::string_view password, const std::string& hash) {
  start_sodium();
  const Place place;
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool needs_rehash(const std::string& hash) { return crypto_pwhash_str_needs_rehash(hash.c_str(), kPasses, kMemoryBytes) != 0; }

bool verification_is_crowded() { return waiting.load() >= kMostWaiting; }

std::optional<std::string> password_complaint(std::string_view password, std::string_view username) {
  if (password.size() < kLeastLength || password.size() > kMostLength) {
    return "expected " + std::to_string(kLeastLength) + " to " + std::to_string(kMostLength) + " characters but got " +
           std::to_string(password.size());
  }
  if (std::set<char>(password.begin(), password.end()).size() < kLeastDifferent) {
    return "expected at least " + std::to_string(kLeastDifferent) + " different characters but there are fewer";
  }
  if (!username.empty() && lower(password).find(lower(username)) != std::string::npos) {
    return "expected a password without the user name in it but it is there";
  }
  return {};
}

std::string temporary_password() {
  start_sodium();
  constexpr std::string_view kAlphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  std::string out;
  while (out.size() < 14) out += kAlphabet[randombytes_uniform(static_cast<std::uint32_t>(kAlphabet.size()))];
  return out;
}

void waste_verification_time(std::string_view password) {
  static const std::string nobody = hash_password("nobody has this password");
  (void)verify_password(password, nobody);
}

}  // namespace mis::security
