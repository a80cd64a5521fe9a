#include <catch2/catch.hpp>

#include <algorithm>

#include "mis/observe/metrics.hpp"
#include "modules/customers/service.hpp"
#include "tests/store/import/workshop.hpp"

using example::Workshop;
using mis::customers::Service;

namespace {

mis::security::Caller caller_of(std::string org_path) {
  mis::security::Caller caller;
  caller.user_id = {1};
  caller.org_path = std::move(org_path);
  return caller;
}

struct Counter {
  Workshop& shop = example::small_county();
  example::FixedClock clock;
  mis::observe::Metrics metrics;
  Service service{mis::Services{shop.database(), clock, metrics}};

  // "account_no by kind", in the order found.
  std::vector<std::string> found(const std::string& typed, const std::string& org_path = "/1/") {
    auto hits = service.search(caller_of(org_path), typed);
    if (!hits) return {hits.error().code};
    std::vector<std::string> out;
    for (const auto& hit : *hits) out.push_back(hit.account_no + " by " + std::string(to_text(hit.key_kind)));
    return out;
  }
};

using Found = std::vector<std::string>;

}  // namespace

TEST_CASE("an account is found by whatever a clerk has in hand") {
  Counter counter;
  CHECK(counter.found("0000000109") == Found{"0000000109 by account_no"});
  CHECK(counter.found("张三丰") == Found{"0000000109 by name"});
  CHECK(counter.found("三丰") == Found{"0000000109 by name"});
  CHECK(counter.found("ZSF") == Found{"0000000109 by pinyin"});
  CHECK(counter.found("13800138888") == Found{"0000000109 by phone"});
  CHECK(counter.found("8888") == Found{"0000000109 by phone"});
  CHECK(counter.found("38888") == Found{"0000000109 by phone"});
  CHECK(counter.found("m1") == Found{"0000000109 by asset_no"});
  CHECK(counter.found("柳树村１２号") == Found{"0000000109 by address"});
  CHECK(counter.found("幸福路") == Found{"0000000208 by address"});
  CHECK(counter.found("qszdyxx") == Found{"0000000208 by pinyin"});
  CHECK(counter.found("nobody") == Found{});
}

TEST_CASE("an account that matches by several keys comes once, the exact match first") {
  Counter counter;
  const Found found = counter.found("青石镇");
  CHECK(std::count_if(found.begin(), found.end(), [](const std::string& f) { return f.starts_with("0000000208"); }) == 1);
  CHECK(std::count_if(found.begin(), found.end(), [](const std::string& f) { return f.starts_with("0000000109"); }) == 1);
}

TEST_CASE("wildcards and quotes are looked for as they stand") {
  Counter counter;
  CHECK(counter.found("%%") == Found{});
  CHECK(counter.found("__") == Found{});
  CHECK(counter.found("' OR 1=1 --") == Found{});
}

TEST_CASE("one letter is too little, one Chinese character is enough") {
  Counter counter;
  CHECK(counter.found("z") == Found{"customers.query_too_short"});
  CHECK(counter.found("  ") == Found{"customers.query_too_short"});
  CHECK(counter.found("张").front() == "0000000109 by name");
}

TEST_CASE("what is outside one's own part of the county is not there") {
  Counter counter;
  CHECK(counter.found("张三丰", "/1/2/") == Found{"0000000109 by name"});
  CHECK(counter.found("张三丰", "/1/3/") == Found{});
  CHECK(counter.service.account(caller_of("/1/3/"), "0000000109").error().code == "customers.no_account");
  const auto page = counter.service.account(caller_of("/1/"), "0000000109");
  REQUIRE(page);
  CHECK(page->station_name == "青石供电所");
  CHECK(page->route_code == "R1");
  CHECK(page->transformer_area == "柳树村1号");
  REQUIRE(!page->agreements.empty());
  CHECK(page->agreements.front().tariff_name == "一户一表");
}
