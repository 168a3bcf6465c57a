#include "sqlite/catalog/introspect.h"

#include <fmt/format.h>

#include <algorithm>

#include "sqlite/catalog/made_values.h"
#include "sqlite/catalog/virtual_tables.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

using base::Error;
using base::ErrorKind;

// {name} and {table} are literals, the name of an object and that of a table.
constexpr const char* kTables = R"sql(
SELECT l.name, l.wr, l.strict
FROM pragma_table_list l
WHERE l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY l.name COLLATE BINARY)sql";

constexpr const char* kVirtualColumns = R"sql(
SELECT name, type, hidden
FROM pragma_table_xinfo({table}, 'main')
ORDER BY cid)sql";

constexpr const char* kColumns = R"sql(
SELECT name, type, "notnull", dflt_value IS NOT NULL AS has_default, pk, hidden
FROM pragma_table_xinfo({table}, 'main')
ORDER BY cid)sql";

constexpr const char* kKeyHasIndex = "SELECT 1 FROM pragma_index_list({table}, 'main') WHERE origin = 'pk'";

constexpr const char* kUniqueIndexes = R"sql(
SELECT l.name, l.origin, l.partial,
       (SELECT m.sql FROM main.sqlite_schema m WHERE m.type = 'index' AND m.name = l.name) AS sql
FROM pragma_index_list({table}, 'main') l
WHERE l."unique"
ORDER BY l.name COLLATE BINARY)sql";

constexpr const char* kIndexKeys = R"sql(
SELECT cid, name, coll, "key"
FROM pragma_index_xinfo({name}, 'main')
ORDER BY seqno)sql";

constexpr const char* kTableSql = "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = {table}";

constexpr const char* kTriggers = R"sql(
SELECT name, sql
FROM main.sqlite_schema
WHERE type = 'trigger' AND tbl_name = {table} COLLATE NOCASE
ORDER BY name COLLATE BINARY)sql";

constexpr const char* kForeignKeys = R"sql(
SELECT id, "table", "from", "to", on_update
FROM pragma_foreign_key_list({table}, 'main')
ORDER BY id DESC, seq)sql";

constexpr const char* kIsThere = R"sql(
SELECT EXISTS (
  SELECT 1
  FROM main.sqlite_schema
  WHERE type = 'table' AND name = {name} COLLATE NOCASE))sql";

std::string of_table(const char* text, const TableDetails& table) {
  return fmt::format(fmt::runtime(text), fmt::arg("table", quote_literal(table.table.name.name)));
}

std::string of_name(const char* text, const std::string& name) {
  return fmt::format(fmt::runtime(text), fmt::arg("name", quote_literal(name)));
}

class Introspection {
 public:
  explicit Introspection(Connection& connection) : connection_(connection) {
    read_tables();
    for (TableDetails& table : tables_) {
      if (!table.module.empty()) continue;
      read_indexes(table);
      read_made_values(connection_, table);
      read_checks(table);
      read_triggers(table);
    }
    for (TableDetails& table : tables_) {
      if (table.module.empty()) read_foreign_keys(table);
    }
    for (TableDetails& table : tables_) {
      for (UniqueIndex& index : table.unique_indexes) compute_generated_keys(table, index);
    }
  }

  std::vector<TableDetails> take() { return std::move(tables_); }

 private:
  void read_tables() {
    const std::vector<VirtualTable> virtual_tables = find_virtual_tables(connection_);
    Statement rows = connection_.prepare(kTables);
    while (rows.next()) {
      TableDetails table;
      table.table.name.name = rows.text("name");
      if (stands_behind(virtual_tables, table.table.name.name)) continue;
      const bool has_rowid = rows.integer("wr") == 0;
      table.strict = rows.integer("strict") != 0;
      read_columns(table, has_rowid);
      if (has_rowid) table.row_number = free_row_number(table.table);
      tables_.push_back(std::move(table));
    }
    for (const VirtualTable& table : virtual_tables) {
      if (table.contents != VirtualTable::Contents::kOthers) read_virtual_table(table);
    }
  }

  void read_virtual_table(const VirtualTable& found) {
    TableDetails table;
    table.table.name.name = found.name;
    table.module = found.module;
    if (found.contents == VirtualTable::Contents::kUnknown) table.unreadable = "its module is not known here";
    if (found.contents == VirtualTable::Contents::kHidden) table.unreadable = "its rows do not show all that it holds";
    try {
      if (table.unreadable.empty()) read_virtual_columns(table, found.numbers_its_rows);
    } catch (const SqliteError& error) {  // a tokenizer that only the application has
      if (error.kind() != ErrorKind::kSchema) throw;
      table.unreadable = error.what();
    }
    tables_.push_back(std::move(table));
  }

  // The number of a row gets a column, the first one: rows of other tables refer to it.
  void read_virtual_columns(TableDetails& table, bool first_is_row_number) {
    Statement rows = connection_.prepare(of_table(kVirtualColumns, table));
    while (rows.next()) {
      if (rows.integer("hidden") != 0) continue;
      table.columns.push_back({column_type(rows.text("type"), false), "BINARY"});
      table.table.columns.push_back({rows.text("name"), rows.text("type")});
    }
    table.row_number = free_row_number(table.table);
    if (!first_is_row_number) {
      table.columns.insert(table.columns.begin(), {{}, "BINARY"});
      table.table.columns.insert(table.table.columns.begin(), {table.row_number, {}});
    }
    table.table.columns.front().type = "INTEGER";
    table.columns.front().type = column_type("INTEGER", false);
    for (ColumnDetails& column : table.columns) column.type.utf16 = connection_.is_utf16();
    number_rows_by(table, table.table.columns.front().name);
  }

  void read_columns(TableDetails& table, bool has_rowid) {
    const std::string& name = table.table.name.name;
    std::vector<std::pair<std::int64_t, std::string>> key;
    Statement rows = connection_.prepare(of_table(kColumns, table));
    while (rows.next()) {
      if (rows.integer("hidden") == 1) continue;  // of virtual tables only
      catalog::Column column;
      column.name = rows.text("name");
      column.type = rows.text("type");
      column.generated = rows.integer("hidden") != 0;
      column.has_default = rows.integer("has_default") != 0;
      const std::int64_t place_in_key = rows.integer("pk");
      const bool in_key = place_in_key != 0;
      // Elsewhere SQLite lets NULL into a primary key.
      column.not_null = rows.integer("notnull") != 0 || (in_key && (!has_rowid || table.strict));
      if (in_key) key.emplace_back(place_in_key, column.name);
      table.columns.push_back({column_type(column.type, table.strict), {}});
      table.columns.back().type.utf16 = connection_.is_utf16();
      table.table.columns.push_back(std::move(column));
    }
    std::sort(key.begin(), key.end());
    for (auto& [place, column] : key) table.table.primary_key.push_back(column);
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const ColumnMetadata metadata = connection_.metadata(name, table.table.columns[i].name);
      table.columns[i].collation = metadata.collation;
      table.autoincrement = table.autoincrement || metadata.autoincrement;
    }
    if (has_rowid) find_rowid_column(table);
  }

  // INTEGER PRIMARY KEY is the rowid itself and needs no index; any other primary key has one.
  void find_rowid_column(TableDetails& table) {
    if (table.table.primary_key.size() != 1) return;
    Statement index = connection_.prepare(of_table(kKeyHasIndex, table));
    if (index.next()) return;
    number_rows_by(table, table.table.primary_key.front());
  }

  static void number_rows_by(TableDetails& table, const std::string& name) {
    table.rowid_column = name;
    table.table.primary_key = {name};
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      catalog::Column& column = table.table.columns[i];
      if (column.name != table.rowid_column) continue;
      column.not_null = true;
      column.has_default = true;  // SQLite gives the next number
    }
    UniqueIndex key;
    key.name = "PRIMARY KEY (" + table.rowid_column + ")";
    key.columns = key.labels = {table.rowid_column};
    key.expressions = {quote_name(table.rowid_column)};
    key.collations = {"BINARY"};
    key.plain = key.primary = true;
    table.unique_indexes.push_back(std::move(key));
  }

  void read_indexes(TableDetails& table) {
    Statement rows = connection_.prepare(of_table(kUniqueIndexes, table));
    while (rows.next())
      read_index(table, rows.text("name"), rows.text("origin"), rows.integer("partial") != 0, rows.text("sql"));
    std::sort(table.table.unique_keys.begin(), table.table.unique_keys.end());
  }

  void read_index(TableDetails& table, const std::string& name, const std::string& origin, bool partial,
                  const std::string& sql) {
    UniqueIndex index;
    index.primary = origin == "pk";
    index.plain = !partial;
    const IndexParts parts = index_parts(sql);
    if (partial) index.predicate = parts.predicate;
    Statement keys = connection_.prepare(of_name(kIndexKeys, name));
    bool judged = true;
    for (std::size_t i = 0; keys.next(); ++i) {
      if (keys.integer("key") == 0) break;
      index.collations.push_back(keys.text("coll"));
      if (keys.integer("cid") >= 0) {
        const std::string column = keys.text("name");
        index.labels.push_back(column);
        index.expressions.push_back(quote_name(column));
        index.columns.push_back(column);
        continue;
      }
      index.plain = false;
      if (i >= parts.keys.size()) throw Error(ErrorKind::kInternal, "the index " + name + " cannot be read");
      judged = judged && !reads_row_number(table.table, parts.keys[i]);
      index.labels.push_back(parts.keys[i]);
      index.expressions.push_back("(" + parts.keys[i] + ")");
      add_columns(index, table.table, parts.keys[i]);
    }
    add_columns(index, table.table, index.predicate);
    index.name = origin == "pk"  ? fmt::format("PRIMARY KEY ({})", join(index.labels, ", "))
                 : origin == "u" ? fmt::format("UNIQUE ({})", join(index.labels, ", "))
                                 : name;
    if (!judged || reads_row_number(table.table, index.predicate)) return;  // the merge finds out
    if (index.plain && !index.primary) table.table.unique_keys.push_back(index.columns);
    table.unique_indexes.push_back(std::move(index));
  }

  static void add_columns(UniqueIndex& index, const catalog::Table& table, const std::string& expression) {
    for (const std::string& column : columns_in(table, expression)) {
      if (std::find(index.columns.begin(), index.columns.end(), column) == index.columns.end())
        index.columns.push_back(column);
    }
  }

  void read_checks(TableDetails& table) {
    const std::string sql = connection_.text(of_table(kTableSql, table));
    table.resolves_conflicts =
        std::ranges::any_of(names_in(sql), [](const std::string& name) { return same_name(name, "CONFLICT"); });
    for (Check& check : checks_of(sql)) {
      std::vector<std::string> columns = columns_in(table.table, check.expression);
      if (check.name.empty()) check.name = "CHECK (" + check.expression + ")";
      if (reads_row_number(table.table, check.expression)) {
        table.of_row_number.push_back("the check " + check.name);
        continue;
      }
      table.checks.push_back({std::move(check.name), std::move(check.expression), std::move(columns)});
    }
  }

  void read_triggers(TableDetails& table) {
    Statement rows = connection_.prepare(of_table(kTriggers, table));
    while (rows.next()) table.triggers.push_back({rows.text("name"), trigger_event(rows.text("sql"))});
  }

  // No file brings generated columns: a key of them is computed from the columns that they read.
  void compute_generated_keys(const TableDetails& table, UniqueIndex& index) {
    std::vector<std::string> computed;
    std::vector<std::string> columns;
    for (const std::string& key : index.expressions) {
      computed.push_back(key);
      for (const catalog::Column& column : table.table.columns) {
        if (!column.generated || quote_name(column.name) != key) continue;
        const std::string sql = connection_.text(of_table(kTableSql, table));
        computed.back() = "(" + generated_from(sql, column.name) + ")";
        columns = columns_in(table.table, computed.back());
        std::erase(index.columns, column.name);
      }
      for (const std::string& column : columns)
        if (std::ranges::find(index.columns, column) == index.columns.end()) index.columns.push_back(column);
      columns.clear();
    }
    if (computed == index.expressions) return;
    index.computed = std::move(computed);
    index.plain = false;
  }

  struct DeclaredKey {
    std::string parent;
    std::string on_update;
    std::vector<std::string> columns;
    std::vector<std::string> parent_columns;  // empty: the parent's primary key
  };

  std::vector<DeclaredKey> declared_keys(const TableDetails& table) {
    Statement rows = connection_.prepare(of_table(kForeignKeys, table));
    std::vector<DeclaredKey> keys;
    std::int64_t last = -1;
    while (rows.next()) {
      if (rows.integer("id") != last) keys.push_back({rows.text("table"), rows.text("on_update"), {}, {}});
      last = rows.integer("id");
      keys.back().columns.push_back(declared(table.table, rows.text("from")));
      if (!rows.is_null("to")) keys.back().parent_columns.push_back(rows.text("to"));
    }
    return keys;
  }

  bool is_there(const std::string& table) { return connection_.number(of_name(kIsThere, table)) != 0; }

  // Whether rows can be found by `columns`, as a foreign key demands.
  static bool is_key(const TableDetails& parent, std::vector<std::string> columns) {
    std::sort(columns.begin(), columns.end());
    return std::ranges::any_of(parent.unique_indexes, [&](const UniqueIndex& index) {
      std::vector<std::string> keys = index.columns;
      for (std::size_t i = 0; index.plain && i < keys.size(); ++i) {
        // Numbers of rows know no collation, whatever is declared.
        if (keys[i] != parent.rowid_column && !same_name(index.collations[i], parent.details_of(keys[i]).collation))
          return false;
      }
      std::sort(keys.begin(), keys.end());
      return index.plain && keys == columns;
    });
  }

  // SQLite takes a key whose parent does not exist or is no key, and cannot act on it: no row is judged by it.
  void read_foreign_keys(TableDetails& table) {
    for (DeclaredKey& declared_key : declared_keys(table)) {
      const TableDetails* parent = find_table(tables_, declared_key.parent);
      const std::string words = fmt::format("{}({}) refers to {}", table.table.name.name,
                                            join(declared_key.columns, ", "), declared_key.parent);
      if (parent == nullptr) {
        if (!is_there(declared_key.parent)) table.broken_keys.push_back(words + ", which is not there");
        continue;
      }
      catalog::ForeignKey key{{}, std::move(declared_key.columns), parent->table.name, {}};
      if (declared_key.parent_columns.empty()) key.parent_columns = parent->table.primary_key;
      for (const std::string& column : declared_key.parent_columns)
        key.parent_columns.push_back(declared(parent->table, column));
      key.name = fmt::format("{}_{}_fkey", table.table.name.name, join(key.columns, "_"));
      if (key.parent_columns.size() != key.columns.size() || !is_key(*parent, key.parent_columns)) {
        table.broken_keys.push_back(
            fmt::format("{}({}), which is no key there", words, join(declared_key.parent_columns, ", ")));
        continue;
      }
      table.table.foreign_keys.push_back(std::move(key));
      table.on_update.push_back(declared_key.on_update);
    }
  }

  Connection& connection_;
  std::vector<TableDetails> tables_;
};

}  // namespace

const ColumnDetails& TableDetails::details_of(const std::string& column) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (table.columns[i].name == column) return columns[i];
  }
  throw Error(ErrorKind::kInternal, "no column " + column + " in " + table.name.name);
}

std::string free_row_number(const catalog::Table& table) {
  for (const char* name : {"rowid", "_rowid_", "oid"}) {
    if (declared(table, name).empty()) return name;
  }
  return {};
}

const TableDetails* find_table(const std::vector<TableDetails>& tables, const std::string& name) {
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const TableDetails& details) {
    return same_name(details.table.name.name, name);
  });
  return found == tables.end() ? nullptr : &*found;
}

std::vector<TableDetails> introspect(Connection& connection) { return Introspection(connection).take(); }

}  // namespace sqlite
