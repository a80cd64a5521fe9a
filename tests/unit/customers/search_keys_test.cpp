#include <catch2/catch.hpp>

#include <algorithm>

#include "modules/customers/domain/pinyin.hpp"
#include "modules/customers/domain/search_keys.hpp"

using namespace mis::customers;

namespace {

std::vector<std::string> keys_of(const SearchSubject& subject, KeyKind kind) {
  std::vector<SearchKey> keys;
  append_account_keys(subject, keys);
  std::vector<std::string> out;
  for (const SearchKey& key : keys) {
    CHECK(key.account_id == subject.account_id);
    if (key.kind == kind) out.push_back(key.text);
  }
  return out;
}

SearchSubject subject_with_name(std::string_view name) { return {{7}, "", name, "", ""}; }
SearchSubject subject_with_phone(std::string_view phone) { return {{7}, "", "", phone, ""}; }
SearchSubject subject_at(std::string_view address) { return {{7}, "", "", "", address}; }

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("pinyin initials are what a clerk types for a name") {
  CHECK(pinyin_initials("张三丰") == Texts{"zsf"});
  CHECK(pinyin_initials("王芳") == Texts{"wf"});
  CHECK(pinyin_initials("李雷") == Texts{"ll"});
  CHECK(pinyin_initials("欧阳娜娜") == Texts{"oynn"});
  CHECK(pinyin_initials("青石镇第一小学") == Texts{"qszdyxx"});
  CHECK(pinyin_initials("A座3号") == Texts{"az3h"});
  CHECK(pinyin_initials("赵婷鑫") == Texts{"ztx"});  // 婷 and 鑫 are level-2 characters
  CHECK(pinyin_initials("") == Texts{});
  CHECK(pinyin_initials("😀") == Texts{});
}

TEST_CASE("the first and the last character of each initial's range are in it") {
  const std::pair<char32_t, char> examples[] = {{U'啊', 'a'}, {U'芭', 'b'}, {U'怖', 'b'}, {U'擦', 'c'}, {U'搭', 'd'}, {U'蛾', 'e'},
                                                {U'发', 'f'}, {U'噶', 'g'}, {U'哈', 'h'}, {U'击', 'j'}, {U'喀', 'k'}, {U'垃', 'l'},
                                                {U'妈', 'm'}, {U'拿', 'n'}, {U'哦', 'o'}, {U'啪', 'p'}, {U'期', 'q'}, {U'然', 'r'},
                                                {U'撒', 's'}, {U'塌', 't'}, {U'挖', 'w'}, {U'昔', 'x'}, {U'压', 'y'}, {U'匝', 'z'},
                                                {U'座', 'z'}};
  for (const auto& [character, initial] : examples) CHECK(pinyin_initial(character) == initial);
}

TEST_CASE("a surname with a reading of its own is found by both") {
  CHECK(pinyin_initials("单雄信") == Texts{"sxx", "dxx"});
  CHECK(pinyin_initials("查良镛")[0] == "zly");
  CHECK(pinyin_initials("解缙")[0].front() == 'x');
}

TEST_CASE("a name is found from its start and from its given name") {
  CHECK(keys_of(subject_with_name("张三丰"), KeyKind::kName) == Texts{"张三丰", "三丰"});
  CHECK(keys_of(subject_with_name("王芳"), KeyKind::kName) == Texts{"王芳"});
}

TEST_CASE("an address is found from each of its parts, not from a bare house number") {
  CHECK(keys_of(subject_at("临江县青石镇柳树村12号"), KeyKind::kAddress) ==
        Texts{"临江县青石镇柳树村12号", "青石镇柳树村12号", "柳树村12号", "12号"});
  CHECK(keys_of(subject_at("幸福路5号"), KeyKind::kAddress) == Texts{"幸福路5号"});
}

TEST_CASE("a phone is found from its start and from any of its ends") {
  const auto keys = keys_of(subject_with_phone("138 0013 8888"), KeyKind::kPhone);
  CHECK(keys == Texts{"13800138888", "<88883100831"});
  CHECK(keys[1].starts_with(reversed_key("138888")));
}

TEST_CASE("full-width characters, capitals and blanks make no difference") {
  CHECK(normalise_key(" Ａ１２ b　Ｃ") == "a12bc");
  CHECK(normalise_key(std::string(300, 'x')).size() == kMaxKeyCharacters);
  CHECK(normalise_key("\xFF\xFE") == "\xEF\xBF\xBD\xEF\xBF\xBD");
}
