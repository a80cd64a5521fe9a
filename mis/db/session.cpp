#include "mis/db/session.hpp"

#include <charconv>
#include <map>
#include <mutex>

#include <cppconn/datatype.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>
#include <fmt/format.h>
#include <mysql_connection.h>
#include <mysql_driver.h>

namespace mis::db {
namespace {

DbError::Kind kind_of(const sql::SQLException& e) {
  switch (e.getErrorCode()) {
    case 1205: case 1213: case 1020: return DbError::Kind::kRetry;
    case 1062: case 1586: return DbError::Kind::kDuplicate;
    case 1044: case 1045: case 1142: case 1143: case 1698: return DbError::Kind::kDenied;
    case 1021: case 1114: return DbError::Kind::kFull;
    case 1053: case 1927: case 2002: case 2003: case 2006: case 2013: case 2055: case 4031: return DbError::Kind::kLost;
    default: break;
  }
  // A full disk also comes as a write error of whichever layer met it first.
  const std::string_view message = e.what();
  if (message.find("Errcode: 28") != std::string_view::npos || message.find("No space left") != std::string_view::npos)
    return DbError::Kind::kFull;
  return DbError::Kind::kOther;
}

[[noreturn]] void rethrow(const sql::SQLException& e) {
  throw DbError(kind_of(e), e.getErrorCode(), e.what());
}

// Runs `f`, turning the connector's exceptions into ours.
template <class F>
auto guarded(F&& f) {
  try {
    return f();
  } catch (const sql::SQLException& e) {
    rethrow(e);
  }
}

void bind(sql::PreparedStatement& statement, std::span<const Param> params) {
  unsigned index = 0;
  for (const auto& param : params) {
    ++index;
    const auto& v = param.value();
    if (const auto* number = std::get_if<std::int64_t>(&v)) statement.setInt64(index, *number);
    else if (const auto* text = std::get_if<std::string>(&v)) statement.setString(index, *text);
    else statement.setNull(index, sql::DataType::VARCHAR);
  }
}

}  // namespace

struct Rows::Impl {
  std::unique_ptr<sql::ResultSet> set;
};

Rows::Rows(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Rows::Rows(Rows&&) noexcept = default;
Rows& Rows::operator=(Rows&&) noexcept = default;
Rows::~Rows() = default;

bool Rows::next() { return guarded([&] { return impl_->set->next(); }); }
bool Rows::is_null(int column) const { return guarded([&] { return impl_->set->isNull(static_cast<unsigned>(column + 1)); }); }

std::int64_t Rows::i64(int column) const {
  return guarded([&] {
    const auto value = impl_->set->getInt64(static_cast<unsigned>(column + 1));
    if (value == 0 && impl_->set->wasNull())
      throw DbError(DbError::Kind::kOther, 0, fmt::format("expected a number in column {} but found NULL", column));
    return value;
  });
}

std::string Rows::text(int column) const {
  return guarded([&] {
    const sql::SQLString value = impl_->set->getString(static_cast<unsigned>(column + 1));
    if (value.length() == 0 && impl_->set->wasNull())
      throw DbError(DbError::Kind::kOther, 0, fmt::format("expected text in column {} but found NULL", column));
    return value.asStdString();
  });
}

Date Rows::date(int column) const {
  const auto value = text(column);
  if (const auto date = Date::parse(std::string_view(value).substr(0, 10))) return *date;
  throw DbError(DbError::Kind::kOther, 0, fmt::format("expected a date in column {} but found '{}'", column, value));
}

Instant Rows::instant(int column) const {
  const auto value = text(column);
  if (const auto instant = Instant::parse(value)) return *instant;
  throw DbError(DbError::Kind::kOther, 0, fmt::format("expected a point in time in column {} but found '{}'", column, value));
}

struct Session::Impl {
  std::unique_ptr<sql::Connection> connection;
  std::map<std::string, std::unique_ptr<sql::PreparedStatement>, std::less<>> prepared;
  bool broken = false;
  bool no_local_infile = false;
  bool in_unit = false;  // begun, and neither committed nor rolled back

  sql::PreparedStatement& statement(std::string_view text) {
    // A bound on the number kept, for the rare caller whose statement texts vary (an IN list of varying length).
    if (prepared.size() > 400) prepared.clear();
    auto it = prepared.find(text);
    if (it == prepared.end()) {
      it = prepared.emplace(std::string(text),
                            std::unique_ptr<sql::PreparedStatement>(connection->prepareStatement(std::string(text)))).first;
    }
    return *it->second;
  }

  // Runs `f` and remembers when the connection turns out to be gone.
  template <class F>
  auto run(F&& f) {
    try {
      return guarded(std::forward<F>(f));
    } catch (const DbError& e) {
      if (e.kind() == DbError::Kind::kLost) broken = true;
      throw;
    }
  }
};

Session::Session(const Endpoint& endpoint) : impl_(std::make_unique<Impl>()) {
  guarded([&] {
    static std::mutex driver_mutex;  // the connector's driver registry is not made for two threads at once
    sql::mysql::MySQL_Driver* driver = nullptr;
    {
      const std::lock_guard lock(driver_mutex);
      driver = sql::mysql::get_mysql_driver_instance();
    }
    driver->threadInit();
    sql::ConnectOptionsMap options;
    options["hostName"] = endpoint.socket.empty() ? fmt::format("tcp://{}:{}", endpoint.host, endpoint.port)
                                                  : fmt::format("unix://{}", endpoint.socket);
    options["userName"] = endpoint.user;
    options["password"] = endpoint.password;
    options["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
    options["OPT_LOCAL_INFILE"] = 1;
    options["OPT_CONNECT_TIMEOUT"] = 10;
    if (!endpoint.database.empty()) options["schema"] = endpoint.database;
    if (!endpoint.tls_ca.empty()) {
      options["sslCA"] = endpoint.tls_ca;
      options["sslEnforce"] = true;
      options["sslVerify"] = true;
    }
    // Passwords and readings do not cross a network in the clear. On this machine nobody listens in between.
    const bool here = !endpoint.socket.empty() || endpoint.host == "127.0.0.1" || endpoint.host == "localhost" || endpoint.host == "[::1]" || endpoint.host == "::1";
    if (!here) options["sslEnforce"] = true;
    impl_->connection.reset(driver->connect(options));
    const std::unique_ptr<sql::Statement> statement(impl_->connection->createStatement());
    statement->execute(
        "SET NAMES utf8mb4, SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO', "
        "SESSION time_zone = '+00:00', SESSION innodb_lock_wait_timeout = 20");
    statement->execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
  });
}

Session::~Session() {
  // Destructors of the connector talk to the server; where it is gone they may throw, and there is nobody to tell.
  try {
    impl_->prepared.clear();
    impl_->connection.reset();
  } catch (const std::exception&) {
  }
}

Rows Session::run_query(std::string_view sql, std::span<const Param> params) {
  return impl_->run([&] {
    auto& statement = impl_->statement(sql);
    bind(statement, params);
    auto rows = std::make_unique<Rows::Impl>();
    rows->set.reset(statement.executeQuery());
    return Rows(std::move(rows));
  });
}

std::int64_t Session::run_update(std::string_view sql, std::span<const Param> params) {
  return impl_->run([&] {
    auto& statement = impl_->statement(sql);
    bind(statement, params);
    return static_cast<std::int64_t>(statement.executeUpdate());
  });
}

std::int64_t Session::run_raw(std::string_view sql) {
  return impl_->run([&] {
    const std::unique_ptr<sql::Statement> statement(impl_->connection->createStatement());
    if (sql.starts_with("START TRANSACTION")) impl_->in_unit = true;
    if (statement->execute(std::string(sql))) {
      const std::unique_ptr<sql::ResultSet> ignored(statement->getResultSet());
      return std::int64_t{0};
    }
    return static_cast<std::int64_t>(statement->getUpdateCount());
  });
}

std::optional<Session::Warning> Session::first_warning() {
  return impl_->run([&]() -> std::optional<Warning> {
    const std::unique_ptr<sql::Statement> statement(impl_->connection->createStatement());
    const std::unique_ptr<sql::ResultSet> rows(statement->executeQuery("SHOW WARNINGS LIMIT 1"));
    if (!rows->next()) return {};
    return Warning{rows->getInt(2), std::string(rows->getString(3))};
  });
}

std::int64_t Session::last_insert_id() {
  auto rows = query("SELECT LAST_INSERT_ID()");
  rows.next();
  return rows.i64(0);
}

void Session::begin() { run_raw("START TRANSACTION"); }
void Session::commit() {
  run_raw("COMMIT");
  impl_->in_unit = false;
}
void Session::rollback() noexcept {
  if (!impl_->in_unit) return;
  try {
    run_raw("ROLLBACK");
    impl_->in_unit = false;
  } catch (const std::exception&) {
    impl_->broken = true;  // whatever state it is in, it is not reused
  }
}
bool Session::broken() const { return impl_->broken; }
bool Session::forbids_local_infile() const { return impl_->no_local_infile; }
void Session::note_local_infile_forbidden() { impl_->no_local_infile = true; }

}  // namespace mis::db
