// SQL over the keys of any unique index or exclusion constraint: of columns, of expressions, of some rows
// only. A relation of keys has the key's parts under names that no column has, beside what names the row. Pure text.
#pragma once

#include <string>
#include <vector>

#include "postgres/import/staged_table.h"

namespace postgres {

// The keys of a table by the places that claims name: its unique indexes, then its exclusion constraints.
std::size_t key_count(const TableDetails& details);
const UniqueIndex& key_at(const TableDetails& details, std::size_t place);
bool is_exclusion(const TableDetails& details, std::size_t place);

// The part of a key at this place, in any relation of keys.
std::string key_column(std::size_t place);

// What an index computes of a row, each under its key_column(); names columns unqualified, so it needs a FROM of one
// relation.
std::string index_key_list(const UniqueIndex& index);
// The keys of the rows of `relation`, an alias at most after it, with `extra_columns` of it before them.
std::string keys_of(const UniqueIndex& index, const std::string& extra_columns, const std::string& relation);

// Of the rows that are still to be written; by record and identity.
std::string staged_keys(const StagedTable& table, const UniqueIndex& index);
// Of the target's rows, by place and identity; not of those that are to go.
std::string held_keys(const StagedTable& table, const UniqueIndex& index);
// Of rows that an undo was to delete and keeps.
std::string kept_keys(const StagedTable& table, const UniqueIndex& index);

// Condition: a and b, two relations of keys, hold the same key as the index compares.
std::string same_index_key(const UniqueIndex& index, const std::string& a, const std::string& b);
// The same as conditions of which exactly one is true then: for joins of many rows with many, which no OR can have.
std::vector<std::string> ways_to_be_same(const StagedTable& table, const UniqueIndex& index, const std::string& a,
                                         const std::string& b);
// Rows of `keys` whose key more than one of them has, with all of its columns: a relation without alias.
std::string repeated_keys(const StagedTable& table, const UniqueIndex& index, const std::string& keys);

// "email=a@b.fr, tenant=7", of `alias`.
std::string index_key_text(const StagedTable& table, const UniqueIndex& index, const std::string& alias);

}  // namespace postgres
