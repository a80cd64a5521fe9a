#include "mis/http/answer.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

namespace mis::http {

Answer& Answer::with_header(std::string name, std::string value) {
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

Answer& Answer::with_etag(std::int64_t version) { return with_header("ETag", '"' + std::to_string(version) + '"'); }

Answer json_answer(const nlohmann::json& body, int status) {
  Answer answer;
  answer.status = status;
  answer.body = body.dump();
  return answer;
}

Answer no_content() {
  Answer answer;
  answer.status = 204;
  answer.content_type.clear();
  return answer;
}

Answer accepted_job(std::int64_t job_id) {
  return json_answer({{"job_id", job_id}}, 202).with_header("Location", "/api/v1/jobs/" + std::to_string(job_id));
}

Answer event_stream(std::function<void(EventStream&)> stream) {
  Answer answer;
  answer.content_type = "text/event-stream";
  answer.stream = std::move(stream);
  return answer;
}

Result<std::int64_t> if_match_version(const Request& request) {
  const auto header = request.header("If-Match");
  if (!header) {
    return Error{ErrorKind::kPrecondition, "http.precondition_required",
                 "expected an If-Match header with the ETag that you last read but there is none", {}};
  }
  std::string_view tag = *header;
  std::int64_t version = 0;
  if (tag.size() >= 3 && tag.front() == '"' && tag.back() == '"') {
    tag = tag.substr(1, tag.size() - 2);
    const auto [end, failure] = std::from_chars(tag.data(), tag.data() + tag.size(), version);
    if (failure == std::errc{} && end == tag.data() + tag.size()) return version;
  }
  // An ETag that was never given out cannot be the present one.
  return Error{ErrorKind::kPrecondition, "http.changed", "expected the ETag of an earlier answer but got " + std::string(*header), {}};
}

std::optional<Error> check_if_match(const Request& request, std::int64_t present_version) {
  const auto version = if_match_version(request);
  if (!version) return version.error();
  if (*version == present_version) return {};
  return Error{ErrorKind::kPrecondition, "http.changed",
               "expected version " + std::to_string(*version) + " but it has changed since: read it again, then decide", {}};
}

}  // namespace mis::http
