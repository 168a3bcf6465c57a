#include "report/html/difference_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/human.h"
#include "report/difference_text.h"
#include "report/html/sections.h"
#include "report/html/values.h"
#include "report/html_text.h"
#include "report/wording.h"

namespace report {
namespace {

using base::human_count;
using outcome::ComparedTable;
using outcome::Difference;
using outcome::DifferingRow;
using outcome::Presence;
using outcome::RowDifference;

constexpr std::size_t kUnfoldedRows = 10;  // of a kind and table; the others wait in a <details>

// The colours are those of an import's verdicts.
struct Kind {
  RowDifference difference;
  std::string_view words;
  std::string_view symbol;
  std::string_view color;
};
constexpr Kind kKinds[] = {{RowDifference::kChanged, "changed", "~", "v-update"},
                           {RowDifference::kOnlyA, "only in A", "−", "v-conflict"},
                           {RowDifference::kOnlyB, "only in B", "+", "v-insert"}};

std::uint64_t count_of(const ComparedTable& table, RowDifference difference) {
  switch (difference) {
    case RowDifference::kChanged:
      return table.changed;
    case RowDifference::kOnlyA:
      return table.only_a;
    case RowDifference::kOnlyB:
      break;
  }
  return table.only_b;
}

std::string title_of(const Difference& difference) {
  return fmt::format("{}: {} and {}", difference.is_equal() ? "Equal" : "Different", html_plain(difference.a.name),
                     html_plain(difference.b.name));
}

std::string_view what_is_compared(const Difference& difference) {
  if (difference.a.is_file != difference.b.is_file) return "an export with a database";
  return difference.a.is_file ? "two exports" : "two databases";
}

std::string banner(const Difference& difference) {
  const bool equal = difference.is_equal();
  return fmt::format(
      "<header class=\"banner g-{}\">\n<p class=\"kind\">Comparison of {}</p>\n"
      "<h1><span class=\"big\" aria-hidden=\"true\">{}</span> {}</h1>\n<p class=\"lead\">{}</p>\n</header>\n",
      equal ? "passed" : "warning", what_is_compared(difference), equal ? "✓" : "!", equal ? "Equal" : "Different",
      html_plain(difference_sentence(difference)));
}

std::string fact(std::string_view name, const std::string& text) {
  return text.empty() ? "" : fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, html_data(text));
}

std::string card(std::string_view side, const outcome::ComparedSide& told) {
  const std::string seal = !told.is_file ? "" : told.sealed ? "✓ valid" : "! none that matches";
  return fmt::format("<div class=\"card\"><p class=\"kind\">{}</p><p class=\"name\">{}</p><dl>\n", side,
                     html_data(told.name)) +
         fact("Seal", seal) + fact("SHA-256", told.sha256) +
         fact(told.is_file ? "Exported" : "Read", told.exported_at) + fact("Database", told.source.database) +
         fact("Host", told.source.host) + fact("Port", told.source.port) + fact("User", told.source.user) +
         fact("Server", server_name(told.source)) + fact("Rows", human_count(told.rows)) + "</dl></div>\n";
}

std::string identity(const Difference& difference) {
  return "<section id=\"identity\"><h2>What was compared</h2>\n<div class=\"route\">" + card("A", difference.a) +
         "<div class=\"arrow\" aria-hidden=\"true\">↔</div>" + card("B", difference.b) + "</div>\n</section>\n";
}

std::string cell(bool told, std::uint64_t count, std::string_view color) {
  if (!told) return "<td class=\"zero\">–</td>";
  return fmt::format("<td class=\"{}\">{}</td>", count == 0 ? "zero" : color, human_count(count));
}

std::string cells(const ComparedTable& table) {
  const bool both = table.presence == Presence::kBoth;
  std::string html = cell(table.presence != Presence::kOnlyB, table.rows_a, "") +
                     cell(table.presence != Presence::kOnlyA, table.rows_b, "");
  for (const Kind& kind : kKinds) html += cell(both, count_of(table, kind.difference), kind.color);
  return html + cell(both, table.equal, "v-unchanged");
}

std::string table_remark(const ComparedTable& table) {
  if (table.presence == Presence::kOnlyA) return "the table is only in A";
  if (table.presence == Presence::kOnlyB) return "the table is only in B";
  return table.differences.empty() ? "" : "its columns differ";
}

std::string matrix(const Difference& difference) {
  std::string html =
      "<section id=\"tables\"><h2>Tables</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" "
      "aria-label=\"Tables\"><table class=\"matrix\"><thead><tr><th scope=\"col\">Table</th>"
      "<th scope=\"col\">rows in A</th><th scope=\"col\">rows in B</th><th scope=\"col\">~ changed</th>"
      "<th scope=\"col\">− only in A</th><th scope=\"col\">+ only in B</th><th scope=\"col\">equal</th>"
      "<th scope=\"col\" class=\"left\"></th></tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < difference.tables.size(); ++i) {
    const ComparedTable& table = difference.tables[i];
    const std::string name = table.presence != Presence::kBoth || (table.is_equal() && table.notes.empty())
                                 ? html_name(table.name)
                                 : fmt::format("<a href=\"#table-{}\">{}</a>", i, html_name(table.name));
    html += fmt::format("<tr><th scope=\"row\">{}</th>{}<td class=\"left\"><span class=\"flag\">{}</span></td></tr>\n",
                        name, cells(table), table_remark(table));
  }
  return html + "</tbody>\n<tfoot><tr><th scope=\"row\">total</th>" + cells(difference.total()) +
         "<td></td></tr></tfoot></table></div>\n</section>\n";
}

// Shown by the script, because nothing in it works without.
std::string filter(const Difference& difference) {
  std::string html =
      "<form id=\"filter\" role=\"search\" hidden><b>Rows</b>\n<label>Difference <select id=\"by-verdict\">"
      "<option value=\"\">all</option>";
  for (const Kind& kind : kKinds)
    html += fmt::format("<option value=\"{}\">{} {}</option>", outcome::difference_name(kind.difference), kind.symbol,
                        kind.words);
  html += "</select></label>\n<label>Table <select id=\"by-table\"><option value=\"\">all</option>";
  for (std::size_t i = 0; i < difference.tables.size(); ++i)
    html += fmt::format("<option value=\"{}\">{}</option>", i, html_plain(difference.tables[i].name));
  return html +
         "</select></label>\n<label>Text <input id=\"by-text\" type=\"search\" autocomplete=\"off\"></label>\n"
         "<button type=\"reset\">Show all</button> <output id=\"shown\"></output></form>\n";
}

std::string sentences(const std::vector<std::string>& list, std::string_view item) {
  if (list.empty()) return {};
  std::string html = "<ul>\n";
  for (const std::string& sentence : list) html += fmt::format("<li{}>{}</li>\n", item, html_data(sentence));
  return html + "</ul>\n";
}

std::string changes(const DifferingRow& row) {
  std::string html =
      "<div class=\"scroll\"><table class=\"diff sides\"><thead><tr><th scope=\"col\">Column</th>"
      "<th scope=\"col\">In A</th><th scope=\"col\">In B</th></tr></thead><tbody>\n";
  for (const outcome::ColumnChange& change : row.changes) {
    const ComparedValues values = compared_html(change.before, change.after);
    html += fmt::format("<tr><th scope=\"row\">{}</th><td class=\"old\">{}</td><td class=\"new\">{}</td></tr>\n",
                        html_data(change.column), values.before, values.after);
  }
  return html + "</tbody></table></div>\n";
}

std::string card(std::size_t table, const Kind& kind, const DifferingRow& row) {
  std::string html = fmt::format(
      "<article class=\"row\" data-verdict=\"{}\" data-table=\"{}\">\n<p class=\"head\"><span class=\"badge {}\">{} "
      "{}</span> {}",
      outcome::difference_name(kind.difference), table, kind.color, kind.symbol, kind.words,
      row.key.empty() ? "" : html_code(row.key));
  if (row.times > 1) html += fmt::format(" <span class=\"remark\">{} times</span>", human_count(row.times));
  html += "</p>\n";
  if (!row.changes.empty()) return html + changes(row) + "</article>\n";
  html += "<dl>\n";
  for (const outcome::ColumnValue& value : row.values)
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", html_name(value.column), short_value_html(value.value));
  return html + "</dl></article>\n";
}

std::string cards(std::size_t index, const ComparedTable& table, const Kind& kind) {
  const std::uint64_t all = count_of(table, kind.difference);
  if (all == 0) return {};
  std::string html = fmt::format("<h4>{}: {}</h4>\n", kind.words, rows(all));
  std::size_t shown = 0;
  std::uint64_t told = 0;
  for (const DifferingRow& row : table.rows) {
    if (row.difference != kind.difference) continue;
    if (shown++ == kUnfoldedRows) html += "<details class=\"more\"><summary>more rows</summary>\n";
    html += card(index, kind, row);
    told += row.times;
  }
  if (shown > kUnfoldedRows) html += "</details>\n";
  if (told < all) html += fmt::format("<p class=\"remark\">{} of {} listed here.</p>\n", human_count(told), rows(all));
  return html;
}

std::string table_section(std::size_t index, const ComparedTable& table) {
  if (table.presence != Presence::kBoth || (table.is_equal() && table.notes.empty())) return {};
  std::string html = fmt::format("<section id=\"table-{}\"><h2>{}", index, html_name(table.name));
  if (!table.other.empty()) html += fmt::format(" <span class=\"remark\">{} in B</span>", html_name(table.other));
  html += fmt::format(
      "</h2>\n<p class=\"remark\">{}</p>\n",
      table.key.empty() ? "Rows are compared as a whole." : "Rows are paired by " + html_data(joined(table.key)) + ".");
  html += sentences(table.differences, " class=\"flag\"") + sentences(table.notes, "");
  if (!table.changed_columns.empty()) {
    html += "<ul class=\"chips\" aria-label=\"Columns that differ\">";
    for (const auto& [column, count] : table.changed_columns)
      html += fmt::format("<li>{} <b>{}</b></li>", html_data(column), human_count(count));
    html += "</ul>\n";
  }
  for (const Kind& kind : kKinds) html += cards(index, table, kind);
  return html + "</section>\n";
}

std::string closing(const Difference& difference) {
  std::vector<std::string> notes = difference.notices;
  if (!difference.skipped.empty()) notes.push_back("left out by --skip-audit: " + joined(difference.skipped));
  notes.emplace_back(
      "compared are tables, columns, types and rows; not keys, constraints, defaults, sequences and whatever else a "
      "schema has");
  return "<section id=\"limits\"><h2>Notes</h2>\n" + sentences(notes, "") + "</section>\n";
}

}  // namespace

std::string difference_html(const Difference& difference) {
  std::string html = page_head(title_of(difference)) + "<body>\n<main>\n" + banner(difference) + identity(difference) +
                     matrix(difference) + filter(difference);
  for (std::size_t i = 0; i < difference.tables.size(); ++i) html += table_section(i, difference.tables[i]);
  return html + closing(difference) + "</main>\n<footer>db-transfer difference, version 1</footer>\n<script>" +
         std::string(audit_script()) + "</script>\n</body>\n</html>\n";
}

}  // namespace report
