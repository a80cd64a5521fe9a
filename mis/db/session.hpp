// One connection to the database and what can be asked over it.
//
// Statements carry `?` parameters, never values pasted into text. A session prepares each statement once and keeps it.
// It never reconnects behind its user's back (that would silently drop the transaction): a broken session is replaced
// by the pool. A session is used by one thread at a time.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/time.hpp"

namespace mis::db {

// Where the database is. Socket or host; `tls_ca` makes TLS with that authority mandatory.
struct Endpoint {
  std::string socket;
  std::string host;
  int port = 3306;
  std::string user;
  std::string password;
  std::string database;
  std::string tls_ca;

  // "mysql://user:password@host:3306/database?tls_ca=/path" or "mysql+unix:///path/to.sock?user=u&database=d".
  // Throws std::invalid_argument that names what is wrong (never the password).
  static Endpoint parse(std::string_view url);
};

// What went wrong, by what the caller can do about it. `code` is the server's error number.
class DbError : public std::runtime_error {
 public:
  enum class Kind : std::uint8_t { kRetry, kDuplicate, kLost, kFull, kDenied, kOther };
  DbError(Kind kind, int code, const std::string& message) : std::runtime_error(message), kind_(kind), code_(code) {}
  Kind kind() const { return kind_; }  // kRetry: deadlock or lock time-out; kLost: connection gone; kFull: no space
  int code() const { return code_; }

 private:
  Kind kind_;
  int code_;
};

// A statement parameter: whatever has an obvious column form.
class Param {
 public:
  Param(std::nullptr_t) {}
  Param(std::nullopt_t) {}
  Param(bool v) : value_(std::int64_t{v}) {}
  Param(int v) : value_(std::int64_t{v}) {}
  Param(unsigned v) : value_(std::int64_t{v}) {}
  Param(long v) : value_(std::int64_t{v}) {}
  Param(long long v) : value_(static_cast<std::int64_t>(v)) {}
  Param(unsigned long v) : value_(static_cast<std::int64_t>(v)) {}
  Param(const char* v) : value_(std::string(v)) {}
  Param(std::string_view v) : value_(std::string(v)) {}
  Param(std::string v) : value_(std::move(v)) {}
  Param(Date v) : value_(v.to_string()) {}
  Param(BillingMonth v) : value_(std::int64_t{v.yyyymm}) {}
  Param(Instant v) : value_(v.to_sql()) {}
  template <class Tag> Param(Id<Tag> v) : value_(v.value) {}
  template <class Tag> Param(Quantity<Tag> v) : value_(v.value) {}
  template <class T> Param(const std::optional<T>& v) { if (v) value_ = Param(*v).value_; }

  const std::variant<std::monostate, std::int64_t, std::string>& value() const { return value_; }

 private:
  std::variant<std::monostate, std::int64_t, std::string> value_;
};

// The rows of a query, read forward. Columns count from 0. Getters throw DbError on a NULL they do not expect.
class Rows {
 public:
  struct Impl;
  explicit Rows(std::unique_ptr<Impl> impl);
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;
  ~Rows();

  bool next();
  bool is_null(int column) const;
  std::int64_t i64(int column) const;
  std::int32_t i32(int column) const { return static_cast<std::int32_t>(i64(column)); }
  std::string text(int column) const;
  Date date(int column) const;
  Instant instant(int column) const;
  BillingMonth month(int column) const { return {i32(column)}; }
  template <class Tag> Id<Tag> id(int column) const { return {i64(column)}; }
  std::optional<std::int64_t> i64_or_null(int column) const { if (is_null(column)) return {}; return i64(column); }
  std::optional<std::string> text_or_null(int column) const { if (is_null(column)) return {}; return text(column); }
  std::optional<Instant> instant_or_null(int column) const { if (is_null(column)) return {}; return instant(column); }
  std::optional<Date> date_or_null(int column) const { if (is_null(column)) return {}; return date(column); }

 private:
  std::unique_ptr<Impl> impl_;
};

class Session {
 public:
  explicit Session(const Endpoint& endpoint);  // throws DbError(kLost or kDenied) where it cannot connect
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Runs a prepared query or statement. `execute` returns the affected rows.
  template <class... A> Rows query(std::string_view sql, const A&... args) {
    const std::initializer_list<Param> params{Param(args)...};
    return run_query(sql, std::span<const Param>(params.begin(), params.size()));
  }
  template <class... A> std::int64_t execute(std::string_view sql, const A&... args) {
    const std::initializer_list<Param> params{Param(args)...};
    return run_update(sql, std::span<const Param>(params.begin(), params.size()));
  }
  Rows run_query(std::string_view sql, std::span<const Param> params);
  std::int64_t run_update(std::string_view sql, std::span<const Param> params);

  // Text the server cannot prepare (DDL, LOAD DATA, SET). Never with values from outside.
  std::int64_t run_raw(std::string_view sql);
  // What the statement before warned of, where it did. MySQL does not prepare the question.
  struct Warning {
    int code = 0;
    std::string message;
  };
  std::optional<Warning> first_warning();

  std::int64_t last_insert_id();
  void begin();
  void commit();
  void rollback() noexcept;
  bool broken() const;  // true once the connection has been lost
  bool forbids_local_infile() const;
  void note_local_infile_forbidden();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::db
