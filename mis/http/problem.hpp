// Errors as RFC 9457 problems: the status from what the caller can do, the stable code, and every field's complaint.
#pragma once

#include <string_view>

#include "mis/base/result.hpp"
#include "mis/http/answer.hpp"

namespace mis::http {

int status_of(const Error& error);
std::string_view reason_of(int status);  // "Unprocessable Content"
Answer problem_answer(const Error& error, std::string_view request_id);

}  // namespace mis::http
