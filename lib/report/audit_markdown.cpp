#include "report/audit_markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/human.h"
#include "base/terminal.h"
#include "report/commands.h"
#include "report/facts.h"
#include "report/findings.h"
#include "report/short_report.h"
#include "report/wording.h"

namespace report {
namespace {

using base::human_count;
using outcome::ImportedTable;
using outcome::ImportOutcome;

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

// A fenced block of lines.
std::string code_block(const std::string& lines) {
  std::string safe;
  for (std::string_view rest = lines; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    safe += base::printable(rest.substr(0, end)) + "\n";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const std::string fence(std::max<std::size_t>(3, longest_run(safe, '`') + 1), '`');
  return fence + "sh\n" + safe + fence + "\n";
}

std::string fact(std::string_view name, const std::string& text) {
  return text.empty() ? "" : fmt::format("- {}: {}\n", name, code_span(text));
}

// `title` is of our own words; what is folded needs an empty line before it to be Markdown again.
std::string folded(std::string_view title, const std::string& content) {
  if (content.empty()) return {};
  return fmt::format("\n<details><summary>{}</summary>\n\n{}\n</details>\n", title, content);
}

std::string items(const std::vector<std::string>& lines, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, lines.size()); ++i) text += "- " + code_span(lines[i]) + "\n";
  if (lines.size() > most) text += fmt::format("- … and {} more\n", human_count(lines.size() - most));
  return text;
}

std::string route(const ImportOutcome& outcome) {
  const outcome::FileIdentity& file = outcome.file;
  const outcome::TargetIdentity& target = outcome.target;
  return "\n**From**\n\n" + fact("file", file_name(outcome)) + fact("sha256sum", file.whole_sha256) +
         fact("SHA-256 of what the seal covers", file.sha256) + fact("database", file.source.database) +
         fact("host", file.source.host) + fact("exported", file.exported_at) +
         fact("last migration", file.last_migration) + "\n**Into**\n\n" + fact("place", target.place) +
         fact("database", target.info.database) + fact("system", target.info.system_identifier) +
         fact("role", target.role) + fact("last migration", target.last_migration) +
         fact("decided at", outcome.decided_at) + fact("run by", outcome.ran_by);
}

std::string check_list(const ImportOutcome& outcome) {
  std::string text;
  for (const Check& check : checks(outcome))
    text += fmt::format(
        "- {} **{}** {}\n", grade_symbol(check.grade), check.title,
        check.topic == Topic::kLimits && check.grade == Grade::kBad ? code_span(check.detail) : check.detail);
  return text;
}

std::string matrix_row(const std::string& name, const outcome::VerdictCounts& counts,
                       std::span<const outcome::Verdict> verdicts, const std::string& before,
                       const std::string& after) {
  std::string text = "| " + name + " | " + human_count(counts.rows) + " |";
  for (const outcome::Verdict verdict : verdicts) text += " " + human_count(counts.of(verdict)) + " |";
  return text + " " + before + " | " + after + " |\n";
}

// The totals first; tables that stay as they are are only counted.
std::string matrix(const ImportOutcome& outcome) {
  std::string text = "\n### Tables\n\n| table | file |";
  std::string line = "|---|--:|";
  const std::span<const outcome::Verdict> verdicts = told_verdicts(outcome);
  for (const outcome::Verdict verdict : verdicts) {
    text += fmt::format(" {} {} |", verdict_symbol(verdict), outcome::verdict_name(verdict));
    line += "--:|";
  }
  text += " before | after |\n" + line + "--:|--:|\n" + matrix_row("**total**", outcome.total, verdicts, "", "");
  std::string unusual;
  std::size_t calm = 0;
  for (const ImportedTable& table : outcome.tables) {
    for (const std::string& anomaly : anomalies(table))
      unusual += "- ! " + code_span(table.name + ": " + anomaly) + "\n";
    if (table.taken && table.counts.unchanged == table.counts.judged()) {
      ++calm;
      continue;
    }
    text += matrix_row(table_cell(table.name), table.counts, verdicts, human_count(table.effects.rows_before),
                       human_count(rows_after(table)));
  }
  if (calm != 0) text += fmt::format("\n{} as they are.\n", counted(calm, "more table stays", "more tables stay"));
  return text + (unusual.empty() ? "" : "\n" + unusual);
}

std::string top(const ImportOutcome& outcome) {
  std::string text;
  for (const Fact& fact : facts(outcome)) {
    text += fmt::format("- {} {}\n", grade_symbol(fact.grade), code_span(fact.text));
    if (!fact.option.empty()) text += fmt::format("  - {}\n", code_span(fact.remedy + " " + fact.option));
  }
  if (!text.empty()) text += "\n";
  const NextStep next = next_step(outcome);
  if (next.words.empty()) return text;
  text += code_span(next.words) + "\n\n";
  return text + (next.command.empty() ? "" : code_block(next.command));
}

std::string title(std::string_view words, std::uint64_t count) { return fmt::format("{} ({})", words, rows(count)); }

std::string with_rows(const ImportOutcome& outcome, std::size_t shown) {
  std::string text =
      fmt::format("## {}\n\n{}\n\n", judgement_title(judgement(outcome)), code_span(judgement_sentence(outcome))) +
      (plan_sentence(outcome).empty() ? "" : code_span(plan_sentence(outcome)) + "\n\n") + "SHA-256 of the file: " +
      code_span(outcome.file.whole_sha256.empty() ? outcome.file.sha256 : outcome.file.whole_sha256) + "\n\n" +
      top(outcome) + matrix(outcome);
  text +=
      folded(title("Rows left out", outcome.total.left_out()),
             items(cause_lines(outcome), 50) + items(left_out_lines(outcome, std::min<std::size_t>(shown, 5)), 200));
  text += folded(title("Updates", outcome.total.update),
                 items(changed_lines(outcome), 100) + items(update_lines(outcome, shown), 200));
  text += folded(title("Inserts", outcome.total.insert),
                 items(inserted_lines(outcome), 100) + items(insert_lines(outcome, shown), 200));
  if (outcome.may_delete())
    text += folded(title("Deletes", outcome.total.deleted), items(delete_lines(outcome, shown), 200));
  if (outcome.total.gone != 0)
    text += folded(title("Rows of the base that the target has not: kept away", outcome.total.gone),
                   items(gone_lines(outcome, shown), 200));
  text += folded("Indirect effects", items(effect_sentences(outcome), 50));
  text += folded("Schema differences", items(outcome.differences, 50));
  text += folded("Notices", items(outcome.notices, 50));
  text += folded("File and target", route(outcome));
  text += folded("Checks", check_list(outcome));
  if (!outcome.rejects_file.empty())
    text += "\nThe rows left out were written to " + code_span(outcome.rejects_file) + ".\n";
  return text + folded("What this report does not show", items(limits(outcome), 50));
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
  for (const std::size_t shown : {10U, 5U, 2U, 1U, 0U}) {
    text = with_rows(outcome, shown);
    if (text.size() <= kMarkdownBytes) return text;
  }
  // Very many tables or very long names: whole lines from the beginning.
  constexpr std::string_view kCut = "\n**This comment is cut here: the whole does not fit.**\n";
  const std::size_t end = text.rfind('\n', kMarkdownBytes - kCut.size() - 1);
  return (end == std::string::npos ? "" : text.substr(0, end + 1)) + std::string(kCut);
}

}  // namespace report
