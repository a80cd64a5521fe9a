// A payment company before the real server: its channel, its keys made for the test, signed requests, and people who may settle.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "modules/payment_channels/qr_orders.hpp"
#include "tests/api/running_server.hpp"
#include "tests/unit/payment_channels/keys.hpp"

namespace fixture {

// The company's own books, of which a test decides what they say.
class FakeProvider final : public mis::payment_channels::QrProvider {
 public:
  mis::Result<std::string> create(const mis::payment_channels::OpenChannel&, const mis::payment_channels::QrOrder& order) override;
  mis::Result<Asked> query(const mis::payment_channels::OpenChannel&, const mis::payment_channels::QrOrder& order) override;

  bool answers = true;  // false: every call times out
  std::map<std::string, Asked> orders;
};

class Company {
 public:
  Company();

  static constexpr const char* kWebhookSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
  Client supervisor() { return server.client_of("supervisor"); }
  Client clerk() { return server.client_of("receivables"); }
  Client cashier() { return server.client_of("cashier"); }

  // A request signed with the company's secret; for POST the id is its Idempotency-Key.
  Reply signed_post(const std::string& path, const nlohmann::json& body, const std::string& id);
  Reply signed_get(const std::string& path);
  Headers signature(const std::string& method, const std::string& path, const std::string& body, const std::string& id);
  // Makes or changes a channel as the supervisor.
  Reply put(const std::string& code, const nlohmann::json& body, Headers headers = {});
  std::string account_no(std::int64_t serial) const { return mis::make_account_no(serial); }
  std::int64_t number(std::string_view sql);
  std::vector<std::string> differences();
  void run_job(std::int64_t job_id);

  std::shared_ptr<FakeProvider> provider = std::make_shared<FakeProvider>();
  TemporaryFolder keys;
  RunningServer server;
};

}  // namespace fixture
