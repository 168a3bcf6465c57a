#include "postgres/codec/text_copy.h"

#include <algorithm>
#include <string>

#include "postgres/codec/wire.h"

namespace postgres {

bool print_field(const Codec& codec, std::string_view field, base::ByteBuffer& text) {
  if (load<std::int32_t>(field.data()) < 0) return false;
  codec.print(text, field.substr(sizeof(std::int32_t)));
  return true;
}

void append_copy_text(base::ByteBuffer& out, std::string_view text) {
  constexpr std::string_view kSpecial{"\\\t\n\r"};
  constexpr std::string_view kLetters{"\\tnr"};
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find_first_of(kSpecial), text.size());
    out.append(text.substr(0, plain));
    if (plain == text.size()) return;
    out.append('\\');
    out.append(kLetters[kSpecial.find(text[plain])]);
    text.remove_prefix(plain + 1);
  }
}

void append_copy_pair(base::ByteBuffer& out, std::string_view first, std::optional<std::string_view> second) {
  std::string row = "(" + std::string(first) + ",";
  if (second) {
    row += '"';
    for (const char byte : *second) {
      if (byte == '"' || byte == '\\') row += '\\';
      row += byte;
    }
    row += '"';
  }
  append_copy_text(out, row + ")");
}

}  // namespace postgres
