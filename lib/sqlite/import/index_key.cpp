#include "sqlite/import/index_key.h"

#include "sqlite/import/undo_judge.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

std::string key_name(std::size_t i) { return "\"db-transfer key " + std::to_string(i + 1) + "\""; }

// Expressions name columns unqualified, so they need a FROM of one relation.
std::string keys(const StagedTable& table, const UniqueIndex& index, const std::vector<std::string>& expressions,
                 const std::string& record, const std::string& relation, const std::string& condition = {}) {
  std::vector<std::string> list = table.naming_columns("x");
  if (!record.empty()) list.push_back("x." + record + " AS " + kKeyRecord);
  for (std::size_t i = 0; i < expressions.size(); ++i) list.push_back(expressions[i] + " AS " + key_name(i));
  std::string sql = "(SELECT " + join(list, ", ") + " FROM " + relation + " AS x";
  std::string where = " WHERE ";
  for (const std::string& part : {index.predicate.empty() ? std::string{} : "(" + index.predicate + "\n)", condition}) {
    if (part.empty()) continue;
    sql += where + part;
    where = " AND ";
  }
  return sql + ")";
}

}  // namespace

const std::vector<std::string>& computed_keys(const UniqueIndex& index) {
  return index.computed.empty() ? index.expressions : index.computed;
}

std::string staged_keys(const StagedTable& table, const UniqueIndex& index) {
  return keys(table, index, index.expressions, table.record, table.stage);
}

std::string target_keys(const StagedTable& table, const UniqueIndex& index) {
  // A row that an undo deletes holds nothing.
  return keys(table, index, index.expressions, {}, table.target,
              table.may_be_deleted > 0 ? "NOT " + is_among_deletes(table, "x", 'd') : "");
}

std::string kept_keys(const StagedTable& table, const UniqueIndex& index) {
  return keys(table, index, index.expressions, {}, table.target, is_among_deletes(table, "x", 'k'));
}

std::string same_key(const UniqueIndex& index, const std::string& a, const std::string& b) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < index.expressions.size(); ++i) {
    parts.push_back(a + "." + key_name(i) + " = " + b + "." + key_name(i) + " COLLATE " +
                    quote_name(index.collations[i]));
  }
  return join(parts, " AND ");
}

std::string index_key_text(const StagedTable& table, const UniqueIndex& index, const std::string& alias) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < index.labels.size(); ++i)
    parts.push_back(
        quote_literal(index.labels[i] + "=") + " || " +
        table.readable(alias + "." + key_name(i), index.plain ? std::vector{index.columns[i]} : index.columns));
  return join(parts, " || ', ' || ");
}

std::string key_list(const UniqueIndex& index, const std::string& alias) {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < index.collations.size(); ++i)
    list.push_back(alias + "." + key_name(i) + " COLLATE " + quote_name(index.collations[i]));
  return join(list, ", ");
}

}  // namespace sqlite
