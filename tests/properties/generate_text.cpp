#include "properties/generate_text.h"

#include <algorithm>
#include <vector>

namespace properties {
namespace {

const std::vector<std::string>& pieces() {
  static const std::vector<std::string> all{"a",
                                            "Z",
                                            "0",
                                            " ",
                                            "  ",
                                            "\t",
                                            "\n",
                                            "\r\n",
                                            "\"",
                                            "\"\"",
                                            "'",
                                            "''",
                                            "\\",
                                            "\\\\",
                                            "\\n",
                                            "\\N",
                                            "\\.",
                                            "\\u0000",
                                            "/",
                                            "</script>",
                                            "--",
                                            "/*",
                                            ";",
                                            "$$",
                                            "{",
                                            "}",
                                            "[",
                                            "]",
                                            ",",
                                            ":",
                                            "null",
                                            "NULL",
                                            "é",
                                            "ß",
                                            "İ",
                                            "ı",
                                            "Ω",
                                            "日本",
                                            "😀",
                                            "👩‍👩‍👧",
                                            "e\u0301",
                                            "\u00a0",
                                            "\u2028",
                                            "\ufeff",
                                            "\x01",
                                            "\x1b[31m",
                                            "\x7f",
                                            "%s",
                                            "E'",
                                            "U&\"",
                                            "\u202e",
                                            "x",
                                            "y",
                                            "lorem",
                                            "\x08\x0c\x0b",
                                            "\xf4\x8f\xbf\xbf",
                                            "\u0080",
                                            "\xef\xbf\xbf",
                                            "&amp;",
                                            "<"};
  return all;
}

}  // namespace

std::string random_name(Dice& dice) {
  static const std::vector<std::string> known{
      "select", "user",    "order", "table", "record",  "$json",   "$bytes", "id",      "Id",       "data",
      "seal",   "s",       "t",     "v",     "k",       "d",       "x",      "n",       "image",    "number",
      "#1",     "p",       "w",     "r",     "verdict", "reason",  "key",    "stage_0", "reject_0", "ctid_",
      "oid",    "public",  "a.b",   "a\"b",  "null",    "1",       " ",      "😀",       "name",     "value",
      "type",   "record_", "row",   "text",  "\n",      "written", "q",      "f"};
  std::string name;
  switch (dice.below(6)) {
    case 0:
      return dice.pick(known);
    case 1:
      name = random_text(dice, 12);
      break;
    case 2:
      name = dice.once_in(2) ? std::string(63, 'm') : std::string(61, 'W') + "é";
      return name;
    default:
      for (std::size_t i = 0; i < 1 + dice.below(8); ++i) name += static_cast<char>('a' + dice.below(26));
  }
  std::size_t bytes = std::min<std::size_t>(name.size(), 63);
  while (bytes < name.size() && bytes > 0 && (static_cast<unsigned char>(name[bytes]) & 0xc0U) == 0x80U) --bytes;
  name.resize(bytes);
  return name.empty() ? "empty" : name;
}

std::string random_text(Dice& dice, std::size_t most_characters) {
  std::string text;
  std::size_t left = dice.below(most_characters + 1);
  while (left > 0) {
    const std::string& piece = dice.pick(pieces());
    const auto characters = static_cast<std::size_t>(std::count_if(
        piece.begin(), piece.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
    if (characters > left) {
      text += static_cast<char>(dice.between(0x20, 0x7e));
      --left;
      continue;
    }
    text += piece;
    left -= characters;
  }
  return text;
}

std::string random_digits(Dice& dice, std::size_t count) {
  std::string digits;
  for (std::size_t i = 0; i < count; ++i) digits += static_cast<char>('0' + dice.below(10));
  return digits;
}

}  // namespace properties
