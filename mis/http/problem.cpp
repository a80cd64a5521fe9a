#include "mis/http/problem.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "mis/observe/log.hpp"

namespace mis::http {
namespace {

// Errors of HTTP itself have statuses that no ErrorKind stands for; they are found by their code.
constexpr std::array<std::pair<std::string_view, int>, 9> kStatusByCode{{
    {"http.malformed", 400},
    {"http.malformed_json", 400},
    {"http.idempotency_key_missing", 400},
    {"http.method_not_allowed", 405},
    {"http.too_large", 413},
    {"http.not_json", 415},
    {"http.precondition_required", 428},
    {"http.too_many_requests", 429},
    {"http.header_too_large", 431},
}};

// Our own faults speak of tables and statements, and may hold data: those words go to the log, and the client gets the
// number to ask about.
std::string public_message(const Error& error, std::string_view request_id) {
  if (error.kind != ErrorKind::kInternal && error.code != "db.unavailable" && error.code != "db.full") return error.message;
  observe::log(observe::Level::kError, "http.problem", {{"request_id", request_id}, {"code", error.code}, {"message", error.message}});
  if (error.code == "db.unavailable") return "expected the database to answer but it does not just now; nothing was done: try again";
  if (error.code == "db.full") return "expected room for the data but the database's disk is full; nothing was done";
  return "expected to answer but something failed at the server: tell support the request_id";
}

}  // namespace

int status_of(const Error& error) {
  for (const auto& [code, status] : kStatusByCode) {
    if (error.code == code) return status;
  }
  switch (error.kind) {
    case ErrorKind::kInvalid: return 422;
    case ErrorKind::kUnauthorized: return 401;
    case ErrorKind::kForbidden: return 403;
    case ErrorKind::kNotFound: return 404;
    case ErrorKind::kConflict: return 409;
    case ErrorKind::kPrecondition: return 412;
    case ErrorKind::kUnavailable: return 503;
    case ErrorKind::kInternal: return 500;
  }
  return 500;
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
  }
  return "Unknown";
}

Answer problem_answer(const Error& error, std::string_view request_id) {
  const int status = status_of(error);
  nlohmann::json errors = nlohmann::json::array();
  for (const FieldError& field : error.fields) {
    errors.push_back({{"pointer", field.pointer}, {"code", field.code}, {"detail", field.message}});
  }
  const nlohmann::json body{{"type", "about:blank"}, {"title", reason_of(status)}, {"status", status},
                            {"code", error.code},    {"detail", public_message(error, request_id)}, {"errors", std::move(errors)},
                            {"request_id", request_id}};
  Answer answer;
  answer.status = status;
  answer.content_type = "application/problem+json";
  // An error text may carry bytes from outside (a database's words): those that are no UTF-8 are replaced, not thrown on.
  answer.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (status == 503) answer.with_header("Retry-After", "2");
  return answer;
}

}  // namespace mis::http
