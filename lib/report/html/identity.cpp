// Which file goes into which database, and who approves it; declared in sections.h.
#include <fmt/format.h>

#include "base/human.h"
#include "outcome/engine_traits.h"
#include "report/commands.h"
#include "report/html/sections.h"
#include "report/html_text.h"
#include "report/wording.h"

namespace report {
namespace {

using outcome::ImportOutcome;

// A line of the identity card; `value` is HTML, an empty one is no line.
std::string fact(std::string_view name, const std::string& value) {
  return value.empty() ? "" : fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, value);
}

std::string data_or_nothing(const std::string& text) { return text.empty() ? "" : html_data(text); }

std::string code_or_nothing(const std::string& text) { return text.empty() ? "" : html_code(text); }

std::string size(std::uint64_t bytes) {
  if (bytes == 0) return {};
  return fmt::format("{} bytes ({})", base::human_count(bytes), base::human_bytes(bytes));
}

std::string database_facts(const outcome::DatabaseInfo& info) {
  return fact("Database", data_or_nothing(info.database)) + fact("Host", data_or_nothing(info.host)) +
         fact("Port", data_or_nothing(info.port)) + fact("User", data_or_nothing(info.user)) +
         fact("Server", data_or_nothing(server_name(info))) +
         fact(outcome::traits_of(info.engine).is_file ? "Device, inode" : "System",
              data_or_nothing(info.system_identifier));
}

std::string migration(const std::string& last) { return last.empty() ? "not known" : html_data(last); }

std::string file_card(const ImportOutcome& outcome) {
  const outcome::FileIdentity& file = outcome.file;
  const std::string check = file.whole_sha256.empty() ? "" : "sha256sum " + shell_word(file.path);
  return "<div class=\"card\"><p class=\"kind\">From</p><p class=\"name\">" + html_data(source_name(outcome)) +
         "</p><dl>\n" + fact("File", html_code(file_name(outcome))) + fact("Size", size(file.whole_bytes)) +
         fact("SHA-256", code_or_nothing(file.whole_sha256)) + fact("To check", code_or_nothing(check)) +
         fact("Seal", file.sealed ? "✓ valid" : "<span class=\"flag\">! none that matches</span>") +
         fact("Sealed part", size(file.bytes)) + fact("Its SHA-256", code_or_nothing(file.sha256)) +
         fact("Exported", data_or_nothing(file.exported_at)) + fact("By", data_or_nothing(file.generator)) +
         database_facts(file.source) + fact("Last migration", migration(file.last_migration)) +
         (outcome.base ? fact("Base", html_code(outcome.base->path)) +
                             fact("Its SHA-256 (sealed part)", code_or_nothing(outcome.base->sha256))
                       : std::string{}) +
         "</dl></div>\n";
}

std::string target_card(const ImportOutcome& outcome) {
  const outcome::TargetIdentity& target = outcome.target;
  std::string options;
  for (const std::string& option : outcome.options) options += html_code(option) + " ";
  return "<div class=\"card\"><p class=\"kind\">Into</p><p class=\"name\">" + html_data(target_name(outcome)) +
         "</p><dl>\n" + fact("Place", data_or_nothing(target.place)) + database_facts(target.info) +
         fact("Role", data_or_nothing(target.role)) + fact("Last migration", migration(target.last_migration)) +
         fact("Decided at", data_or_nothing(outcome.decided_at)) + fact("Run by", data_or_nothing(outcome.ran_by)) +
         fact("Took", outcome.duration.count() == 0 ? "" : base::human_duration(outcome.duration)) +
         fact("Options", options) + "</dl></div>\n";
}

}  // namespace

std::string source_name(const ImportOutcome& outcome) {
  return outcome.file.source.database.empty() ? file_name(outcome) : outcome.file.source.database;
}

std::string target_name(const ImportOutcome& outcome) {
  return outcome.target.info.database.empty() ? outcome.target.place : outcome.target.info.database;
}

std::string identity_section(const ImportOutcome& outcome) {
  return fmt::format("<section id=\"{}\" class=\"route\" aria-label=\"From where into what\">\n",
                     anchor(Topic::kIdentity)) +
         file_card(outcome) + "<div class=\"arrow\" aria-hidden=\"true\">→</div>\n" + target_card(outcome) +
         "</section>\n";
}

// A list to go through and to sign, on paper, too.
std::string approval_section(const ImportOutcome& outcome) {
  const Judgement value = judgement(outcome);
  if (value != Judgement::kReady && value != Judgement::kReadyWithWarnings) return {};
  std::string html = "<section id=\"approval\"><h2>Approval</h2>\n";
  const std::string plan = plan_sentence(outcome);
  html += plan.empty()
              ? "<p class=\"flag\">! This report is no plan: nothing holds an import to it. --report audit.json "
                "beside --dry-run makes one.</p>\n"
              : "<p><b>" + html_plain(plan) +
                    "</b> is what is approved: the import does just this, or "
                    "nothing.</p>\n";
  html += "<ul class=\"boxes\">\n";
  for (const char* point :
       {"File and target are those that were meant.", "The facts at the top are meant, or their remedies were taken.",
        "The rows left out may stay out.", "Updates: sums, largest moves and rows that are newer in the target.",
        "Inserts: who may do what afterwards.", "Triggers, cascades and notices are understood.",
        "There is a backup, or an undo file is kept (--save-undo)."})
    html += fmt::format("<li><span aria-hidden=\"true\">☐</span> {}</li>\n", point);
  return html +
         "</ul>\n<dl class=\"signature\"><div><dt>Approved by</dt><dd></dd></div>\n<div><dt>Date</dt><dd></dd></div>\n"
         "</dl>\n</section>\n";
}

}  // namespace report
