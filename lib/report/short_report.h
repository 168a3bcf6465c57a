// What the short forms of a report share: text for a ticket, Markdown for a pull request. Rows in one line each. Only
// within report.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "outcome/import_outcome.h"

namespace report {

// A cause of rows left out with its true total: "users: 500 rows: users_email_key".
std::vector<std::string> cause_lines(const outcome::ImportOutcome& outcome);
// "users record 7 id=3: conflict: …", the first of each cause.
std::vector<std::string> left_out_lines(const outcome::ImportOutcome& outcome, std::size_t of_a_cause);
// "users: 130 updates: name 12, amount 118 (sum 100 → 250)", a line a table.
std::vector<std::string> changed_lines(const outcome::ImportOutcome& outcome);
// "users id=3: name A → B; role USER → ADMIN (newer in the target)", those to look at first.
std::vector<std::string> update_lines(const outcome::ImportOutcome& outcome, std::size_t of_a_table);
// "users: 8 inserts: role ADMIN 2, AGENT 6", a line a table.
std::vector<std::string> inserted_lines(const outcome::ImportOutcome& outcome);
// "users id=3: name=A, role=ADMIN".
std::vector<std::string> insert_lines(const outcome::ImportOutcome& outcome, std::size_t of_a_table);
// The same of rows that go.
std::vector<std::string> delete_lines(const outcome::ImportOutcome& outcome, std::size_t of_a_table);
// The same of rows of the base that the target has no more.
std::vector<std::string> gone_lines(const outcome::ImportOutcome& outcome, std::size_t of_a_table);

}  // namespace report
