#include "report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>

#include "base/human.h"
#include "base/table_printer.h"
#include "report/commands.h"
#include "report/facts.h"
#include "report/findings.h"
#include "report/wording.h"

namespace report {
namespace {

using base::Align;
using base::Color;
using base::Header;
using base::human_count;
using base::printable;

constexpr std::size_t kCausesShown = 18;  // as many lines as leave room for the table on a screen
constexpr std::size_t kRowsShownOfACause = 3;

std::string notices_text(const std::vector<std::string>& notices, Color color) {
  std::string text;
  for (const std::string& notice : notices) text += base::yellow("note:", color) + " " + printable(notice) + "\n";
  return text;
}

// "Left out, as ledgers of migrations: knex_migrations (Knex) …"; nothing where there are none.
std::string ledgers_text(const std::vector<outcome::LeftOutLedger>& ledgers) {
  if (ledgers.empty()) return {};
  std::vector<std::string> names;
  for (const outcome::LeftOutLedger& ledger : ledgers) names.push_back(ledger.name + " (" + ledger.tool + ")");
  return fmt::format("Left out, as {} of migrations: {}; -t with the full name takes one along\n",
                     ledgers.size() == 1 ? "a ledger" : "ledgers", printable(joined(names)));
}

// "in a cycle with a, b": tables that refer to each other have the same component.
std::string remarks(const outcome::ListedTable& table, const std::vector<outcome::ListedTable>& tables) {
  std::vector<std::string> remarks;
  if (table.audit) remarks.emplace_back("audit");
  if (table.refers_to_itself) remarks.emplace_back("refers to itself");
  std::vector<std::string> cycle;
  for (const outcome::ListedTable& other : tables)
    if (other.component == table.component && other.name != table.name && other.ledger.empty())
      cycle.push_back(other.name);
  if (!cycle.empty()) remarks.push_back("in a cycle with " + joined(cycle));
  return joined(remarks);
}

std::vector<std::string> verdict_row(const std::string& name, const outcome::VerdictCounts& counts,
                                     std::span<const outcome::Verdict> verdicts) {
  std::vector<std::string> cells = {name, human_count(counts.rows)};
  for (const outcome::Verdict verdict : verdicts) cells.push_back(human_count(counts.of(verdict)));
  return cells;
}

// Whether all rows of the file are in the target as they are, or there are none.
bool is_untouched(const outcome::ImportedTable& table) {
  return table.counts.unchanged == table.counts.judged() && table.taken;
}

// Tables without any change are told in one line, where there are others.
std::string verdict_table(const outcome::ImportOutcome& outcome) {
  std::vector<Header> headers = {{"table"}, {"rows", Align::kRight}};
  const std::span<const outcome::Verdict> verdicts = told_verdicts(outcome);
  for (const outcome::Verdict verdict : verdicts)
    headers.push_back({std::string(outcome::verdict_name(verdict)), Align::kRight});
  base::TablePrinter printer(headers);
  std::vector<std::string> untouched;
  std::uint64_t untouched_rows = 0;
  for (const outcome::ImportedTable& table : outcome.tables) {
    if (!is_untouched(table)) {
      printer.add_row(verdict_row(table.name, table.counts, verdicts));
      continue;
    }
    untouched.push_back(table.name);
    untouched_rows += table.counts.rows;
  }
  printer.add_row(verdict_row("total", outcome.total, verdicts));
  std::string text = printer.text();
  if (untouched.empty() || (outcome.is_undo && untouched_rows == 0)) return text;
  constexpr std::size_t kNamed = 8;
  const std::size_t more = untouched.size() > kNamed ? untouched.size() - kNamed : 0;
  untouched.resize(std::min(untouched.size(), kNamed));
  return text + fmt::format("Unchanged: {} in {} ({}{})\n", rows(untouched_rows),
                            counted(untouched.size() + more, "table", "tables"), printable(joined(untouched)),
                            more == 0 ? "" : fmt::format(" and {} more", more));
}

// " (byte 4,711)": where the record begins; nothing where that is not known.
std::string byte_remark(const outcome::Decision& row) {
  return row.offset == 0 ? "" : fmt::format(" (byte {})", human_count(row.offset));
}

std::string left_out_row(const outcome::ImportedTable& table, const outcome::Decision& row, Color color) {
  return fmt::format("{} {}{} {}: {}: {}\n", printable(table.name), place_of(row), byte_remark(row), printable(row.key),
                     base::yellow(outcome::verdict_name(row.verdict), color),
                     printable(row.reason + three_values(row)));
}

// What is as the target has it, and not as the file has it. Of rows that the target has no more nobody can tell whether
// they ever came there: they are named.
std::string kept_text(const outcome::ImportOutcome& outcome) {
  constexpr std::size_t kNamed = 5;  // of a table
  std::string text;
  if (outcome.total.kept != 0) {
    std::vector<std::string> tables;
    for (const outcome::ImportedTable& table : outcome.tables)
      if (table.counts.kept != 0) tables.push_back(table.name + " " + human_count(table.counts.kept));
    text += fmt::format(
        "Kept: {} as the target has it, where the file changed nothing since the base: changed there since, or left "
        "out by an import ({})\n",
        rows(outcome.total.kept), printable(joined(tables)));
  }
  for (const outcome::ImportedTable& table : outcome.tables) {
    for (std::size_t i = 0; i < std::min(kNamed, table.gone.size()); ++i)
      text += fmt::format("Kept away: {} {} {}: {}\n", printable(table.name), place_of(table.gone[i]),
                          printable(table.gone[i].key), printable(table.gone[i].reason));
    if (table.counts.gone > kNamed)
      text += fmt::format("Kept away: … and {} of {}\n", more_rows(table.counts.gone - kNamed), printable(table.name));
  }
  return text;
}

// The first rows of a cause, and how many it has beside them.
std::string cause_rows(const Cause& cause, std::size_t most, Color color) {
  std::string text;
  const std::size_t shown = std::min(most, cause.rows.size());
  for (std::size_t i = 0; i < shown; ++i) text += left_out_row(*cause.table, *cause.rows[i], color);
  if (cause.total <= shown) return text;
  return text + fmt::format("{}: … and {} more for {}\n", printable(cause.table->name),
                            human_count(cause.total - shown),
                            cause.name.empty() ? "other causes" : printable(cause.name));
}

std::string left_out_rows(const outcome::ImportOutcome& outcome, Color color) {
  std::string text;
  std::vector<Cause> all = causes(outcome, outcome::Verdict::kConflict);
  const std::vector<Cause> invalid = causes(outcome, outcome::Verdict::kInvalid);
  all.insert(all.end(), invalid.begin(), invalid.end());
  const std::size_t shown = std::min(kCausesShown, all.size());
  const std::size_t each =
      std::clamp<std::size_t>(kCausesShown / std::max<std::size_t>(shown, 1), 1, kRowsShownOfACause);
  for (std::size_t i = 0; i < shown; ++i) text += cause_rows(all[i], each, color);
  std::uint64_t more = 0;
  for (std::size_t i = shown; i < all.size(); ++i) more += all[i].total;
  if (more != 0)
    text += fmt::format("… and {} for {}\n", more_rows(more), counted(all.size() - shown, "more cause", "more causes"));
  return text;
}

std::string sentence(const outcome::ImportOutcome& outcome, Color color) {
  const std::string text = outcome_sentence(outcome);
  if (outcome.ending == outcome::Ending::kRolledBack) return base::red(text, color) + "\n";
  return (outcome.total.left_out() != 0 ? base::yellow(text, color) : base::green(text, color)) + "\n";
}

// What takes this import back, and what becomes of the file.
std::string undo_text(const outcome::ImportOutcome& outcome) {
  if (outcome.is_undo && outcome.total.rows != 0 && outcome.total.to_write() == 0 && outcome.total.left_out() == 0)
    return "Nothing is left to take back: every row is as it was before the import.\n";
  if (outcome.undo_file.empty() || outcome.ending != outcome::Ending::kCommitted) return {};
  return fmt::format(
      "{} holds the rows as they were, secrets unmasked, readable by you alone (mode 0600): remove it when nobody will "
      "want them back. To take this import back:\n  {}\n",
      printable(outcome.undo_file), printable(undo_command(outcome)));
}

// "From exports/a.json (database app_dev, exported at 2025-01-15T10:30:00Z)", "into …" on the next line.
std::string route(const outcome::ImportOutcome& outcome) {
  std::string text = fmt::format("From {}", printable(file_name(outcome)));
  if (!outcome.file.source.database.empty()) {
    text += fmt::format(" ({}database {}", outcome.is_undo ? "what takes back an import into " : "",
                        printable(outcome.file.source.database));
    if (!outcome.file.exported_at.empty())
      text += fmt::format(", {} at {}", outcome.is_undo ? "kept" : "exported", printable(outcome.file.exported_at));
    text += ")";
  }
  if (!outcome.target.place.empty()) text += fmt::format("\ninto {}", printable(outcome.target.place));
  return text + "\n";
}

// The facts that every report has at its top, without their remedies.
std::string warnings_text(const outcome::ImportOutcome& outcome, Color color) {
  std::string text;
  for (const Fact& fact : facts(outcome))
    text += (fact.grade == Grade::kBad ? base::red("blocked:", color) : base::yellow("warning:", color)) + " " +
            printable(fact.text) + "\n";
  return text;
}

std::string next_step_text(const outcome::ImportOutcome& outcome) {
  const NextStep next = next_step(outcome);
  if (next.words.empty()) return {};
  std::string text = printable(next.words) + "\n";
  for (std::string_view rest = next.command; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    text += "  " + printable(rest.substr(0, end)) + "\n";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return text;
}

// For --quiet, which shows no command: where the rejects are.
std::string rejects_sentence(const outcome::ImportOutcome& outcome) {
  if (outcome.rejects_file.empty()) return {};
  return fmt::format("The rows left out are in {}, with their reasons, to be mended and imported.\n",
                     printable(outcome.rejects_file));
}

// Bytes a second; empty where the time is too short to tell.
std::string rate(std::uint64_t bytes, std::chrono::nanoseconds duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  if (seconds < 0.001) return {};
  return fmt::format(" ({}/s)", base::human_bytes(static_cast<std::uint64_t>(static_cast<double>(bytes) / seconds)));
}

}  // namespace

std::string tables_text(const std::vector<outcome::ListedTable>& tables) {
  base::TablePrinter printer({{"#", Align::kRight}, {"table"}, {"refers to"}, {"remarks"}});
  std::size_t position = 0;
  std::vector<outcome::LeftOutLedger> ledgers;
  for (const outcome::ListedTable& table : tables) {
    if (table.ledger.empty()) {
      printer.add_row({std::to_string(++position), table.name, joined(table.parents), remarks(table, tables)});
    } else {
      ledgers.push_back({table.name, table.ledger});
    }
  }
  const std::string left_out = ledgers_text(ledgers);
  return printer.text() + (left_out.empty() ? "" : "\n" + left_out);
}

std::string export_text(const outcome::ExportOutcome& outcome, Color color) {
  base::TablePrinter printer({{"table"}, {"rows", Align::kRight}, {"bytes", Align::kRight}});
  for (const outcome::ExportedTable& table : outcome.tables)
    printer.add_row({table.name, human_count(table.rows), human_count(table.bytes)});
  printer.add_row({"total", human_count(outcome.rows), human_count(outcome.bytes)});

  std::string text = printer.text() + "\n";
  if (!outcome.skipped.empty())
    text += fmt::format("Left out by --skip-audit: {}\n", printable(joined(outcome.skipped)));
  text += ledgers_text(outcome.ledgers);
  text += notices_text(outcome.notices, color);
  text += base::green(fmt::format("Exported {} of {}, {} in {}{}.", rows(outcome.rows),
                                  counted(outcome.tables.size(), "table", "tables"), base::human_bytes(outcome.bytes),
                                  base::human_duration(outcome.duration), rate(outcome.bytes, outcome.duration)),
                      color) +
          "\n";
  if (outcome.path == "-") {
    text += "Written to standard output.\n";
  } else {
    text += fmt::format("Written to {}, readable by you alone (mode 0600): it holds the rows as they are.\n",
                        printable(outcome.path));
  }
  text += fmt::format("Seal: SHA-256 {} of every byte before the seal.\n", printable(outcome.sha256));
  return text;
}

// Details first: what matters most comes last, where a terminal shows it.
std::string import_text(const outcome::ImportOutcome& outcome, Color color) {
  std::string text = route(outcome) + "\n";
  const std::string left_out = left_out_rows(outcome, color);
  if (!left_out.empty()) text += left_out + "\n";
  text += notices_text(outcome.differences, color) + notices_text(outcome.notices, color);
  if (!outcome.file.sealed) text += base::yellow("warning:", color) + fmt::format(" {}\n", unsealed_warning());
  text += warnings_text(outcome, color) + "\n" + verdict_table(outcome) + kept_text(outcome) + "\n";
  const std::string plan = plan_sentence(outcome);
  return text + sentence(outcome, color) + (plan.empty() ? "" : printable(plan) + ".\n") +
         fmt::format("Took {}.\n", base::human_duration(outcome.duration)) + undo_text(outcome) +
         next_step_text(outcome);
}

std::string left_out_text(const outcome::ImportOutcome& outcome, Color color) {
  if (outcome.total.left_out() == 0) return {};
  return left_out_rows(outcome, color) + sentence(outcome, color) + rejects_sentence(outcome);
}

}  // namespace report
