// Looks into the SQL of a schema for what no pragma tells: the expressions of checks and indexes, the events of a
// trigger. Splits it into tokens and no more, for SQLite has parsed it before. In text that is not sound it reads
// nothing beyond the end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sqlite {

struct Check {
  std::string name;        // empty: it has none
  std::string expression;  // as written, without the parentheses
};

// Of a CREATE TABLE.
std::vector<Check> checks_of(std::string_view create_table);

struct IndexParts {
  std::vector<std::string> keys;  // as written, without ASC and DESC
  std::string predicate;          // empty: all rows
};

// Of a CREATE INDEX.
IndexParts index_parts(std::string_view create_index);

struct VirtualTableParts {
  std::string module;                  // in lower case
  std::vector<std::string> arguments;  // as written
};

// Of a CREATE VIRTUAL TABLE.
VirtualTableParts virtual_table_parts(std::string_view create_virtual_table);

struct TriggerEvent {
  enum class Kind { kInsert, kUpdate, kDelete };
  Kind kind = Kind::kInsert;
  std::string time = "before";  // "before", "after", "instead of"
  // All as the trigger writes them, unquoted; names that are none of a column or table may be among them.
  std::vector<std::string> columns = {};  // UPDATE OF; empty: any
  std::vector<std::string> written = {};  // tables that its statements insert into, update or delete from
  std::vector<std::string> named = {};    // everything that its condition and its statements name
};

// Of a CREATE TRIGGER.
TriggerEvent trigger_event(std::string_view create_trigger);

// What the generated column `column` of a CREATE TABLE is computed from, as written, without the parentheses; empty: it
// is none.
std::string generated_from(std::string_view create_table, std::string_view column);

// The same SQL in one line without comments, so that the way it was laid out makes no difference.
std::string in_one_line(std::string_view sql);

// `kept`: what SQLite keeps of a column's default. A single word that is neither keyword nor number is a text without
// its quotes.
struct DefaultParts {
  bool plain = false;      // a literal, or CURRENT_TIMESTAMP and the like
  std::string expression;  // "5", "'word'", "(1 + 2)"
};
DefaultParts default_parts(std::string_view kept);

// Every name in `expression`, unquoted: columns, functions, keywords and all.
std::vector<std::string> names_in(std::string_view expression);

}  // namespace sqlite
