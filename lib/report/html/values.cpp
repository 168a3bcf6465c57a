#include "report/html/values.h"

#include <fmt/format.h>

#include <string_view>

#include "report/comparison.h"
#include "report/html_text.h"
#include "report/wording.h"

namespace report {
namespace {

using outcome::ShownValue;

// Longer equal parts are folded, but for kKeptBytes beside what differs.
constexpr std::size_t kLongEqualBytes = 160;
constexpr std::size_t kKeptBytes = 40;

bool is_text(const ShownValue& value) {
  return value.form == ShownValue::Form::kWhole || value.form == ShownValue::Form::kCut;
}

std::string folded(std::string_view text) {
  std::uint64_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++at) characters += inside_character(text, at) ? 0 : 1;
  return fmt::format("<details class=\"same\"><summary>… {} equal …</summary><code class=\"data\">{}</code></details>",
                     counted(characters, "character", "characters"), html_marked(text));
}

std::string code(std::string_view text) { return text.empty() ? "" : html_code(text); }

std::string equal_before(std::string_view text) {
  if (text.size() <= kLongEqualBytes) return code(text);
  std::size_t cut = text.size() - kKeptBytes;
  while (inside_character(text, cut)) ++cut;
  return folded(text.substr(0, cut)) + code(text.substr(cut));
}

std::string equal_after(std::string_view text) {
  if (text.size() <= kLongEqualBytes) return code(text);
  std::size_t cut = kKeptBytes;
  while (inside_character(text, cut)) ++cut;
  return code(text.substr(0, cut)) + folded(text.substr(cut));
}

std::string cut_remark(const ShownValue& value) {
  if (value.form != ShownValue::Form::kCut) return {};
  return fmt::format("<span class=\"remark\">… cut, {} in all</span>",
                     counted(value.characters, "character", "characters"));
}

std::string marked_value(const ShownValue& value, CommonParts common) {
  const std::string_view text = value.text;
  const std::string_view middle = text.substr(common.begin, text.size() - common.begin - common.end);
  return equal_before(text.substr(0, common.begin)) + (middle.empty() ? "" : "<mark>" + html_code(middle) + "</mark>") +
         equal_after(text.substr(text.size() - common.end)) + cut_remark(value);
}

}  // namespace

std::string value_html(const ShownValue& value) {
  switch (value.form) {
    case ShownValue::Form::kNull:
      return "<span class=\"remark\">NULL</span>";
    case ShownValue::Form::kMasked:
      return "••• <span class=\"remark\">" + html_plain(masked_value(value)) + "</span>";
    case ShownValue::Form::kWhole:
    case ShownValue::Form::kCut:
      break;
  }
  if (value.text.empty()) return "<span class=\"remark\">(empty)</span>";
  return html_code(value.text) + cut_remark(value);
}

std::string short_value_html(const ShownValue& value) {
  constexpr std::size_t kShortBytes = 120;
  if (!is_text(value) || value.text.size() <= kShortBytes) return value_html(value);
  std::size_t end = kShortBytes;
  while (inside_character(value.text, end)) ++end;
  return html_code(value.text.substr(0, end)) +
         fmt::format("<span class=\"remark\">… {} in all</span>", counted(value.characters, "character", "characters"));
}

ComparedValues compared_html(const ShownValue& before, const ShownValue& after) {
  if (!is_text(before) || !is_text(after) || before.text.empty() || after.text.empty()) {
    const auto marked = [](const ShownValue& value) { return "<mark>" + value_html(value) + "</mark>"; };
    return {marked(before), marked(after)};
  }
  const CommonParts common = common_parts(before.text, after.text);
  ComparedValues compared = {marked_value(before, common), marked_value(after, common)};
  if (before.text == after.text) {
    const std::string remark = " <mark>differs beyond what is shown</mark>";
    compared.before += remark;
    compared.after += remark;
  }
  return compared;
}

std::string changes_html(const std::vector<outcome::ColumnChange>& changes) {
  std::string html =
      "<div class=\"scroll\"><table class=\"diff\"><thead><tr><th scope=\"col\">Column</th>"
      "<th scope=\"col\">In the target</th><th scope=\"col\">In the file</th></tr></thead><tbody>\n";
  for (const outcome::ColumnChange& change : changes) {
    const ComparedValues values = compared_html(change.before, change.after);
    html += fmt::format("<tr><th scope=\"row\">{}</th><td class=\"old\">{}</td><td class=\"new\">{}</td></tr>\n",
                        html_data(change.column), values.before, values.after);
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace report
