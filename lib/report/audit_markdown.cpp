#include "report/audit_markdown.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/human.h"
#include "base/terminal.h"
#include "report/commands.h"
#include "report/comparison.h"
#include "report/facts.h"
#include "report/findings.h"
#include "report/wording.h"

namespace report {
namespace {

using base::human_count;
using outcome::Decision;
using outcome::ImportedTable;
using outcome::ImportOutcome;
using outcome::Verdict;

std::size_t longest_run(std::string_view text, char sought) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == sought ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

// A bar would end the cell, and how one is escaped in a code span depends on the bytes before it.
std::string table_cell(std::string_view text) {
  std::string safe;
  for (const char c : text) safe += c == '|' ? std::string("\\x7c") : std::string(1, c);
  return code_span(safe);
}

// A fenced block of one line.
std::string code_block(const std::string& line) {
  const std::string fence(std::max<std::size_t>(3, longest_run(line, '`') + 1), '`');
  return fence + "sh\n" + line + "\n" + fence + "\n";
}

std::string fact(std::string_view name, const std::string& text) {
  return text.empty() ? "" : fmt::format("- {}: {}\n", name, code_span(text));
}

std::string route(const ImportOutcome& outcome) {
  const outcome::FileIdentity& file = outcome.file;
  const outcome::TargetIdentity& target = outcome.target;
  return "\n**From**\n\n" + fact("file", file_name(outcome)) + fact("database", file.source.database) +
         fact("exported", file.exported_at) + fact("SHA-256", file.sha256) +
         fact("last migration", file.last_migration) + "\n**Into**\n\n" + fact("place", target.place) +
         fact("database", target.info.database) + fact("role", target.role) +
         fact("last migration", target.last_migration) + fact("decided at", outcome.decided_at);
}

std::string check_list(const ImportOutcome& outcome) {
  std::string text = "\n### Checks\n\n";
  for (const Check& check : checks(outcome))
    text += fmt::format("- {} **{}** {}\n", grade_symbol(check.grade), check.title, check.detail);
  return text;
}

std::string matrix(const ImportOutcome& outcome) {
  std::string text =
      "\n### Tables\n\n| table | file | before | + insert | ~ update | = same | ! conflict | × invalid | − skipped | "
      "after |\n"
      "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n";
  std::string unusual;
  for (const ImportedTable& table : outcome.tables) {
    const outcome::VerdictCounts& n = table.counts;
    text += "| " + table_cell(table.name) + " |";
    for (const std::uint64_t count : {n.rows, table.details.rows_before, n.insert, n.update, n.unchanged, n.conflict,
                                      n.invalid, n.skipped, rows_after(table)})
      text += " " + human_count(count) + " |";
    text += "\n";
    for (const std::string& anomaly : anomalies(table))
      unusual += "- ! " + code_span(table.name + ": " + anomaly) + "\n";
  }
  return text + (unusual.empty() ? "" : "\n" + unusual);
}

std::string row_item(const Decision& row) {
  std::string text = fmt::format("  - record {} {}", human_count(row.record), code_span(shown_key(row)));
  if (row.target_is_newer) text += " **! newer in the target**";
  if (!row.reason.empty()) text += ": " + code_span(row.reason);
  text += "\n";
  for (const outcome::ColumnChange& change : row.changes)
    text += fmt::format("    - {}: {}\n", code_span(change.column), code_span(change_text(change)));
  return text;
}

std::string row_items(const std::vector<const Decision*>& list, std::uint64_t all, std::size_t shown) {
  const std::size_t listed = std::min(shown, list.size());
  std::string text;
  for (std::size_t i = 0; i < listed; ++i) text += row_item(*list[i]);
  if (all > listed) text += fmt::format("  - … and {}\n", more_rows(all - listed));
  return text;
}

std::string heading(std::string_view title, std::uint64_t count) {
  return fmt::format("\n### {} ({})\n\n", title, rows(count));
}

std::string left_out(const ImportOutcome& outcome, Verdict verdict, std::string_view title, std::size_t shown) {
  if (count_of(outcome.total, verdict) == 0) return {};
  std::string text = heading(title, count_of(outcome.total, verdict));
  for (const Cause& cause : causes(outcome, verdict))
    text += fmt::format("- {} {} {}\n", verdict_symbol(verdict), code_span(cause.table->name), code_span(cause.name)) +
            row_items(cause.rows, cause.rows.size(), shown);
  for (const ImportedTable& table : outcome.tables)
    if (const std::size_t listed = sampled(table, verdict).size(); listed < count_of(table.counts, verdict))
      text += fmt::format("- {}: {} not listed\n", code_span(table.name),
                          more_rows(count_of(table.counts, verdict) - listed));
  return text;
}

std::string written(const ImportOutcome& outcome, Verdict verdict, std::string_view title, std::size_t shown) {
  if (count_of(outcome.total, verdict) == 0) return {};
  std::string text = heading(title, count_of(outcome.total, verdict));
  for (const ImportedTable& table : outcome.tables) {
    const std::uint64_t count = count_of(table.counts, verdict);
    if (count == 0) continue;
    text += fmt::format("- {} {} {}", verdict_symbol(verdict), code_span(table.name), rows(count));
    if (verdict == Verdict::kUpdate)
      for (const outcome::ChangedColumn& column : table.details.changed_columns)
        text += fmt::format(", {} in {}", code_span(column.name), human_count(column.rows));
    const std::vector<const Decision*> list = sampled(table, verdict);
    text += "\n" + (list.empty() ? "" : row_items(list, count, shown));
  }
  return text;
}

std::string sentences(std::string_view title, const std::vector<std::string>& list) {
  if (list.empty()) return {};
  std::string text = fmt::format("\n### {}\n\n", title);
  for (const std::string& sentence : list) text += "- " + code_span(sentence) + "\n";
  return text;
}

std::string top(const ImportOutcome& outcome) {
  std::string text;
  for (const Fact& fact : facts(outcome)) {
    text += fmt::format("- {} {}", grade_symbol(fact.grade), code_span(fact.text));
    if (!fact.command.empty()) text += fmt::format("<br>{} {}", code_span(fact.remedy), code_span(fact.command));
    text += "\n";
  }
  if (!text.empty()) text += "\n";
  if (judgement(outcome) == Judgement::kBlocked) return text;
  const bool over = outcome.ending == outcome::Ending::kCommitted || outcome.ending == outcome::Ending::kRolledBack;
  if (over) text += "It was run as:\n\n" + code_block(import_command(outcome)) + "\n";
  const NextStep next = next_step(outcome);
  if (next.words.empty()) return text;
  text += code_span(next.words) + "\n\n";
  return text + (next.command.empty() ? "" : code_block(next.command) + "\n" + code_span(assumptions(outcome)) + "\n");
}

std::string with_rows(const ImportOutcome& outcome, std::size_t shown) {
  std::string text = fmt::format("## {}\n\n{}\n\n", judgement_title(judgement(outcome)), judgement_sentence(outcome)) +
                     (plan_sentence(outcome).empty() ? "" : code_span(plan_sentence(outcome)) + "\n\n") + top(outcome) +
                     route(outcome) + check_list(outcome) + matrix(outcome) +
                     left_out(outcome, Verdict::kConflict, "Conflicts", shown) +
                     left_out(outcome, Verdict::kInvalid, "Invalid rows", shown) +
                     written(outcome, Verdict::kUpdate, "Updates", shown) +
                     written(outcome, Verdict::kInsert, "Inserts", std::min<std::size_t>(shown, 5)) +
                     (outcome.is_undo ? written(outcome, Verdict::kDelete, "Deletes", shown) : std::string{}) +
                     written(outcome, Verdict::kSkipped, "Skipped", std::min<std::size_t>(shown, 5)) +
                     sentences("Indirect effects", effect_sentences(outcome)) +
                     sentences("Schema differences", outcome.differences) + sentences("Notices", outcome.notices);
  if (!outcome.rejects_file.empty())
    text += "\nThe rows left out were written to " + code_span(outcome.rejects_file) + ".\n";
  text += "\n### What this report does not show\n\n";
  for (const std::string& limit : limits(outcome)) text += "- " + limit + "\n";
  return text;
}

}  // namespace

std::string code_span(std::string_view text) {
  if (text.empty()) return "(empty)";
  const std::string safe = base::printable(text);
  const std::string fence(longest_run(safe, '`') + 1, '`');
  const auto at_edge = [&](char c) { return safe.front() == c || safe.back() == c; };
  const char* const room = at_edge('`') || at_edge(' ') ? " " : "";
  return fence + room + safe + room + fence;
}

std::string audit_markdown(const ImportOutcome& outcome) {
  std::string text;
  for (const std::size_t shown : {20U, 10U, 5U, 2U, 1U, 0U}) {
    text = with_rows(outcome, shown);
    if (text.size() <= kMarkdownBytes) return text;
  }
  // Very many tables or very long names: whole lines from the beginning.
  constexpr std::string_view kCut = "\n**This comment is cut here: the whole does not fit.**\n";
  const std::size_t end = text.rfind('\n', kMarkdownBytes - kCut.size() - 1);
  return (end == std::string::npos ? "" : text.substr(0, end + 1)) + std::string(kCut);
}

}  // namespace report
