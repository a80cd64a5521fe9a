// What routes below /channels/{code} have in common: a bank's file that is uploaded, a list with pages, a command about one thing. Internal
// to the module; for .cpp files of routes.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/http/page.hpp"
#include "modules/payment_channels/channel_json.hpp"

namespace mis::payment_channels {

nlohmann::json or_null(const std::string& value);  // null where it is empty
nlohmann::json or_null(const std::optional<Money>& value);
nlohmann::json or_null(const std::optional<std::int64_t>& value);
nlohmann::json or_null(const std::optional<JobId>& value);
// Days, months and moments.
template <class T, class Json = nlohmann::json>
Json or_null(const std::optional<T>& value) { return value ? Json(value->to_string()) : Json(nullptr); }

// The body is a bank's file; `load(session, channel, file_name)` stores it and gives what has the job that takes it.
template <class Load>
Result<http::Answer> upload_answer(const Services& services, const http::Request& request, const security::Caller& caller, Load load) {
  auto query = http::Fields::of_query(request);
  const auto name = query.optional_text("file_name", {.max_length = 100}).value_or("");
  if (auto error = query.finish()) return *error;
  return http::idempotent(services, request, caller, [&](db::Session& s) -> Result<http::Answer> {
    auto channel = channel_of(s, request, caller);
    if (!channel) return std::move(channel).error();
    auto loaded = load(s, *channel, name);
    if (!loaded) return std::move(loaded).error();
    return http::accepted_job(loaded->job->value);
  });
}

// `query` has the filters read already. `read(session, channel, page)` gives a Result with one row more than the page has, where there is
// one; `to_items(session, rows)` their JSON. A row's `id` says where the next page begins.
template <class Read, class ToItems>
Result<http::Answer> channel_page(const Services& services, const http::Request& request, const security::Caller& caller, http::Fields& query, Read read, ToItems to_items) {
  const auto page = query.page(1);
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<http::Answer> {
    auto channel = channel_of(s, request, caller);
    if (!channel) return std::move(channel).error();
    auto rows = read(s, *channel, page);
    if (!rows) return std::move(rows).error();
    return http::page_answer(to_items(s, *rows), page, [&](std::size_t i) { return std::vector{std::to_string((*rows)[i].id)}; });
  });
}

// For `to_items`, where each row is told by itself.
template <class Json = nlohmann::json, class Rows, class ToJson>
Json each_to_json(const Rows& rows, ToJson to_json) {
  auto items = Json::array();
  for (const auto& row : rows) items.push_back(to_json(row));
  return items;
}

// `command(session, channel, id)` about the thing whose number the path has under `id_name`; `told(session, channel, done)` is the answer's body.
template <class Command, class Told>
Result<http::Answer> channel_command(const Services& services, const http::Request& request, const security::Caller& caller, const char* id_name, Command command, Told told) {
  auto id = request.id_param(id_name);
  if (!id) return std::move(id).error();
  return http::idempotent(services, request, caller, [&](db::Session& s) -> Result<http::Answer> {
    auto channel = channel_of(s, request, caller);
    if (!channel) return std::move(channel).error();
    auto done = command(s, *channel, *id);
    if (!done) return std::move(done).error();
    return http::json_answer(told(s, *channel, *done));
  });
}

}  // namespace mis::payment_channels
