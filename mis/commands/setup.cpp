// `mis setup`: the job roles, the published tariffs and a first administrator, for a utility that brings its own files.
#include <fmt/format.h>
#include <sodium.h>

#include "mis/commands/commands.hpp"
#include "modules/administration/administration.hpp"
#include "modules/tariffs/tariffs.hpp"

namespace mis::commands {
namespace {

std::string temporary_password() {
  if (sodium_init() < 0) throw std::runtime_error("cannot initialise libsodium");
  static constexpr std::string_view kLetters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";
  std::string password;
  for (int i = 0; i < 16; ++i) password += kLetters[randombytes_uniform(static_cast<std::uint32_t>(kLetters.size()))];
  return password;
}

// The administrator belongs to the root of the organisation, which is made where no file has brought one yet.
Result<OrgId> root_unit(db::Session& session) {
  {
    auto rows = session.query("SELECT org_id FROM administration_org_name WHERE path = CONCAT('/', org_id, '/') ORDER BY org_id LIMIT 1");
    if (rows.next()) return OrgId{rows.i64(0)};
  }
  administration::OrgUnit root;
  root.org_id = {1};
  root.kind = administration::OrgKind::kCompany;
  root.code = "C01";
  root.name = "供电公司";
  root.name_en = "Power company";
  if (auto status = administration::load_org_units(session, std::span(&root, 1)); !status) return std::move(status).error();
  return root.org_id;
}

}  // namespace

int setup(const Place& place, const std::string& admin) {
  Installation installation(place);
  auto tariffs = tariffs::load_reference((place.home / "db" / "reference").string());
  if (!tariffs) {
    fmt::print(stderr, "{}\n", tariffs.error().message);
    return 2;
  }
  std::int64_t published = 0;
  bool made = false;
  const auto password = temporary_password();
  auto status = installation.app().transact([&](db::Session& session) -> Status {
    if (auto roles = administration::load_roles(session, place.home / "db" / "reference" / "roles.json"); !roles) return roles;
    published = tariffs::publish(session, *tariffs);
    made = !admin.empty() && !session.query("SELECT 1 FROM administration_user_name WHERE username = ?", admin).next();
    if (!made) return ok();
    auto root = root_unit(session);
    if (!root) return std::move(root).error();
    administration::NewUser user;
    user.username = admin;
    user.name = admin;
    user.org_id = *root;
    user.roles = {"system_administrator"};
    user.password = password;
    return administration::load_users(session, std::span(&user, 1), SystemClock().now());
  });
  if (!status) {
    fmt::print(stderr, "{} ({})\n", status.error().message, status.error().code);
    return 1;
  }
  fmt::print("job roles loaded; {} tariff versions published\n", published);
  if (made) fmt::print("user {} made; temporary password {} (to be changed at the first sign-in)\n", admin, password);
  else if (!admin.empty()) fmt::print("there is a user {} already; nothing was changed\n", admin);
  return 0;
}

}  // namespace mis::commands
