#include "db/demo/staff.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <initializer_list>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mis::demo {
namespace {

struct Role {
  std::string code, name, name_en;
  std::vector<std::string> permissions;
  bool may(std::string_view permission) const {
    return std::find(permissions.begin(), permissions.end(), permission) != permissions.end();
  }
};

Result<std::vector<Role>> read_roles(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) return not_found("demo.roles", fmt::format("expected the list of roles {}, but it cannot be opened", file.string()));
  const auto json = nlohmann::json::parse(in, nullptr, false);
  std::vector<Role> roles;
  if (json.is_array()) {
    for (const auto& item : json) {
      if (!item.is_object() || !item.contains("code") || !item["code"].is_string()) continue;
      Role role{item["code"], item.value("name", ""), item.value("name_en", ""), {}};
      for (const auto& permission : item.value("permissions", nlohmann::json::array()))
        if (permission.is_string()) role.permissions.push_back(permission);
      roles.push_back(std::move(role));
    }
  }
  if (roles.empty()) return invalid("demo.roles", fmt::format("expected an array of roles in {}, but found none", file.string()));
  return roles;
}

// The part that somebody plays in the demonstration: the role of one of these codes, or, where the list of roles has been
// rewritten, the narrowest one that may do what the part is about.
struct Part {
  std::string_view username, name;
  std::string_view permission;
  std::int64_t org;
  bool printed;
  std::array<std::string_view, 3> codes;
};

// Whoever works for the whole county belongs to the company itself (1): the unit is what a user may see.
constexpr auto kParts = std::to_array<Part>({
    {"admin", "系统管理员", "administration.manage", 1, true, {"system_administrator", "system_admin", "administrator"}},
    {"lin.wei", "林薇", "billing.run", 1, true, {"billing_clerk", "billing_calculator", "billing_officer"}},
    {"chen.jing", "陈静", "billing.issue", 1, true, {"billing_manager", "billing_supervisor", "billing_approver"}},
    {"zhao.lei", "赵磊", "billing.review", 1, true, {"billing_reviewer", "billing_auditor", "billing_checker"}},
    {"sun.li", "孙丽", "cashier.take", 2, true, {"cashier", "hall_cashier", "counter_cashier"}},
    {"li.ming", "李明", "meter_reading.view", 2, true, {"meter_reader", "reader", "reading_clerk"}},
    {"wang.guoqiang", "王国强", "billing.view", 1, true, {"general_manager", "manager", "company_manager"}},
    {"zhou.min", "周敏", "cashier.approve", 2, true, {"cashier_supervisor", "hall_supervisor", "business_hall_manager"}},
    {"xu.fang", "徐芳", "cashier.close_day", 1, true, {"account_supervisor", "finance_director", "finance_manager"}},
    {"gao.yuan", "高远", "channels.operate", 1, true, {"receivables_clerk"}},
    {"he.xin", "何欣", "dunning.operate", 1, true, {"debt_collector"}},
    {"ma.lin", "马琳", "receivables.approve", 1, true, {"finance_director", "marketing_director", "deputy_manager_marketing"}},
    {"gao.jie", "高洁", "dunning.operate", 1, true, {"debt_collector", "station_marketing_clerk", "marketing_clerk"}},
    {"he.yan", "何艳", "channels.operate", 1, true, {"receivables_clerk", "finance_accountant", "accountant"}},
});

const Role* role_for(const std::vector<Role>& roles, const Part& part) {
  for (const auto code : part.codes)
    for (const auto& role : roles)
      if (role.code == code && role.may(part.permission)) return &role;
  const Role* best = nullptr;
  for (const auto& role : roles)
    if (role.may(part.permission) && (best == nullptr || role.permissions.size() < best->permissions.size())) best = &role;
  return best;
}

struct Written { std::string_view text, pinyin; };
constexpr auto kSurnames = std::to_array<Written>({
    {"王", "wang"}, {"李", "li"}, {"张", "zhang"}, {"刘", "liu"}, {"陈", "chen"}, {"杨", "yang"}, {"黄", "huang"}, {"吴", "wu"}, {"赵", "zhao"},
    {"周", "zhou"}, {"徐", "xu"}, {"孙", "sun"}, {"马", "ma"}, {"朱", "zhu"}, {"胡", "hu"}, {"林", "lin"}, {"郭", "guo"}, {"何", "he"},
    {"高", "gao"}, {"罗", "luo"}, {"郑", "zheng"}, {"梁", "liang"}, {"谢", "xie"}, {"宋", "song"}, {"唐", "tang"},
});
constexpr auto kGiven = std::to_array<Written>({
    {"建军", "jianjun"}, {"海涛", "haitao"}, {"志明", "zhiming"}, {"文斌", "wenbin"}, {"立新", "lixin"}, {"晓东", "xiaodong"}, {"国华", "guohua"},
    {"永强", "yongqiang"}, {"俊杰", "junjie"}, {"春生", "chunsheng"}, {"秀英", "xiuying"}, {"丽娟", "lijuan"}, {"海燕", "haiyan"}, {"雪梅", "xuemei"},
    {"玉兰", "yulan"}, {"晓燕", "xiaoyan"}, {"桂芳", "guifang"}, {"美玲", "meiling"}, {"佳怡", "jiayi"}, {"思雨", "siyu"},
});

// The pairs of surname and given name do not repeat for n below 100.
StaffMember colleague(int n) {
  const auto& surname = kSurnames[static_cast<std::size_t>(n % 25)];
  const auto& given = kGiven[static_cast<std::size_t>((n / 25 + 3 * n) % 20)];
  StaffMember member;
  member.user_id = {n};
  member.username = fmt::format("{}.{}", surname.pinyin, given.pinyin);
  member.name = fmt::format("{}{}", surname.text, given.text);
  return member;
}

constexpr int kFirstReader = 21, kLastReader = 60;  // as readings.cpp has it: four for each station
constexpr std::int64_t kFirstStation = 2, kStations = 10;

}  // namespace

Result<std::vector<StaffMember>> make_staff(const CountyOptions& options) {
  const auto file = options.reference_folder / "roles.json";
  auto roles = read_roles(file);
  if (!roles) return std::move(roles).error();
  const Role* reader = nullptr;
  std::vector<StaffMember> staff;
  std::vector<bool> held(roles->size(), false);
  for (const auto& part : kParts) {
    const Role* role = role_for(*roles, part);
    if (role == nullptr)
      return invalid("demo.roles", fmt::format("expected a role with the permission {} in {}, but none has it", part.permission, file.string()));
    if (part.username == "li.ming") reader = role;
    held[static_cast<std::size_t>(role - roles->data())] = true;
    staff.push_back({{static_cast<std::int64_t>(staff.size()) + 1}, std::string(part.username), std::string(part.name), {part.org}, {role->code}, part.printed});
  }
  // The others: readers in the middle, and around them one after the other through the roles that nobody has yet.
  std::size_t next = 0;
  for (int n = static_cast<int>(staff.size()) + 1; n <= kStaff; ++n) {
    auto member = colleague(n);
    if (n >= kFirstReader && n <= kLastReader) {
      member.roles = {reader->code};
      member.org_id = {kFirstStation + (n - kFirstReader) / 4};
    } else {
      for (std::size_t tried = 0; tried < roles->size() && held[next]; ++tried) next = (next + 1) % roles->size();
      const auto& role = (*roles)[next];
      held[next] = true;
      next = (next + 1) % roles->size();
      member.roles = {role.code};
      // Who may manage or decide works at the company; the others are spread over the stations.
      const bool central = role.may("administration.manage") || role.may("billing.run") || role.may("billing.issue") || role.may("tariffs.manage") || role.may("receivables.configure");
      member.org_id = {central ? 1 : kFirstStation + n % kStations};
    }
    staff.push_back(std::move(member));
  }
  return staff;
}

Result<std::vector<RoleName>> read_role_names(const CountyOptions& options) {
  auto roles = read_roles(options.reference_folder / "roles.json");
  if (!roles) return std::move(roles).error();
  std::vector<RoleName> names;
  for (auto& role : *roles) names.push_back({role.code, role.name, role.name_en});
  return names;
}

}  // namespace mis::demo
