// Cuts a script into its statements by the lexical rules of its dialect. PostgreSQL: quotes, E'' escapes, dollar
// quotes, nested comments, parentheses, and the BEGIN … END of SQL-standard routines. SQLite: also `names` and [names],
// comments that do not nest, and the BEGIN … END of triggers. Knows no grammar beyond that; what it cuts wrongly the
// database refuses. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "outcome/engine_traits.h"

namespace migrate {

using outcome::Dialect;

struct Word {
  std::string text;        // in upper case
  std::size_t offset = 0;  // in Statement::text
};

struct Statement {
  std::string text;         // without the semicolon, and without comments before it
  std::size_t line = 1;     // where it begins
  std::vector<Word> words;  // keywords and plain names outside quotes and parentheses, in order
};

// Throws Error(kUsage) naming the line where a quote or a comment begins that never ends. Assumes
// standard_conforming_strings = on.
std::vector<Statement> split_sql(std::string_view script, Dialect dialect = Dialect::kPostgresql);

// BEGIN, COMMIT, ROLLBACK and their like; not SAVEPOINT, ROLLBACK TO, RELEASE.
bool begins_transaction(const Statement& statement);
bool commits_transaction(const Statement& statement);
bool controls_transaction(const Statement& statement);

// The statement as it can be tried inside a transaction: CONCURRENTLY is taken out; nothing for what makes no object
// and runs in no transaction (VACUUM, CREATE DATABASE, PRAGMA, COMMIT …).
std::string rehearsable(const Statement& statement);

}  // namespace migrate
