// Names, documents and telephone numbers of people and firms that do not exist.
#pragma once

#include <string>
#include <string_view>

#include "db/demo/random.hpp"
#include "mis/base/time.hpp"

namespace mis::demo {

// Surname and given name, surnames as frequent as they are in China (the first twenty are half of all people).
std::string person_name(Random& random);

enum class FirmTrade : std::uint8_t { kShop, kWorkshop, kFactory, kLargeFactory, kPublicBody, kWaterWorks, kDormitory, kFarm };

// "松川县恒盛机械制造有限公司", "东渡镇阿芳餐馆"; `place` is the county, a township or a village.
std::string firm_name(Random& random, FirmTrade trade, std::string_view place);

// 18 characters with a valid check digit (GB 11643: ISO 7064 MOD 11-2). The region 99xxxx is not given to any place in
// China, so that no number can be a real person's.
std::string resident_id_no(Random& random, int region, Date youngest);
// 18 characters in the form of a unified social credit code (GB 32100) with its check character, region 99xxxx too.
std::string credit_code(Random& random, int region);
// Eleven digits that begin with 100, which no operator uses.
std::string phone_no(Random& random);

// The check characters by themselves, for tests and imports.
char resident_id_check(std::string_view first_17);
char credit_code_check(std::string_view first_17);

}  // namespace mis::demo
