#include "report/html/page.h"

#include <fmt/format.h>

#include <vector>

#include "base/human.h"
#include "report/commands.h"
#include "report/facts.h"
#include "report/html/sections.h"
#include "report/html_text.h"
#include "report/wording.h"

namespace report {
namespace {

using outcome::ImportOutcome;

std::string title_of(const ImportOutcome& outcome) {
  return fmt::format("{}: {} into {}", judgement_title(judgement(outcome)), html_plain(source_name(outcome)),
                     html_plain(target_name(outcome)));
}

std::string_view banner_symbol(Judgement value) {
  switch (value) {
    case Judgement::kReady:
    case Judgement::kDone:
      return grade_symbol(Grade::kGood);
    case Judgement::kReadyWithWarnings:
    case Judgement::kDoneRowsLeftOut:
      return grade_symbol(Grade::kWarning);
    case Judgement::kBlocked:
    case Judgement::kRolledBack:
      break;
  }
  return grade_symbol(Grade::kBad);
}

std::string_view banner_class(Judgement value) {
  if (banner_symbol(value) == grade_symbol(Grade::kGood)) return "passed";
  return banner_symbol(value) == grade_symbol(Grade::kWarning) ? "warning" : "failed";
}

std::string_view kind_of_report(outcome::Ending ending) {
  switch (ending) {
    case outcome::Ending::kDryRun:
      return "Dry run of an import";
    case outcome::Ending::kRehearsed:
      return "Rehearsal of an import";
    case outcome::Ending::kCommitted:
    case outcome::Ending::kRolledBack:
      break;
  }
  return "Result of an import";
}

std::string plan_line(const ImportOutcome& outcome) {
  const std::string sentence = plan_sentence(outcome);
  return sentence.empty() ? "" : "<p class=\"plan\"><b>" + html_plain(sentence) + "</b></p>\n";
}

bool is_over(Judgement value) {
  return value == Judgement::kDone || value == Judgement::kDoneRowsLeftOut || value == Judgement::kRolledBack;
}

std::string command_html(const std::string& command) {
  return command.empty() ? "" : "<pre class=\"command\"><code>" + html_marked(command) + "</code></pre>\n";
}

std::string fact_list(const ImportOutcome& outcome) {
  const std::vector<Fact> all = facts(outcome);
  if (all.empty()) return {};
  std::string html = "<ul class=\"facts\">\n";
  for (const Fact& fact : all) {
    html += fmt::format(
        "<li class=\"g-{0}\"><span class=\"sign\" aria-hidden=\"true\">{1}</span><div><p>"
        "<span class=\"hidden\">({0})</span> {2} <a href=\"#{3}\">look<span class=\"hidden\"> at {3}</span></a></p>\n",
        grade_word(fact.grade), grade_symbol(fact.grade), html_data(fact.text), anchor(fact.topic));
    if (!fact.remedy.empty()) html += "<p class=\"remark\">" + html_data(fact.remedy) + "</p>\n";
    html += command_html(fact.command) + "</div></li>\n";
  }
  return html + "</ul>\n";
}

// What was done, or what to do: never the command to apply where it would be in vain.
std::string banner_command(const ImportOutcome& outcome, Judgement value) {
  if (value == Judgement::kBlocked) return {};  // the first facts say what takes the block away
  const bool over = is_over(value);
  std::string html;
  if (over) html += "<p class=\"label\">It was run as:</p>\n" + command_html(import_command(outcome));
  const NextStep next = next_step(outcome);
  if (next.words.empty()) return html;
  html += "<p class=\"label\">" + html_data(next.words) + "</p>\n" + command_html(next.command);
  if (!over && !next.command.empty() && !assumptions(outcome).empty())
    html += "<p class=\"remark\">" + html_data(assumptions(outcome)) + "</p>\n";
  return html;
}

std::string banner(const ImportOutcome& outcome) {
  const Judgement value = judgement(outcome);
  std::string html = fmt::format(
      "<header class=\"banner g-{}\">\n<p class=\"kind\">{}</p>\n"
      "<h1><span class=\"big\" aria-hidden=\"true\">{}</span> {}</h1>\n<p class=\"lead\">{}</p>\n{}",
      banner_class(value), kind_of_report(outcome.ending), banner_symbol(value), judgement_title(value),
      html_plain(judgement_sentence(outcome)), plan_line(outcome));
  html += fact_list(outcome) + banner_command(outcome, value);
  if (!outcome.rejects_file.empty() && !is_over(value))
    html += "<p>The rows left out were written to " + html_code(outcome.rejects_file) +
            ", to be mended and imported.</p>\n";
  return html + "</header>\n";
}

std::string navigation(const ImportOutcome& outcome) {
  struct Link {
    std::string_view target;
    std::string_view title;
    std::uint64_t count;
  };
  const outcome::VerdictCounts& total = outcome.total;
  std::string html = "<nav aria-label=\"Sections\"><a href=\"#checks\">Checks</a> <a href=\"#tables\">Tables</a>";
  std::vector<Link> links = {{"conflicts", "Conflicts", total.conflict},
                             {"invalid", "Invalid", total.invalid},
                             {"updates", "Updates", total.update},
                             {"inserts", "Inserts", total.insert}};
  if (outcome.may_delete()) links.push_back({"deletes", "Deletes", total.deleted});
  links.push_back({"skipped", "Skipped", total.skipped});
  if (outcome.base || total.kept + total.gone > 0) links.push_back({"kept", "Kept", total.kept + total.gone});
  for (const Link& link : links)
    html += fmt::format(" <a href=\"#{}\">{} <b>{}</b></a>", link.target, link.title, base::human_count(link.count));
  return html +
         " <a href=\"#effects\">Effects</a> <a href=\"#differences\">Schema</a> <a href=\"#limits\">Limits</a></nav>\n";
}

std::string checks_section(const ImportOutcome& outcome) {
  std::string html = "<section id=\"checks\"><h2>Checks</h2>\n<ul class=\"checks\">\n";
  for (const Check& check : checks(outcome))
    html += fmt::format(
        "<li class=\"g-{0}\"><span class=\"sign\" aria-hidden=\"true\">{1}</span><span><a href=\"#{2}\">{3}</a> "
        "<span class=\"hidden\">({0})</span> {4}</span></li>\n",
        grade_word(check.grade), grade_symbol(check.grade), anchor(check.topic), check.title, html_plain(check.detail));
  return html + "</ul>\n</section>\n";
}

// Shown by the script, because nothing in it works without.
std::string filter(const ImportOutcome& outcome) {
  std::string html =
      "<form id=\"filter\" role=\"search\" hidden><b>Rows</b>\n<label>Verdict <select id=\"by-verdict\">"
      "<option value=\"\">all</option>";
  for (const outcome::Verdict verdict : told_verdicts(outcome))
    if (verdict != outcome::Verdict::kUnchanged)
      html += fmt::format("<option value=\"{0}\">{1} {0}</option>", outcome::verdict_name(verdict),
                          verdict_symbol(verdict));
  html += "</select></label>\n<label>Table <select id=\"by-table\"><option value=\"\">all</option>";
  for (std::size_t i = 0; i < outcome.tables.size(); ++i)
    html += fmt::format("<option value=\"{}\">{}</option>", i, html_plain(outcome.tables[i].name));
  return html +
         "</select></label>\n<label>Text <input id=\"by-text\" type=\"search\" autocomplete=\"off\"></label>\n"
         "<button type=\"reset\">Show all</button> <output id=\"shown\"></output></form>\n";
}

}  // namespace

std::string page_head(const std::string& title) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; script-src {}; "
      "img-src data:; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>{}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>{}</style>\n</head>\n",
      csp_hash(audit_style()), csp_hash(audit_script()), title, audit_style());
}

std::string_view anchor(Topic topic) {
  switch (topic) {
    case Topic::kIdentity:
      return "identity";
    case Topic::kTables:
      return "tables";
    case Topic::kConflicts:
      return "conflicts";
    case Topic::kInvalid:
      return "invalid";
    case Topic::kUpdates:
      return "updates";
    case Topic::kInserts:
      return "inserts";
    case Topic::kDeletes:
      return "deletes";
    case Topic::kEffects:
      return "effects";
    case Topic::kDifferences:
      return "differences";
    case Topic::kLimits:
      break;
  }
  return "limits";
}

std::string section_begin(Topic topic, std::string_view title, const std::string& remark) {
  return fmt::format("<section id=\"{}\"><h2>{}{}</h2>\n", anchor(topic), title,
                     remark.empty() ? "" : " <span class=\"remark\">" + remark + "</span>");
}

std::string audit_html(const ImportOutcome& outcome) {
  return page_head(title_of(outcome)) + "<body>\n<main>\n" + banner(outcome) + navigation(outcome) +
         identity_section(outcome) + checks_section(outcome) + result_section(outcome) + tables_section(outcome) +
         filter(outcome) + left_out_section(outcome, outcome::Verdict::kConflict) +
         left_out_section(outcome, outcome::Verdict::kInvalid) + updates_section(outcome) + inserts_section(outcome) +
         deletes_section(outcome) + skipped_section(outcome) + kept_section(outcome) + effects_section(outcome) +
         closing_sections(outcome) + approval_section(outcome) +
         "</main>\n<footer>db-transfer audit report, version 2</footer>\n<script>" + std::string(audit_script()) +
         "</script>\n</body>\n</html>\n";
}

}  // namespace report
