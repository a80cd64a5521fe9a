#include "modules/customers/domain/pinyin.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "modules/customers/domain/utf8.hpp"

namespace mis::customers {
namespace {

constexpr char32_t kFirst = 0x4E00, kLast = 0x9FFF;  // CJK unified ideographs

// GB 2312 level 1 is sorted by pinyin, so an initial is a range of codes: the first code of each, and where "z" ends.
struct Boundary {
  std::uint16_t first_code;
  char initial;
};
constexpr Boundary kBoundaries[] = {
    {0xB0A1, 'a'}, {0xB0C5, 'b'}, {0xB2C1, 'c'}, {0xB4EE, 'd'}, {0xB6EA, 'e'}, {0xB7A2, 'f'}, {0xB8C1, 'g'}, {0xB9FE, 'h'},
    {0xBBF7, 'j'}, {0xBFA6, 'k'}, {0xC0AC, 'l'}, {0xC2E8, 'm'}, {0xC4C3, 'n'}, {0xC5B6, 'o'}, {0xC5BE, 'p'}, {0xC6DA, 'q'},
    {0xC8BB, 'r'}, {0xC8F6, 's'}, {0xCBFA, 't'}, {0xCDDA, 'w'}, {0xCEF4, 'x'}, {0xD1B9, 'y'}, {0xD4D1, 'z'}, {0xD7FA, 0}};

// Level 2 is sorted by radical. These are the ones met in names of people, firms and places.
struct Group {
  char initial;
  std::u32string_view characters;
};
constexpr Group kLevelTwo[] = {
    {'a', U"嫒瑷媪"},
    {'b', U"蓓邶邠亳汴斌弼璧"},
    {'c', U"琛岑翀郴骋宸楚粲璨淙琮"},
    {'d', U"荻妲岱眙黛迪笛"},
    {'e', U"锷谔鄂娥"},
    {'f', U"霏菲芾馥凫妃邡"},
    {'g', U"珙珪杲邗莞妫桧暠"},
    {'h', U"昊晗蕙菡泓颢桦晖骅郝灏瑚珩璜珲翮浒淏"},
    {'j', U"婧瑾珺璟珏菁霁鹃娟珈暨靓郏婕倢衿"},
    {'k', U"珂锴鲲邝轲恺闿崆"},
    {'l', U"琳璐岚栾麟翎俪绫莉琅霖蔺濂郦骊逯泠珞磊"},
    {'m', U"淼缪旻檬汨苠岷渑玟茉邈"},
    {'n', U"楠妮娜"},
    {'p', U"濮璞蓬彭邳芃"},
    {'q', U"琪琦沁祺淇麒倩绮箐茜骞邱溱覃杞琼瞿綦仡谯"},
    {'r', U"榕芮苒嵘镕阮"},
    {'s', U"姝晟崧飒莎燊隋邵嵩筲泗昇"},
    {'t', U"婷韬彤佟仝焘婷邰滕潼"},
    {'w', U"薇玮炜雯邬隗魏邺婉汶嵬"},
    {'x', U"鑫璇瑄昕暄曦禧筱萱潇馨骁娴奚荀郗忻旭顼洵烜"},
    {'y', U"怡焱妍嫣玥瑶瑜昱煜烨曜彧祎懿茵莹薏芸滢漪嘤樱晏妤娅媛翊羿颖钰缨闫阎郓鄞禹垚镛墉甬邺俣尧"},
    {'z', U"芷梓桢峥钊铮邹臧笪胗郑臻"},
};

// Characters whose reading as a surname differs from their usual one.
struct Surname {
  char32_t character;
  char initial;
};
constexpr Surname kSurnames[] = {{U'单', 's'}, {U'解', 'x'}, {U'查', 'z'}, {U'仇', 'q'}, {U'区', 'o'}, {U'种', 'c'},
                                 {U'员', 'y'}, {U'乐', 'y'}, {U'秘', 'b'}, {U'折', 's'}, {U'召', 's'}, {U'尉', 'y'},
                                 {U'盖', 'g'}, {U'曾', 'z'}, {U'沈', 's'}, {U'翟', 'z'}, {U'朴', 'p'}, {U'缪', 'm'}};

using Table = std::array<char, kLast - kFirst + 1>;

Table make_table() {
  Table table{};
  const iconv_t converter = iconv_open("UTF-32LE", "GB18030");
  if (converter != reinterpret_cast<iconv_t>(-1)) {
    const Boundary* range = kBoundaries;
    for (int code = 0xB0A1; code < 0xD7FA; ++code) {
      if ((code & 0xFF) < 0xA1 || (code & 0xFF) == 0xFF) continue;
      while (code >= range[1].first_code) ++range;
      char in[2] = {static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
      char32_t out = 0;
      char* in_at = in;
      char* out_at = reinterpret_cast<char*>(&out);
      std::size_t in_left = 2, out_left = sizeof out;
      if (iconv(converter, &in_at, &in_left, &out_at, &out_left) == static_cast<std::size_t>(-1)) continue;
      if (out >= kFirst && out <= kLast) table[out - kFirst] = range->initial;
    }
    iconv_close(converter);
  }
  for (const Group& group : kLevelTwo) {
    for (char32_t c : group.characters) {
      if (table[c - kFirst] == 0) table[c - kFirst] = group.initial;  // level 1 knows its own better
    }
  }
  return table;
}

}  // namespace

char pinyin_initial(char32_t character) {
  static const Table table = make_table();
  if (character >= kFirst && character <= kLast) return table[character - kFirst];
  if (character >= U'a' && character <= U'z') return static_cast<char>(character);
  if (character >= U'A' && character <= U'Z') return static_cast<char>(character - U'A' + U'a');
  if (character >= U'0' && character <= U'9') return static_cast<char>(character);
  return 0;
}

std::vector<std::string> pinyin_initials(std::string_view name) {
  std::string usual;
  char surname = 0;
  bool first = true;
  for (std::size_t at = 0; at < name.size(); first = false) {
    const char32_t c = next_character(name, at);
    const char initial = pinyin_initial(c);
    if (initial != 0) usual += initial;
    if (!first) continue;
    const auto special = std::find_if(std::begin(kSurnames), std::end(kSurnames), [c](const Surname& s) { return s.character == c; });
    if (special != std::end(kSurnames) && special->initial != initial) surname = special->initial;
  }
  if (usual.empty()) return {};
  if (surname == 0) return {usual};
  std::string as_surname = usual;
  as_surname[0] = surname;
  return {as_surname, usual};
}

}  // namespace mis::customers
