#include "postgres/export/reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/catalog/code_of_others.h"
#include "postgres/catalog/table_locks.h"
#include "postgres/catalog/value_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

using base::Error;
using base::ErrorKind;

// The columns, the rows, and what follows them.
constexpr const char* kQuery = "SELECT {} FROM {} AS t{}";

std::string select_list(const TableDetails& table) {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.table.columns[i].generated) continue;
    list.push_back(sent_value(table.columns[i].type, quote_name(table.table.columns[i].name)));
  }
  return join(list, ", ");
}

// Children by inheritance are tables of their own, unless they are read through the parent; partitions are always.
std::string rows_of(const TableDetails& table) {
  return (table.partitioned || !table.read_through.empty() ? "" : "ONLY ") + quote_name(table.table.name);
}

std::string condition(const TableDetails& table, const engine::TableQuery& query) {
  std::vector<std::string> parts;
  // A line break ends a trailing `-- comment` of the user's; the parenthesis keeps an OR together.
  if (!query.where.empty()) parts.push_back("(" + query.where + "\n)");
  if (!table.read_through.empty()) {
    std::vector<std::uint32_t> oids = table.read_through;
    oids.push_back(table.oid);
    parts.push_back("t.tableoid = ANY (" + oid_array(oids) + ")");
  }
  return parts.empty() ? std::string{} : " WHERE " + join(parts, " AND ");
}

// What COPY is to send: the rows of a query, or of a whole table by its name alone, for then it takes a lock of the
// table and none of its indexes, as planning a query does. That counts where there are thousands of tables.
std::string copied(const TableDetails& table, const std::string& query) {
  const std::string list = select_list(table);
  const bool is_binary = std::ranges::all_of(
      table.columns, [](const ColumnDetails& column) { return transport_of(column.type) == Transport::kBinary; });
  const std::string name = quote_name(table.table.name);
  const bool is_whole = query == fmt::format(kQuery, list, "ONLY " + name, "");
  if (is_whole && is_binary && !list.empty()) return name + " (" + list + ")";
  demand_plannable(table);
  return "(" + query + ")";
}

// Two exports of the same rows have them in the same order whatever the collation of either database is: text by its
// bytes. Without an identity the whole row orders itself.
std::string order_by(const TableDetails& table) {
  std::vector<std::string> keys;
  for (const std::string& column : table.table.identity()) {
    const ColumnType& type = table.details_of(column).type;
    const bool orders_itself = type.kind == 'b' && type.element_oid == 0 && transport_of(type) == Transport::kBinary &&
                               type.type_name != "json" && type.type_name != "xml" && type.type_name != "citext" &&
                               type.type_name.find("char") == std::string::npos && type.type_name != "text" &&
                               type.type_name != "name";
    const std::string value = "t." + quote_name(column);  // a name alone would mean a column of the result first
    keys.push_back(orders_itself ? value : "(" + text_of(type, value) + ") COLLATE pg_catalog.\"C\"");
  }
  // t.*, not t: that would be a column called t.
  if (keys.empty()) return " ORDER BY pg_catalog.format('%s', t.*) COLLATE pg_catalog.\"C\"";
  return " ORDER BY " + join(keys, ", ");
}

std::string query_of(const TableDetails& table, const engine::TableQuery& query) {
  const std::string sql = fmt::format(kQuery, select_list(table), rows_of(table), condition(table, query));
  return query.order == engine::RowOrder::kIdentity ? sql + order_by(table) : sql;
}

std::vector<RecordReader::Column> columns_of(const TableDetails& table) {
  std::vector<RecordReader::Column> columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.table.columns[i].generated) continue;
    columns.push_back({table.table.columns[i].name, Codec(table.columns[i].type)});
  }
  return columns;
}

}  // namespace

Reader::Reader(Connection& connection, const TableDetails& table, const engine::TableQuery& query)
    : RecordReader(connection, table.table.name.name, columns_of(table), table.table.identity(),
                   copied(table, query_of(table, query))),
      connection_(connection),
      table_(table),
      has_condition_(!query.where.empty()) {}

// A condition may fail on a row only: a division by zero, a cast. Else it is a value that the server cannot turn into
// UTF-8.
void Reader::explain(const ServerError& error) {
  const std::string& state = error.fields().sqlstate;
  if (state == "22021" || state == "22P05") fail_unconvertible(error);  // no such byte sequence; no such character
  if (!has_condition_ || !error.blames_a_row()) return;
  throw Error(ErrorKind::kUsage, "--where for " + table_.table.name.name + ": " + error.what(),
              "the condition is SQL over the columns of that table");
}

// The export is over, so its transaction may go: each column is asked alone.
std::string Reader::column_at_fault() {
  if (!table_.planned_code.empty()) return {};
  connection_.execute("ROLLBACK");
  for (const catalog::Column& column : table_.table.columns) {
    const std::string name = quote_name(column.name);
    try {
      connection_.execute(
          fmt::format("SELECT pg_catalog.count(pg_catalog.convert_to(pg_catalog.format('%s', {}), 'UTF8')) FROM {}",
                      name, quote_name(table_.table.name)));
    } catch (const ServerError&) {
      return "." + name;
    }
  }
  return {};
}

void Reader::fail_unconvertible(const ServerError& error) {
  throw Error(
      ErrorKind::kSchema,
      quote_name(table_.table.name) + column_at_fault() +
          " holds text that is not valid in the database's encoding or cannot be written as UTF-8: " + error.what(),
      "mend those values in the source, or leave the table out with -T");
}

}  // namespace postgres
