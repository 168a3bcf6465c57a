#include "report/recognise.h"

#include <string>

#include "report/audit_junit.h"
#include "report/findings.h"

namespace report {
namespace {

bool is_page(std::string_view text) {
  return text.starts_with(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-");
}

// {"report": {"name": "db-transfer audit", however it is spaced.
bool is_document(std::string_view text) {
  std::string dense;
  for (const char c : text.substr(0, 200)) {
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') dense += c;
  }
  return dense.starts_with(R"({"report":{"name":"db-transferaudit",)");
}

// "READY" underlined, or as a heading of Markdown, and then what every report says.
bool is_told(std::string_view text) {
  for (const Judgement value : {Judgement::kReady, Judgement::kReadyWithWarnings, Judgement::kBlocked, Judgement::kDone,
                                Judgement::kDoneRowsLeftOut, Judgement::kRolledBack}) {
    const std::string title(judgement_title(value));
    const bool begins = text.starts_with(title + "\n" + std::string(title.size(), '=') + "\n") ||
                        text.starts_with("## " + title + "\n\n");
    if (begins && text.find("SHA-256") != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

bool is_report(std::string_view beginning) {
  return is_page(beginning) || is_document(beginning) || beginning.starts_with(kJunitBegin) || is_told(beginning);
}

}  // namespace report
