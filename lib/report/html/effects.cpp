// What an import sets off, and what a report leaves open; declared in sections.h.
#include <fmt/format.h>

#include "report/html/sections.h"
#include "report/html_text.h"
#include "report/wording.h"

namespace report {
namespace {

using outcome::ImportedTable;

std::string list(std::string_view title, const std::vector<std::string>& sentences) {
  if (sentences.empty()) return {};
  std::string html = fmt::format("<h3>{}</h3>\n<ul>\n", title);
  for (const std::string& sentence : sentences) html += "<li>" + html_data(sentence) + "</li>\n";
  return html + "</ul>\n";
}

}  // namespace

std::string effects_section(const outcome::ImportOutcome& outcome) {
  std::vector<std::string> triggers;
  std::vector<std::string> cascades;
  std::vector<std::string> sequences;
  std::vector<std::string> outside;
  std::vector<std::string> audit;
  for (const ImportedTable& table : outcome.tables) {
    const outcome::TableEffects& effects = table.effects;
    for (const auto& trigger : effects.triggers) triggers.push_back(trigger_sentence(table, trigger));
    for (const auto& cascade : effects.cascades) cascades.push_back(cascade_sentence(table, cascade));
    for (const auto& change : effects.sequences) sequences.push_back(sequence_sentence(change));
    for (const auto& reference : effects.outside_references) outside.push_back(outside_sentence(table, reference));
    if (table.audit && !table.taken)
      audit.push_back(fmt::format("{}: {} of the file skipped", table.name, rows(table.counts.skipped)));
  }
  const std::string lists = list("Triggers", triggers) + list("Cascades", cascades) + list("Sequences", sequences) +
                            list("References out of the import", outside) + list("Audit tables", audit) +
                            list("Notices", outcome.notices);
  return section_begin(Topic::kEffects, "Indirect effects") +
         (lists.empty() ? "<p class=\"remark\">None.</p>\n" : lists) + "</section>\n";
}

std::string closing_sections(const outcome::ImportOutcome& outcome) {
  const std::string differences = list("File and target", outcome.differences);
  std::string html = section_begin(Topic::kDifferences, "Schema differences") +
                     (differences.empty() ? "<p class=\"remark\">None.</p>\n" : differences) + "</section>\n" +
                     section_begin(Topic::kLimits, "What this report does not show") + "<ul>\n";
  for (const std::string& limit : limits(outcome)) html += "<li>" + html_plain(limit) + "</li>\n";
  return html + "</ul>\n</section>\n";
}

}  // namespace report
