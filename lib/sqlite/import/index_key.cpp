#include "sqlite/import/index_key.h"

#include <fmt/format.h>

#include "sqlite/import/undo_judge.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

std::string key_name(std::size_t i) { return fmt::format("\"db-transfer key {}\"", i + 1); }

// Expressions name columns unqualified, so they need a FROM of one relation. `condition`: empty, or on its row x.
std::string keys(const StagedTable& table, const UniqueIndex& index, const std::string& record,
                 const std::string& relation, const std::string& condition = {}) {
  std::vector<std::string> list = table.naming_columns("x");
  if (!record.empty()) list.push_back(fmt::format("x.{} AS \"db-transfer record\"", record));
  for (std::size_t i = 0; i < index.expressions.size(); ++i)
    list.push_back(fmt::format("{} AS {}", index.expressions[i], key_name(i)));
  std::vector<std::string> conditions;
  if (!index.predicate.empty()) conditions.push_back("(" + index.predicate + "\n)");
  if (!condition.empty()) conditions.push_back(condition);
  return fmt::format("(SELECT {} FROM {} AS x{}{})", join(list, ", "), relation, conditions.empty() ? "" : " WHERE ",
                     join(conditions, " AND "));
}

}  // namespace

const std::vector<std::string>& computed_keys(const UniqueIndex& index) {
  return index.computed.empty() ? index.expressions : index.computed;
}

std::string staged_keys(const StagedTable& table, const UniqueIndex& index) {
  return keys(table, index, table.record, table.stage);
}

std::string target_keys(const StagedTable& table, const UniqueIndex& index) {
  // A row that goes holds no key.
  return keys(table, index, {}, table.target,
              table.may_be_deleted > 0 ? "NOT " + is_among_deletes(table, "x", 'd') : "");
}

std::string kept_keys(const StagedTable& table, const UniqueIndex& index) {
  return keys(table, index, {}, table.target, is_among_deletes(table, "x", 'k'));
}

std::string same_key(const UniqueIndex& index, const std::string& a, const std::string& b) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < index.expressions.size(); ++i)
    parts.push_back(fmt::format("{a}.{key} = {b}.{key} COLLATE {collation}", fmt::arg("a", a), fmt::arg("b", b),
                                fmt::arg("key", key_name(i)), fmt::arg("collation", quote_name(index.collations[i]))));
  return join(parts, " AND ");
}

std::string index_key_text(const StagedTable& table, const UniqueIndex& index, const std::string& alias) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < index.labels.size(); ++i) {
    const std::string value = table.readable(fmt::format("{}.{}", alias, key_name(i)),
                                             index.plain ? std::vector{index.columns[i]} : index.columns);
    parts.push_back(quote_literal(index.labels[i] + "=") + " || " + value);
  }
  return join(parts, " || ', ' || ");
}

std::string key_list(const UniqueIndex& index, const std::string& alias) {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < index.collations.size(); ++i)
    list.push_back(fmt::format("{}.{} COLLATE {}", alias, key_name(i), quote_name(index.collations[i])));
  return join(list, ", ");
}

}  // namespace sqlite
