#include "tests/api/running_server.hpp"

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/StreamCopier.h>

#include <stdexcept>

#include "mis/http/certificate.hpp"
#include "mis/http/system_routes.hpp"
#include "mis/security/routes.hpp"
#include "modules/administration/administration.hpp"

namespace fixture {

using namespace mis;

std::string Reply::header(const std::string& name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::vector<std::string> Reply::pointers() const {
  std::vector<std::string> out;
  const auto problem = json();
  for (const auto& error : problem.at("errors")) out.push_back(error.at("pointer").get<std::string>());
  return out;
}

struct Client::Impl {
  std::uint16_t port;
  Poco::Net::Context::Ptr context;
  std::unique_ptr<Poco::Net::HTTPSClientSession> session;

  Poco::Net::HTTPSClientSession& connection() {
    if (!session) {
      session = std::make_unique<Poco::Net::HTTPSClientSession>("localhost", port, context);
      session->setKeepAlive(true);
      session->setTimeout(Poco::Timespan(30, 0));
    }
    return *session;
  }
};

Client::Client(std::uint16_t port, std::string certificate) : impl_(std::make_unique<Impl>()) {
  Poco::Net::initializeSSL();
  impl_->port = port;
  impl_->context = new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, "", "", certificate, Poco::Net::Context::VERIFY_STRICT, 9, false);
}
Client::Client(Client&&) noexcept = default;
Client::~Client() = default;

void Client::drop_connection() { impl_->session.reset(); }

Reply Client::send(const std::string& method, const std::string& path, const std::string& body, const Headers& headers) {
  Poco::Net::HTTPRequest request(method, path, Poco::Net::HTTPMessage::HTTP_1_1);
  request.setKeepAlive(true);
  if (!cookie.empty()) request.set("Cookie", cookie);
  for (const auto& [name, value] : headers) request.set(name, value);
  if (method != "GET" && method != "HEAD") request.setContentLength64(static_cast<Poco::Int64>(body.size()));
  auto& session = impl_->connection();
  session.sendRequest(request) << body;
  Poco::Net::HTTPResponse response;
  Reply reply;
  std::istream& in = session.receiveResponse(response);
  Poco::StreamCopier::copyToString(in, reply.body);
  reply.status = response.getStatus();
  for (const auto& [name, value] : response) reply.headers.emplace_back(name, value);
  return reply;
}

Reply Client::get(const std::string& path, const Headers& headers) { return send("GET", path, "", headers); }

namespace {
Headers with_defaults(Headers headers, const std::string& csrf_token) {
  headers.emplace_back("Content-Type", "application/json");
  if (!csrf_token.empty()) headers.emplace_back("X-CSRF-Token", csrf_token);
  return headers;
}
}  // namespace

Reply Client::post(const std::string& path, const nlohmann::json& body, Headers headers) {
  return send("POST", path, body.dump(), with_defaults(std::move(headers), csrf_token));
}
Reply Client::put(const std::string& path, const nlohmann::json& body, Headers headers) {
  return send("PUT", path, body.dump(), with_defaults(std::move(headers), csrf_token));
}
Reply Client::del(const std::string& path) { return send("DELETE", path, "", with_defaults({}, csrf_token)); }

void Client::sign_in(const std::string& username, const std::string& password) {
  const Reply reply = post("/api/v1/session", {{"username", username}, {"password", password}});
  if (reply.status != 200) throw std::runtime_error("sign-in of " + username + " was refused: " + reply.body);
  const std::string set_cookie = reply.header("Set-Cookie");
  cookie = set_cookie.substr(0, set_cookie.find(';'));
  csrf_token = reply.json().at("csrf_token").get<std::string>();
}

namespace {

void require(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message + (status.error().fields.empty() ? "" : ": " + status.error().fields[0].message));
}

void load_people(db::Database& database, const Clock& clock) {
  using administration::NewUser;
  using administration::OrgKind;
  using administration::OrgUnit;
  require(database.transact([&](db::Session& session) -> Status {
    const std::vector<OrgUnit> units{
        {OrgId{1}, {}, OrgKind::kCompany, "C", "清河县供电公司", "Qinghe County Power"},
        {OrgId{11}, OrgId{1}, OrgKind::kSupplyStation, "E", "城东供电所", "East station"},
        {OrgId{12}, OrgId{1}, OrgKind::kSupplyStation, "W", "城西供电所", "West station"},
    };
    if (auto s = administration::load_org_units(session, units); !s) return s;
    if (auto s = administration::load_roles(session, source_folder() / "db" / "reference" / "roles.json"); !s) return s;
    const std::string password = "watthour-2026";
    const std::vector<NewUser> users{
        {UserId{1}, "admin", "管理员", OrgId{1}, {"system_administrator"}, password, false},
        {UserId{2}, "clerk", "核算员", OrgId{1}, {"billing_clerk"}, password, false},
        {UserId{3}, "manager", "电费专责", OrgId{1}, {"billing_manager"}, password, false},
        {UserId{4}, "east", "城东管理员", OrgId{11}, {"system_administrator"}, password, false},
        {UserId{5}, "west", "城西所长", OrgId{12}, {"station_head"}, password, false},
        {UserId{6}, "newcomer", "新员工", OrgId{12}, {"station_head"}, password, true},
    };
    return administration::load_users(session, users, clock.now());
  }));
}

FreshDatabase& emptied_shared_database() {
  static FreshDatabase shared;
  auto session = shared.owner().lease();
  for (const char* table : {"administration_user_role", "administration_user", "administration_org_unit", "administration_role_permission",
                            "administration_role", "security_session", "security_audit", "http_idempotency", "mis_sequence"}) {
    session->run_raw(std::string("DELETE FROM ") + table);
  }
  session->run_raw("UPDATE security_audit_head SET seq = 0, hash = REPEAT('0', 64)");
  return shared;
}

}  // namespace

RunningServer::RunningServer(const std::function<void(Registry&)>& more, http::ServerOptions options, DatabaseUse use)
    : own_database_(use == DatabaseUse::kOwn ? std::make_unique<FreshDatabase>() : nullptr),
      database(own_database_ ? *own_database_ : emptied_shared_database()),
      registry(Services{database.app(), clock, metrics}),
      sessions(registry.services()) {
  load_people(database.app(), clock);
  security::register_session_routes(registry, sessions);
  http::register_system_routes(registry);
  administration::register_module(registry);
  if (more) more(registry);
  const auto files = http::own_certificate(folder.path() / "tls");
  certificate = files.certificate.string();
  options.port = 0;
  options.certificate = files.certificate;
  options.key = files.key;
  server = std::make_unique<http::Server>(options, registry, sessions);
}

RunningServer::~RunningServer() {
  if (server) server->stop();
}

Client RunningServer::client_of(const std::string& username) {
  Client c = client();
  c.sign_in(username);
  return c;
}

}  // namespace fixture
