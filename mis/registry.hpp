// What the rooms of the house bring with them: permissions, routes, table prefixes, and whatever else a room above the
// kernel collects. Each module has one `void register_module(Registry&)`, called once from main.
#pragma once

#include <memory>
#include <string>
#include <typeindex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mis/base/time.hpp"
#include "mis/db/database.hpp"
#include "mis/http/route.hpp"

namespace mis {

namespace observe { class Metrics; }

// What every service needs from outside. All of it outlives the server.
struct Services {
  db::Database& database;
  const Clock& clock;
  observe::Metrics& metrics;
};

struct PermissionInfo {
  std::string code;  // "billing.issue"
  std::string name;  // 发行电费
  std::string name_en;
};

class Registry {
 public:
  explicit Registry(Services services) : services_(services) {}

  const Services& services() const { return services_; }

  void permission(PermissionInfo info) { permissions_.push_back(std::move(info)); }
  void route(http::Route route) { routes_.push_back(std::move(route)); }
  void table_prefix(std::string prefix) { table_prefixes_.push_back(std::move(prefix)); }

  const std::vector<PermissionInfo>& permissions() const { return permissions_; }
  const std::vector<http::Route>& routes() const { return routes_; }
  const std::vector<std::string>& table_prefixes() const { return table_prefixes_; }

  // A list of a room's own, made on first use: `registry.part<jobs::Kinds>()`. The kernel need not know its type, so
  // rooms above it (jobs, workflow, reports) register without an arrow upwards.
  template <class Part>
  Part& part() {
    auto& slot = parts_[std::type_index(typeid(Part))];
    if (!slot) slot = std::make_shared<Part>();
    return *static_cast<Part*>(slot.get());
  }

 private:
  Services services_;
  std::vector<PermissionInfo> permissions_;
  std::vector<http::Route> routes_;
  std::vector<std::string> table_prefixes_;
  std::unordered_map<std::type_index, std::shared_ptr<void>> parts_;
};

}  // namespace mis
