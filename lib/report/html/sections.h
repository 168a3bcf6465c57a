// The parts of the page that audit_html puts together, in its order. Each is a whole <section>, also where it has
// nothing to list. Only within this room.
#pragma once

#include <string>
#include <string_view>

#include "outcome/import_outcome.h"
#include "report/findings.h"

namespace report {

// style.css and script.js, as they are between their tags.
std::string_view audit_style();
std::string_view audit_script();

// All before <body>; `title` is HTML.
std::string page_head(const std::string& title);

// "app_dev", or the file; "app_production", or the place.
std::string source_name(const outcome::ImportOutcome& outcome);
std::string target_name(const outcome::ImportOutcome& outcome);

// The fragment that a topic's section is found by: "conflicts".
std::string_view anchor(Topic topic);
std::string section_begin(Topic topic, std::string_view title, const std::string& remark = {});

std::string tables_section(const outcome::ImportOutcome& outcome);    // tables.cpp
std::string left_out_section(const outcome::ImportOutcome& outcome,   // rows.cpp
                             outcome::Verdict verdict);               // kConflict, kInvalid
std::string updates_section(const outcome::ImportOutcome& outcome);   // rows.cpp
std::string inserts_section(const outcome::ImportOutcome& outcome);   // rows.cpp
std::string deletes_section(const outcome::ImportOutcome& outcome);   // rows.cpp; empty: no row may go
std::string skipped_section(const outcome::ImportOutcome& outcome);   // rows.cpp
std::string kept_section(const outcome::ImportOutcome& outcome);      // rows.cpp; empty: there is no base
std::string identity_section(const outcome::ImportOutcome& outcome);  // identity.cpp
std::string approval_section(const outcome::ImportOutcome& outcome);  // identity.cpp; empty: nothing to approve
std::string result_section(const outcome::ImportOutcome& outcome);    // tables.cpp; empty: nothing was merged
std::string effects_section(const outcome::ImportOutcome& outcome);   // effects.cpp
std::string closing_sections(const outcome::ImportOutcome& outcome);  // effects.cpp

}  // namespace report
