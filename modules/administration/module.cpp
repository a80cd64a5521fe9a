// Registration of administration: permissions, routes, table prefix.
#include "mis/registry.hpp"
#include "mis/security/routes.hpp"
#include "modules/administration/administration.hpp"
#include "modules/administration/routes.hpp"

namespace mis::administration {

void register_module(Registry& registry) {
  registry.table_prefix("administration_");
  registry.permission({"administration.manage", "管理用户与权限", "Manage users and rights"});
  registry.permission({"administration.audit", "查看审计日志", "See the audit log"});
  // Looked up when it is called: sessions may be registered after this module.
  register_routes(registry, std::make_shared<const Service>(registry.services()),
                  [&registry] { registry.part<security::CallerMemory>().forget(); });
}

}  // namespace mis::administration
