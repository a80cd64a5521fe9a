// Requests that must not happen twice. The client makes up an Idempotency-Key before it sends; the same key with the
// same content gives the first answer again, with other content it is an error.
#pragma once

#include <functional>

#include "mis/db/database.hpp"
#include "mis/http/answer.hpp"
#include "mis/http/request.hpp"
#include "mis/registry.hpp"
#include "mis/security/caller.hpp"

namespace mis::http {

// Runs `use_case` in one transaction and stores its answer in the same one, so that effect and answer are there
// together or not at all. An error rolls both back, and the key is free again. Errors of its own:
// http.idempotency_key_missing (400), http.idempotency_key_reused (422, other content),
// http.idempotency_in_flight (409, the first request still runs).
Result<Answer> idempotent(const Services& services, const Request& request, const security::Caller& caller,
                          const std::function<Result<Answer>(db::Session&)>& use_case);

}  // namespace mis::http
