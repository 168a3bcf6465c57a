#include "catalog/alike.h"

#include <string>

namespace catalog {
namespace {

std::string plain(std::string_view name) {
  std::string text;
  for (const char byte : name) {
    if (byte != '_') text += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
  }
  return text;
}

bool is_plural(const std::string& many, const std::string& one) {
  if (one.empty()) return false;
  if (many == one + "s" || many == one + "es") return true;
  return one.ends_with('y') && many == one.substr(0, one.size() - 1) + "ies";
}

}  // namespace

bool differ_in_style(std::string_view a, std::string_view b) { return a != b && plain(a) == plain(b); }

bool differ_in_style_or_number(std::string_view a, std::string_view b) {
  return differ_in_style(a, b) || is_plural(plain(a), plain(b)) || is_plural(plain(b), plain(a));
}

}  // namespace catalog
