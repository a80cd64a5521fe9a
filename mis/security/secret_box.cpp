#include "mis/security/secret_box.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace mis::security {
namespace {

constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Error key_file_error(const std::filesystem::path& path, const std::string& found) {
  return internal("security.key_file", "expected a key file of 32 bytes at " + path.string() + ", readable by its owner only, but " + found);
}

// Written beside its place first and linked there: two servers that start at once end up with the same key.
std::optional<Error> make_key_file(const std::filesystem::path& path) {
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  std::vector<std::uint8_t> key(kKeyBytes);
  randombytes_buf(key.data(), key.size());
  const SecretBytes wiped(std::move(key));
  const auto part = path.string() + ".part." + std::to_string(getpid());
  const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return key_file_error(path, std::string("it cannot be made: ") + std::strerror(errno));
  const bool written = ::write(file, wiped.data(), wiped.size()) == static_cast<ssize_t>(wiped.size()) && ::fsync(file) == 0;
  ::close(file);
  const bool linked = written && (::link(part.c_str(), path.c_str()) == 0 || errno == EEXIST);
  ::unlink(part.c_str());
  if (linked) return {};
  return key_file_error(path, "it cannot be written");
}

}  // namespace

Result<SecretBox> SecretBox::open(const std::filesystem::path& path) {
  if (sodium_init() < 0) return internal("security.key_file", "expected libsodium to start but it does not");
  if (!std::filesystem::exists(path))
    if (auto error = make_key_file(path)) return *error;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return key_file_error(path, std::string("it cannot be read: ") + std::strerror(errno));
  struct stat about {};
  std::vector<std::uint8_t> key(kKeyBytes + 1);
  const auto got = ::read(file, key.data(), key.size());
  const bool private_file = ::fstat(file, &about) == 0 && (about.st_mode & 077U) == 0;
  ::close(file);
  if (got != static_cast<ssize_t>(kKeyBytes)) return key_file_error(path, "it has another length");
  if (!private_file) return key_file_error(path, "others may read it");
  key.resize(kKeyBytes);
  return SecretBox(SecretBytes(std::move(key)));
}

std::string SecretBox::seal(std::string_view plain, std::string_view place) const {
  std::vector<unsigned char> sealed(kNonceBytes + plain.size() + kTagBytes);
  randombytes_buf(sealed.data(), kNonceBytes);
  unsigned long long size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data() + kNonceBytes, &size, bytes_of(plain), plain.size(), bytes_of(place), place.size(), nullptr, sealed.data(), key_.data());
  std::string text(sodium_base64_encoded_len(sealed.size(), kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), sealed.data(), sealed.size(), kBase64);
  text.pop_back();  // the zero at the end
  return text;
}

Result<SecretBytes> SecretBox::unseal(std::string_view sealed, std::string_view place) const {
  const auto not_ours = [] { return internal("security.not_ours", "expected a secret that was sealed with this installation's key for this place but it was not"); };
  std::vector<unsigned char> bytes(sealed.size());
  std::size_t size = 0;
  if (sodium_base642bin(bytes.data(), bytes.size(), sealed.data(), sealed.size(), nullptr, &size, nullptr, kBase64) != 0 || size < kNonceBytes + kTagBytes) return not_ours();
  std::vector<std::uint8_t> plain(size - kNonceBytes - kTagBytes);
  unsigned long long plain_size = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), &plain_size, nullptr, bytes.data() + kNonceBytes, size - kNonceBytes, bytes_of(place), place.size(), bytes.data(), key_.data()) != 0)
    return not_ours();
  return SecretBytes(std::move(plain));
}

}  // namespace mis::security
