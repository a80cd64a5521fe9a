// Keeps what others' functions throw from ending a thread. Internal to the room.
#pragma once

#include <exception>
#include <string>
#include <type_traits>

#include "mis/base/fitted_text.hpp"
#include "mis/base/result.hpp"
#include "mis/db/session.hpp"

namespace mis::jobs {

// What a module's function throws is its own fault, like an error that it returns; only what the database says goes on to the unit of
// work, which knows what a repetition cures. A thread never dies of one bad shard.
template <class Work>
auto without_throwing(Work&& work) -> std::invoke_result_t<Work> {
  try {
    return work();
  } catch (const db::DbError&) {
    throw;
  } catch (const std::exception& e) {
    return internal("jobs.exception", std::string("expected the work to end but it threw: ") + e.what());
  }
}

// As the columns for what went wrong hold it.
inline std::string shortened(const std::string& text) { return text.size() <= 390 ? text : fitted_text(text, 390) + "…"; }

}  // namespace mis::jobs
