#include "mis/http/router.hpp"

#include <stdexcept>

namespace mis::http {

// One segment of the paths; its routes end here.
struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> parameter;
  struct End { Method method; std::size_t index; std::vector<std::string> names; };
  std::vector<End> ends;
};

Router::Router(const std::vector<Route>& routes) : routes_(routes), root_(std::make_unique<Node>()) {
  for (std::size_t index = 0; index < routes_.size(); ++index) {
    const Route& route = routes_[index];
    if (!route.path.starts_with('/')) throw std::logic_error("expected a path that begins with / but got \"" + route.path + "\"");
    if (!route.handler) throw std::logic_error("expected a handler for " + route.path + " but there is none");
    Node* node = root_.get();
    std::vector<std::string> names;
    std::string_view rest = std::string_view(route.path).substr(1);
    while (!rest.empty()) {
      const auto slash = rest.find('/');
      const std::string_view segment = rest.substr(0, slash);
      rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
      if (segment.size() > 2 && segment.front() == '{' && segment.back() == '}') {
        if (!node->parameter) node->parameter = std::make_unique<Node>();
        node = node->parameter.get();
        names.emplace_back(segment.substr(1, segment.size() - 2));
      } else if (segment.empty() || segment.find_first_of("{}") != std::string_view::npos) {
        throw std::logic_error("expected segments like \"runs\" or \"{run_id}\" but got \"" + route.path + "\"");
      } else {
        auto& child = node->literals[std::string(segment)];
        if (!child) child = std::make_unique<Node>();
        node = child.get();
      }
    }
    for (const Node::End& end : node->ends) {
      if (end.method == route.method) {
        throw std::logic_error("expected one route for " + std::string(to_string(route.method)) + " " + route.path + " but there are two");
      }
    }
    node->ends.push_back({route.method, index, std::move(names)});
  }
}

Router::~Router() = default;

// Follows the path down; where a literal leads nowhere it comes back and tries the parameter. Values are gathered
// without names, because each method may have named them in its own way.
const Router::Node* Router::walk(const Node& node, std::string_view rest, NameValues& params) const {
  if (rest.empty()) return node.ends.empty() ? nullptr : &node;
  const auto slash = rest.find('/');
  const std::string_view segment = rest.substr(0, slash);
  const bool last = slash == std::string_view::npos;
  const std::string_view after = last ? std::string_view{} : rest.substr(slash + 1);
  // "/runs/" is not "/runs": one address for one thing.
  if (segment.empty() || (!last && after.empty())) return nullptr;
  if (const auto child = node.literals.find(segment); child != node.literals.end()) {
    if (const Node* found = walk(*child->second, after, params)) return found;
  }
  if (!node.parameter) return nullptr;
  params.emplace_back("", segment);
  if (const Node* found = walk(*node.parameter, after, params)) return found;
  params.pop_back();
  return nullptr;
}

Router::Match Router::find(Method method, std::string_view path) const {
  Match match;
  if (!path.starts_with('/')) return match;
  const Node* node = walk(*root_, path.substr(1), match.params);
  if (!node) return match;
  for (const Node::End& end : node->ends) {
    match.allow += (match.allow.empty() ? "" : ", ") + std::string(to_string(end.method));
    if (end.method != method) continue;
    match.route = &routes_[end.index];
    match.index = end.index;
    for (std::size_t i = 0; i < end.names.size(); ++i) match.params[i].first = end.names[i];
  }
  return match;
}

}  // namespace mis::http
