// Finds the route for a method and a path.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mis/http/route.hpp"

namespace mis::http {

class Router {
 public:
  // Throws std::logic_error for two routes of one method and path, and for a path that is not well formed: both are
  // mistakes of the build, found at start.
  explicit Router(const std::vector<Route>& routes);
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  struct Match {
    const Route* route = nullptr;  // of this method; null where there is none
    std::size_t index = 0;         // of the route in the list
    NameValues params;
    std::string allow;             // the methods of this path, "GET, POST"; empty where the path is unknown
  };
  // A literal segment goes before a parameter: /months/current is found before /months/{billing_month}.
  Match find(Method method, std::string_view path) const;

 private:
  struct Node;
  const Node* walk(const Node& node, std::string_view rest, NameValues& params) const;

  std::vector<Route> routes_;
  std::unique_ptr<Node> root_;
};

}  // namespace mis::http
