// SQL over the keys of a unique index of any kind: of columns, of expressions, of some rows only. Pure.
#pragma once

#include <string>

#include "sqlite/import/staged_table.h"

namespace sqlite {

// What the index computes of a row, with what generated columns are computed from in their place.
const std::vector<std::string>& computed_keys(const UniqueIndex& index);

// "(SELECT id, rowid AS "db-transfer record", email AS "db-transfer key 1" … FROM stage_N WHERE …)": staged rows that
// are in the index.
std::string staged_keys(const StagedTable& table, const UniqueIndex& index);
// The same of the target's rows, without a record.
std::string target_keys(const StagedTable& table, const UniqueIndex& index);
// The same of the target's rows that were to be deleted and stay.
std::string kept_keys(const StagedTable& table, const UniqueIndex& index);

// a."db-transfer key 1" = b."db-transfer key 1" as the index compares; NULL equals nothing.
std::string same_key(const UniqueIndex& index, const std::string& a, const std::string& b);

// "email=a@b.fr, tenant=7", of `alias`.
std::string index_key_text(const StagedTable& table, const UniqueIndex& index, const std::string& alias);

// The keys of `alias`, each with its collation: for GROUP BY.
std::string key_list(const UniqueIndex& index, const std::string& alias);

}  // namespace sqlite
