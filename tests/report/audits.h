// Outcomes with all that a report can show: one a reviewer might get, one full of hostile text, one with many tables.
#pragma once

#include <string>

#include "outcome/import_outcome.h"

namespace report {

// A dry run of five tables from a development database into production: conflicts, invalid rows, updates, effects.
outcome::ImportOutcome an_audited_import();

// Every text of the outcome, also in samples and details, is `text`.
outcome::ImportOutcome an_import_of(const std::string& text);

// Markup, script, references, back-ticks, bidirectional controls, NUL, terminal sequences, broken UTF-8.
std::string hostile_text();

// `count` tables in layers, each with some rows.
outcome::ImportOutcome an_import_of_many_tables(std::size_t count);

outcome::ShownValue whole(const std::string& text);

}  // namespace report
