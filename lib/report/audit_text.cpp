#include "report/audit_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

#include "base/human.h"
#include "base/table_printer.h"
#include "base/terminal.h"
#include "report/commands.h"
#include "report/facts.h"
#include "report/findings.h"
#include "report/short_report.h"
#include "report/wording.h"

namespace report {
namespace {

using base::Align;
using base::human_count;
using base::printable;
using outcome::ImportedTable;
using outcome::ImportOutcome;

using Lines = std::vector<std::string>;

constexpr int kColumns = 96;
constexpr std::size_t kMostLines = 60;
constexpr std::size_t kFactsShown = 8;
constexpr std::size_t kTablesShown = 10;
constexpr std::size_t kLinesOfAnItem = 3;

// `text` made printable and broken at spaces; the first line begins with `first`, the others with as many spaces. A
// long one ends with "…".
Lines wrapped(std::string_view first, std::string_view text) {
  const std::string safe = printable(text);
  const int indent = base::display_width(first);
  Lines lines = {std::string(first)};
  int column = indent;
  for (std::string_view rest = safe; !rest.empty();) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, space);
    const int width = base::display_width(word);
    if (column > indent && column + 1 + width > kColumns) {
      if (lines.size() == kLinesOfAnItem) {
        lines.back() += " …";
        return lines;
      }
      lines.emplace_back(static_cast<std::size_t>(indent), ' ');
      column = indent;
    } else if (column > indent) {
      lines.back() += ' ';
      ++column;
    }
    lines.back() += word;
    column += width;
    rest.remove_prefix(std::min(space + 1, rest.size()));
  }
  return lines;
}

void add(Lines& lines, const Lines& more) { lines.insert(lines.end(), more.begin(), more.end()); }

// Lines of their own, never broken: to be copied.
Lines command_lines(const std::string& command) {
  Lines lines;
  for (std::string_view rest = command; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    lines.push_back("    " + printable(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

// The file and the target in two lines: SHA-256 tells a report from any other text.
Lines route(const ImportOutcome& outcome) {
  const outcome::FileIdentity& file = outcome.file;
  Lines lines =
      wrapped("File   ", file_name(outcome) + (file.source.database.empty() ? "" : " of " + file.source.database) +
                             (file.exported_at.empty() ? "" : ", exported " + file.exported_at));
  const bool whole = !file.whole_sha256.empty();
  add(lines, wrapped("       ", fmt::format("SHA-256 {} {}", whole ? file.whole_sha256 : file.sha256,
                                            whole         ? "(sha256sum)"
                                            : file.sealed ? "(of what its seal covers)"
                                                          : "(no seal that matches)")));
  add(lines, wrapped("Into   ", outcome.target.place +
                                    (outcome.decided_at.empty() ? "" : ", as it was at " + outcome.decided_at)));
  return lines;
}

Lines top(const ImportOutcome& outcome) {
  const std::string title(judgement_title(judgement(outcome)));
  Lines lines = {title, std::string(title.size(), '=')};
  add(lines, wrapped("", judgement_sentence(outcome)));
  if (!plan_sentence(outcome).empty()) add(lines, wrapped("", plan_sentence(outcome)));
  add(lines, route(outcome));
  const std::vector<Fact> all = facts(outcome);
  if (!all.empty()) lines.emplace_back();
  bool any_option = false;
  for (std::size_t i = 0; i < std::min(kFactsShown, all.size()); ++i) {
    const Fact& fact = all[i];
    add(lines, wrapped(fmt::format("{} ", grade_symbol(fact.grade)), fact.text));
    any_option = any_option || !fact.option.empty();
    if (!fact.option.empty()) {
      add(lines, wrapped("  ", fact.remedy + " " + fact.option));
    } else if (!fact.command.empty()) {
      add(lines, wrapped("  ", fact.remedy));
      add(lines, command_lines(fact.command));
    }
  }
  if (all.size() > kFactsShown) lines.push_back(fmt::format("  … and {} more", all.size() - kFactsShown));
  if (any_option) {
    lines.emplace_back("To try one of these options:");
    add(lines, command_lines(try_command(outcome, "OPTION")));
  }
  return lines;
}

Lines next(const ImportOutcome& outcome) {
  if (judgement(outcome) == Judgement::kBlocked) return {};  // the facts say what takes the block away
  Lines lines;
  const NextStep step = next_step(outcome);
  if (step.words.empty()) return lines;
  add(lines, wrapped("", step.words));
  add(lines, command_lines(step.command));
  const bool over = outcome.ending == outcome::Ending::kCommitted || outcome.ending == outcome::Ending::kRolledBack;
  if (!over && !step.command.empty() && !assumptions(outcome).empty()) add(lines, wrapped("", assumptions(outcome)));
  return lines;
}

Lines lines_of(const std::string& text) {
  Lines lines;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

std::vector<std::string> cells(const std::string& name, const outcome::VerdictCounts& counts,
                               std::span<const outcome::Verdict> verdicts) {
  std::vector<std::string> all = {name, human_count(counts.rows)};
  for (const outcome::Verdict verdict : verdicts) all.push_back(human_count(counts.of(verdict)));
  return all;
}

// The totals first, then the tables that change.
Lines matrix(const ImportOutcome& outcome) {
  std::vector<base::Header> headers = {{"table"}, {"file", Align::kRight}};
  const std::span<const outcome::Verdict> verdicts = told_verdicts(outcome);
  for (const outcome::Verdict verdict : verdicts)
    headers.push_back({fmt::format("{}{}", verdict_symbol(verdict), outcome::verdict_name(verdict)), Align::kRight});
  base::TablePrinter printer(headers);
  printer.add_row(cells("total", outcome.total, verdicts));
  std::vector<const ImportedTable*> changed;
  Lines unusual;
  for (const ImportedTable& table : outcome.tables) {
    if (table.counts.unchanged != table.counts.judged() || !table.taken) changed.push_back(&table);
    for (const std::string& anomaly : anomalies(table)) add(unusual, wrapped("! ", table.name + ": " + anomaly));
  }
  for (std::size_t i = 0; i < std::min(kTablesShown, changed.size()); ++i)
    printer.add_row(cells(changed[i]->name, changed[i]->counts, verdicts));
  Lines lines = lines_of(printer.text());
  if (changed.size() > kTablesShown)
    lines.push_back(
        fmt::format("… and {} more that change", counted(changed.size() - kTablesShown, "table", "tables")));
  if (const std::size_t calm = outcome.tables.size() - changed.size(); calm != 0)
    lines.push_back(fmt::format("{} as they are", counted(calm, "more table stays", "more tables stay")));
  unusual.resize(std::min<std::size_t>(unusual.size(), 3));
  add(lines, unusual);
  return lines;
}

Lines not_passed(const ImportOutcome& outcome) {
  Lines lines;
  for (const Check& check : checks(outcome))
    if (check.grade >= Grade::kWarning) lines.push_back(check.title + ": " + check.detail);
  return lines;
}

// A section of `items`, as far as it fits: at most `most` lines beside its title, and none where there is no room.
void add_section(Lines& page, std::string_view title, const Lines& items, std::size_t most) {
  constexpr std::size_t kLinesAround = 3;  // an empty one, the title, and what ends the report
  if (items.empty() || page.size() + kLinesAround + 1 > kMostLines) return;
  const std::size_t room = std::min(most, kMostLines - kLinesAround - page.size());
  Lines lines;
  std::size_t shown = 0;
  for (; shown < items.size(); ++shown) {
    const Lines item = wrapped("- ", items[shown]);
    const bool last = shown + 1 == items.size();
    if (lines.size() + item.size() + (last ? 0 : 1) > room) break;
    add(lines, item);
  }
  if (shown == 0) return;
  if (shown < items.size()) lines.push_back(fmt::format("  … and {} more", human_count(items.size() - shown)));
  page.emplace_back();
  page.emplace_back(title);
  add(page, lines);
}

}  // namespace

std::string audit_text(const ImportOutcome& outcome) {
  Lines page = top(outcome);
  const Lines step = next(outcome);
  if (!step.empty()) page.emplace_back();
  add(page, step);
  page.emplace_back();
  add(page, matrix(outcome));
  if (page.size() > kMostLines - 1) page.resize(kMostLines - 1);
  add_section(page, "Left out", cause_lines(outcome), 6);
  add_section(page, "Updates", changed_lines(outcome), 8);
  add_section(page, "Inserts", inserted_lines(outcome), 6);
  add_section(page, "Rows left out", left_out_lines(outcome, 1), 10);
  add_section(page, "Updated rows", update_lines(outcome, 4), 14);
  add_section(page, "Inserted rows", insert_lines(outcome, 2), 10);
  add_section(page, "Deleted rows", delete_lines(outcome, 4), 10);
  add_section(page, "Rows of the base that the target has not: kept away", gone_lines(outcome, 6), 10);
  add_section(page, "Indirect effects", effect_sentences(outcome), 6);
  add_section(page, "Schema differences", outcome.differences, 5);
  add_section(page, "Notices", outcome.notices, 6);
  add_section(page, "Checks that did not pass", not_passed(outcome), 10);
  page.emplace_back("A report in .html shows samples of all this, one in .json every row.");
  std::string text;
  for (const std::string& line : page) text += line + "\n";
  return text;
}

}  // namespace report
