// Text on its way out: into a page, onto a terminal, into JSON. Nothing of it acts there, and nothing is lost.
#include <algorithm>
#include <array>

#include "base/byte_buffer.h"
#include "base/terminal.h"
#include "base/utf8.h"
#include "format/json_string.h"
#include "format/json_text.h"
#include "fuzz/json_oracle.h"
#include "fuzz/target.h"
#include "report/comparison.h"
#include "report/html_text.h"

namespace {

using fuzz::require;

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t bytes = base::first_code_point(text).bytes;
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

// Takes our own elements out and turns entities back; whatever else could act is a finding.
std::string text_of(std::string_view html) {
  static constexpr std::array<std::string_view, 6> kOurs = {
      "<span class=\"ctl\">", "<span class=\"data\">", "</span>", "<code class=\"data\">", "</code>", "<wbr>"};
  static constexpr std::array<std::pair<std::string_view, char>, 5> kEntities = {
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}}};
  std::string text;
  while (!html.empty()) {
    const auto ours = std::find_if(kOurs.begin(), kOurs.end(), [&](auto tag) { return html.starts_with(tag); });
    if (ours != kOurs.end()) {
      html.remove_prefix(ours->size());
      continue;
    }
    const auto entity =
        std::find_if(kEntities.begin(), kEntities.end(), [&](const auto& one) { return html.starts_with(one.first); });
    if (entity != kEntities.end()) {
      text += entity->second;
      html.remove_prefix(entity->first.size());
      continue;
    }
    require(std::string_view("<>&\"'").find(html.front()) == std::string_view::npos, "no mark-up gets into a page");
    text += html.front();
    html.remove_prefix(1);
  }
  return text;
}

void check_page(std::string_view text) {
  for (const std::string& html : {report::html_data(text), report::html_code(text), report::html_marked(text)}) {
    require(is_utf8(html), "a page is UTF-8");
    for (const char byte : html)
      require(static_cast<unsigned char>(byte) >= 0x20 || byte == '\n' || byte == '\t', "a page holds no controls");
    const std::string shown = text_of(html);
    require(shown.size() >= text.size(), "no character disappears");
  }
  const std::string plain = report::html_plain(text);
  require(base::printable(plain) == plain && plain.find('<') == std::string::npos, "plain text is nothing else");
}

void check_terminal(std::string_view text) {
  const std::string shown = base::printable(text);
  require(is_utf8(shown), "a terminal gets UTF-8");
  for (const char byte : shown)
    require(static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7f, "a terminal gets no controls");
  require(base::printable(shown) == shown, "what may be printed stays as it is");
  require(base::display_width(shown) >= 0, "text takes room");
}

void check_json(std::string_view text) {
  base::ByteBuffer json;
  format::append_json_string(json, text);
  if (!is_utf8(text)) return;
  require(fuzz::Json::parse(json.view()).get_ref<const std::string&>() == text, "a string reads as it was");
  base::ByteBuffer back;
  require(format::append_unescaped(back, json.view().substr(1, json.size() - 2)), "a string is strict JSON");
  require(back.view() == text, "a string comes back");
}

// What two texts have in common is marked in pages: never half a character, never more than there is.
void check_common_parts(std::string_view a, std::string_view b) {
  const report::CommonParts common = report::common_parts(a, b);
  require(common.begin + common.end <= std::min(a.size(), b.size()), "common parts do not overlap");
  require(a.substr(0, common.begin) == b.substr(0, common.begin), "what two texts begin with is common");
  require(a.substr(a.size() - common.end) == b.substr(b.size() - common.end), "what two texts end with is common");
  for (const std::string_view text : {a, b}) {
    if (!is_utf8(text)) continue;
    require(is_utf8(text.substr(0, common.begin)) && is_utf8(text.substr(text.size() - common.end)),
            "no character is cut");
  }
}

}  // namespace

FUZZ_TARGET(escape) {
  check_page(input);
  check_terminal(input);
  check_json(input);
  const std::size_t half = input.size() / 2;
  check_common_parts(input.substr(0, half), input.substr(half));
}
