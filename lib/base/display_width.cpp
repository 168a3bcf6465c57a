#include <utf8proc.h>

#include "base/terminal.h"
#include "base/utf8.h"

namespace base {

int display_width(std::string_view utf8) {
  int width = 0;
  while (!utf8.empty()) {
    const CodePoint first = first_code_point(utf8);
    width += first.bytes == 0 ? 1 : utf8proc_charwidth(static_cast<utf8proc_int32_t>(first.value));
    utf8.remove_prefix(first.bytes == 0 ? 1 : first.bytes);
  }
  return width;
}

}  // namespace base
