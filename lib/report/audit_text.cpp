#include "report/audit_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/human.h"
#include "base/table_printer.h"
#include "base/terminal.h"
#include "report/commands.h"
#include "report/comparison.h"
#include "report/facts.h"
#include "report/findings.h"
#include "report/wording.h"

namespace report {
namespace {

using base::Align;
using base::human_count;
using base::printable;
using outcome::Decision;
using outcome::ImportedTable;
using outcome::ImportOutcome;
using outcome::Verdict;

constexpr int kColumns = 96;
constexpr std::size_t kRowsShown = 20;    // of a cause, or of a table's updates
constexpr std::size_t kInsertsShown = 5;  // of a table: only their keys are shown

// `text` made printable and broken at spaces; the first line begins with `first`, the others with as many spaces.
std::string wrapped(std::string_view first, std::string_view text) {
  const std::string safe = printable(text);
  const int indent = base::display_width(first);
  std::string lines(first);
  int column = indent;
  for (std::string_view rest = safe; !rest.empty();) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, space);
    const int width = base::display_width(word);
    if (column > indent && column + 1 + width > kColumns) {
      lines += "\n" + std::string(static_cast<std::size_t>(indent), ' ');
      column = indent;
    } else if (column > indent) {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += width;
    rest.remove_prefix(std::min(space + 1, rest.size()));
  }
  return lines + "\n";
}

std::string title(std::string_view text) { return fmt::format("\n{}\n{}\n", text, std::string(text.size(), '-')); }

std::string fact(std::string_view name, const std::string& text) {
  return text.empty() ? "" : wrapped(fmt::format("{:<17}", name), text);
}

std::string route(const ImportOutcome& outcome) {
  const outcome::FileIdentity& file = outcome.file;
  std::string options;
  for (const std::string& option : outcome.options) options += (options.empty() ? "" : " ") + option;
  const std::string size = fmt::format("{} bytes", human_count(file.bytes));
  return title("From") + fact("file", file_name(outcome)) + fact("size", file.bytes == 0 ? "" : size) +
         fact("SHA-256", file.sha256) + fact("seal", file.sealed ? "valid" : "none that matches") +
         fact("database", file.source.database) + fact("server", server_name(file.source)) +
         fact("exported", file.exported_at) + fact("by", file.generator) + fact("last migration", file.last_migration) +
         title("Into") + fact("place", outcome.target.place) + fact("database", outcome.target.info.database) +
         fact("server", server_name(outcome.target.info)) + fact("role", outcome.target.role) +
         fact("last migration", outcome.target.last_migration) + fact("decided at", outcome.decided_at) +
         fact("options", options);
}

std::string check_list(const ImportOutcome& outcome) {
  std::string text = title("Checks");
  for (const Check& check : checks(outcome))
    text += wrapped(fmt::format("{} {:<20}", grade_symbol(check.grade), check.title), check.detail);
  return text;
}

std::string matrix(const ImportOutcome& outcome) {
  base::TablePrinter printer({{"table"},
                              {"file", Align::kRight},
                              {"before", Align::kRight},
                              {"+ins", Align::kRight},
                              {"~upd", Align::kRight},
                              {"=same", Align::kRight},
                              {"!conf", Align::kRight},
                              {"×inv", Align::kRight},
                              {"−skip", Align::kRight},
                              {"after", Align::kRight}});
  std::string unusual;
  for (const ImportedTable& table : outcome.tables) {
    const outcome::VerdictCounts& n = table.counts;
    std::vector<std::string> cells = {table.name};
    for (const std::uint64_t count : {n.rows, table.details.rows_before, n.insert, n.update, n.unchanged, n.conflict,
                                      n.invalid, n.skipped, rows_after(table)})
      cells.push_back(human_count(count));
    printer.add_row(std::move(cells));
    for (const std::string& anomaly : anomalies(table)) unusual += wrapped("! ", table.name + ": " + anomaly);
  }
  return title("Tables") + printer.text() + unusual;
}

// "… and 12 more rows"
std::string more(std::uint64_t all, std::size_t shown) {
  return all <= shown ? "" : fmt::format("  … and {}\n", more_rows(all - shown));
}

std::string row_lines(const Decision& row) {
  std::string begin = fmt::format("  record {}", human_count(row.record));
  if (row.offset != 0) begin += fmt::format(" (byte {})", human_count(row.offset));
  std::string text = begin + "  " + printable(shown_key(row)) + "\n";
  if (row.target_is_newer) text += "      ! newer in the target\n";
  if (!row.reason.empty()) text += wrapped("      ", row.reason);
  for (const outcome::ColumnChange& change : row.changes)
    text += wrapped("      " + printable(change.column) + ": ", change_text(change));
  return text;
}

std::string row_list(const std::vector<const Decision*>& list, std::size_t shown) {
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, list.size()); ++i) text += row_lines(*list[i]);
  return text;
}

std::string left_out(const ImportOutcome& outcome, Verdict verdict, std::string_view heading) {
  if (count_of(outcome.total, verdict) == 0) return {};
  std::string text = title(fmt::format("{} ({})", heading, rows(count_of(outcome.total, verdict))));
  for (const Cause& cause : causes(outcome, verdict))
    text += wrapped(fmt::format("{} ", verdict_symbol(verdict)), cause.table->name + " — " + cause.name) +
            row_list(cause.rows, kRowsShown) + more(cause.rows.size(), kRowsShown);
  for (const ImportedTable& table : outcome.tables)
    if (const std::size_t listed = sampled(table, verdict).size(); listed < count_of(table.counts, verdict))
      text += wrapped(
          "  ", fmt::format("{}: {} not listed", table.name, more_rows(count_of(table.counts, verdict) - listed)));
  return text;
}

std::string written(const ImportOutcome& outcome, Verdict verdict, std::string_view heading, std::size_t shown) {
  if (count_of(outcome.total, verdict) == 0) return {};
  std::string text = title(fmt::format("{} ({})", heading, rows(count_of(outcome.total, verdict))));
  for (const ImportedTable& table : outcome.tables) {
    const std::uint64_t count = count_of(table.counts, verdict);
    if (count == 0) continue;
    text += wrapped(fmt::format("{} ", verdict_symbol(verdict)), fmt::format("{}: {}", table.name, rows(count)));
    if (verdict == Verdict::kUpdate)
      for (const outcome::ChangedColumn& column : table.details.changed_columns)
        text += wrapped("    ", fmt::format("{} differs in {}", column.name, rows(column.rows)));
    const std::vector<const Decision*> list = sampled(table, verdict);
    text += row_list(list, shown) + (list.empty() ? "" : more(count, std::min(shown, list.size())));
  }
  return text;
}

std::string sentences(std::string_view heading, const std::vector<std::string>& list) {
  if (list.empty()) return {};
  std::string text = title(heading);
  for (const std::string& sentence : list) text += wrapped("- ", sentence);
  return text;
}

std::string command_line(const std::string& command) {
  std::string lines;
  for (std::string_view rest = command; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    lines += "    " + printable(rest.substr(0, end)) + "\n";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

// The worst facts with their remedies, then what to do.
std::string top(const ImportOutcome& outcome) {
  std::string text;
  for (const Fact& fact : facts(outcome)) {
    text += wrapped(fmt::format("{} ", grade_symbol(fact.grade)), fact.text);
    if (!fact.remedy.empty()) text += wrapped("  ", fact.remedy);
    text += command_line(fact.command);
  }
  if (!text.empty()) text += "\n";
  const Judgement value = judgement(outcome);
  if (value == Judgement::kBlocked) return text;
  const bool over = outcome.ending == outcome::Ending::kCommitted || outcome.ending == outcome::Ending::kRolledBack;
  if (over) text += "It was run as:\n" + command_line(import_command(outcome));
  const NextStep next = next_step(outcome);
  if (next.words.empty()) return text;
  text += wrapped("", next.words) + command_line(next.command);
  return text + (over || next.command.empty() ? "" : wrapped("", assumptions(outcome)));
}

}  // namespace

std::string audit_text(const ImportOutcome& outcome) {
  const Judgement value = judgement(outcome);
  return fmt::format("{}\n{}\n", judgement_title(value), std::string(judgement_title(value).size(), '=')) +
         wrapped("", judgement_sentence(outcome)) +
         (plan_sentence(outcome).empty() ? "" : wrapped("", plan_sentence(outcome))) + "\n" + top(outcome) +
         route(outcome) + check_list(outcome) + matrix(outcome) + left_out(outcome, Verdict::kConflict, "Conflicts") +
         left_out(outcome, Verdict::kInvalid, "Invalid rows") +
         written(outcome, Verdict::kUpdate, "Updates", kRowsShown) +
         written(outcome, Verdict::kInsert, "Inserts", kInsertsShown) +
         (outcome.is_undo ? written(outcome, Verdict::kDelete, "Deletes", kInsertsShown) : std::string{}) +
         written(outcome, Verdict::kSkipped, "Skipped", kInsertsShown) +
         sentences("Indirect effects", effect_sentences(outcome)) +
         sentences("Schema differences", outcome.differences) + sentences("Notices", outcome.notices) +
         (outcome.rejects_file.empty() ? "" : wrapped("\nThe rows left out were written to ", outcome.rejects_file)) +
         sentences("What this report does not show", limits(outcome));
}

}  // namespace report
