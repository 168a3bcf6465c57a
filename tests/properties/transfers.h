// Both jobs in this process, over real databases, and what independent SQL says of the result. Errors of the jobs come
// as base::Error. One thread.
#pragma once

#include <string>
#include <vector>

#include "outcome/export_outcome.h"
#include "outcome/import_outcome.h"
#include "properties/scenario.h"
#include "support/folder.h"
#include "support/server.h"
#include "transfer/options.h"

namespace properties {

outcome::ExportOutcome export_to(const std::string& file, const std::string& url,
                                 const transfer::Selection& selection = {},
                                 engine::RowOrder order = engine::RowOrder::kPhysical);
outcome::ImportOutcome import_from(const std::string& file, const std::string& url,
                                   engine::Intent intent = engine::Intent::kImport,
                                   const transfer::Selection& selection = {});

outcome::ImportOutcome import_from(const std::string& url, const transfer::ImportOptions& options);

// The bytes of an export from `"data"` up to the seal.
std::string data_of(const std::string& file);

// Makes the scenario's schema and, with rows, fills it: rows that break a rule or lack their parent are left out.
enum class Rows { kNone, kAll };
void build(support::Database& database, const Scenario& scenario, Difference difference, Rows rows);
// Runs the statements one by one; those that break a rule change nothing.
void insert_where_allowed(support::Database& database, const std::vector<std::string>& inserts);
// Drops every schema but that of the extensions.
void clear(support::Database& database);

// Every row of every table as text, sorted, columns in the scenario's order: for tables whose columns stand in
// another order, where pg_dump's texts would differ.
std::string rows_of(support::Database& database, const Scenario& scenario);
// Where every row stands and which transactions have touched it: equal before and after if nothing was written.
std::string traces_of(support::Database& database, const Scenario& scenario);
// Lines that name the sequences whose next value is in a column that feeds on them. Draws a value of each.
std::string colliding_sequences(support::Database& database);
// Deletes and changes rows, foreign keys or not, where an import can tell what to mend.
void damage(support::Database& database, const Scenario& scenario);

// A line a left-out row.
std::string left_out(const outcome::ImportOutcome& outcome);

}  // namespace properties
