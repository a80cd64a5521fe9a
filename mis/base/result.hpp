// How use cases and rules report failure. Nothing in `domain/` throws; a service returns `Result<T>` and the HTTP layer
// turns its `Error` into an RFC 9457 problem.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mis {

// What the caller can do about it.
enum class ErrorKind : std::uint8_t {
  kInvalid,       // fix the input and send again                    → 422
  kUnauthorized,  // sign in (again)                                 → 401
  kForbidden,     // ask somebody who may                            → 403
  kNotFound,      // it does not exist, or not in your data scope    → 404
  kConflict,      // look at the present state, then decide again    → 409
  kPrecondition,  // it changed since you read it                    → 412
  kUnavailable,   // try again later; nothing was done               → 503
  kInternal,      // our fault; nothing was done                     → 500
};

// One field's complaint. `pointer` is a JSON pointer ("/customer/phone"), a column name or a line reference;
// `message` reads "expected … but …".
struct FieldError {
  std::string pointer;
  std::string code;
  std::string message;
  bool operator==(const FieldError&) const = default;
};

// `code` is stable and translated by the terminals ("billing.run_not_open"); `message` is for people and logs.
struct Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::string code;
  std::string message;
  std::vector<FieldError> fields;
};

struct Unit {};

// A value or an error; asking for the one that is not there is a programming error.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  bool ok() const { return state_.index() == 0; }
  T& value() & { assert(ok()); return std::get<0>(state_); }
  const T& value() const& { assert(ok()); return std::get<0>(state_); }
  T&& value() && { assert(ok()); return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  Error& error() & { assert(!ok()); return std::get<1>(state_); }
  const Error& error() const& { assert(!ok()); return std::get<1>(state_); }
  Error&& error() && { assert(!ok()); return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

using Status = Result<Unit>;
inline Status ok() { return Unit{}; }

inline Error invalid(std::string code, std::string message, std::vector<FieldError> fields = {}) {
  return {ErrorKind::kInvalid, std::move(code), std::move(message), std::move(fields)};
}
inline Error not_found(std::string code, std::string message) { return {ErrorKind::kNotFound, std::move(code), std::move(message), {}}; }
inline Error conflict(std::string code, std::string message) { return {ErrorKind::kConflict, std::move(code), std::move(message), {}}; }
inline Error forbidden(std::string code, std::string message) { return {ErrorKind::kForbidden, std::move(code), std::move(message), {}}; }
inline Error unavailable(std::string code, std::string message) { return {ErrorKind::kUnavailable, std::move(code), std::move(message), {}}; }
inline Error internal(std::string code, std::string message) { return {ErrorKind::kInternal, std::move(code), std::move(message), {}}; }

}  // namespace mis
