// A file that meets a target as plain values: tables whose rules the reference import can compute, the rows of both
// sides, and what the user asked for. The file's rows may break every rule; the target's are those that it accepts.
// Printed as the SQL that makes both; made smaller by leaving parts out. Knows no server.
#pragma once

#include <rapidcheck.h>

#include <cstddef>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "engine/target.h"

namespace properties {

// Texts of int4, varchar(3) and timestamptz (UTC) as the server writes them: equal values have equal texts.
using Cell = std::optional<std::string>;
using Cells = std::map<std::string, Cell>;  // by column

struct EncounterColumn {
  std::string name;
  std::string type;  // of the target; the source has text for varchar(3)
  bool not_null = false;
};

// What a check or the predicate of a key asks of a row.
struct Condition {
  enum class Kind { kDiffers, kFilled, kBothOrNone };  // a <> 'value', a IS NOT NULL, (a IS NULL) = (b IS NULL)
  Kind kind = Kind::kFilled;
  std::string a;
  std::string b;  // a column, or the value

  std::string sql() const;
  std::optional<bool> holds(const Cells& row) const;  // nullopt: the NULL of three-valued logic
  bool reads(const std::string& column) const { return column == a || (kind == Kind::kBothOrNone && column == b); }
};

struct EncounterKey {
  enum class Nulls { kDistinct, kNotDistinct };
  std::string name;
  std::vector<std::string> columns;
  bool primary = false;
  bool deferrable = false;
  Nulls nulls = Nulls::kDistinct;
  std::optional<Condition> where;
};

struct EncounterReference {
  std::string name;
  std::vector<std::string> columns;
  std::size_t parent = 0;
  std::vector<std::string> parent_columns;
};

struct EncounterTable {
  std::string name;
  std::vector<EncounterColumn> columns;
  std::vector<EncounterKey> keys;                // by name
  std::vector<Condition> checks;                 // named c0, c1, …
  std::vector<EncounterReference> foreign_keys;  // by name
  std::vector<Cells> file_rows;
  std::vector<Cells> target_rows;  // candidates: what the target refuses is not there
  engine::Mode mode = engine::Mode::kUpsert;
  engine::NewerRows newer_rows = engine::NewerRows::kOverwrite;
  std::vector<std::string> match;

  const EncounterColumn& column(const std::string& column_name) const;
  // The columns that tell its rows apart; empty: all of the row.
  std::vector<std::string> identity() const;
};

enum class LeftOut { kSkipped, kConflictFails, kRollsBack };

struct Encounter {
  std::vector<EncounterTable> tables;
  LeftOut left_out = LeftOut::kSkipped;
  std::size_t shrunk = 0;

  std::string source_sql() const;
  std::string target_sql() const;                // the schema
  std::vector<std::string> target_rows() const;  // INSERTs, one a row
};

std::vector<Encounter> smaller(const Encounter& encounter);
void showValue(const Encounter& encounter, std::ostream& out);

}  // namespace properties
