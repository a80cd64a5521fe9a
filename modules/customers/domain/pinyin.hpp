// Pinyin initials of Chinese names, as clerks type them into a search box: 张三丰 → "zsf".
// Covers the 3,755 characters of GB 2312 level 1 and the level-2 ones that are usual in names; others are left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mis::customers {

// The initial of one character: 'a'…'z', ASCII letters and digits as they are in lower case, 0 where it has none.
char pinyin_initial(char32_t character);

// The initials of a name in UTF-8. A first character that is read differently as a surname (单 shan, 查 zha, 解 xie)
// gives two results: the surname's reading, then the usual one. Empty where no character has an initial.
std::vector<std::string> pinyin_initials(std::string_view name);

}  // namespace mis::customers
