#include "sqlite/catalog/schema_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "sqlite/catalog/sql_scan.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

using engine::SchemaObject;

// {table}, {index} and {left_out} are literals.
constexpr const char* kTables = R"sql(
SELECT l.name, l.type = 'virtual' AS is_virtual, l.wr, l.strict,
       (SELECT m.sql FROM main.sqlite_schema m WHERE m.type = 'table' AND m.name = l.name) AS sql
FROM pragma_table_list l
WHERE l.schema = 'main' AND l.type IN ('table', 'virtual')
  AND l.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND l.name <> {left_out})sql";

constexpr const char* kColumns = R"sql(
SELECT name, upper(type) AS type, "notnull", dflt_value, pk, hidden
FROM pragma_table_xinfo({table}, 'main'))sql";

// Without a column of the parent, the key is to its primary key.
constexpr const char* kForeignKeys = R"sql(
SELECT f."table" AS parent, group_concat(f."from", ', ') AS columns,
       group_concat(coalesce(f."to", (SELECT c.name FROM pragma_table_info(f."table", 'main') c WHERE c.pk = f.seq + 1)), ', ')
         AS parent_columns,
       f.on_update AS on_update, f.on_delete AS on_delete
FROM (SELECT * FROM pragma_foreign_key_list({table}, 'main') ORDER BY id, seq) f
GROUP BY f.id)sql";

constexpr const char* kIndexes = R"sql(
SELECT l.name, l."unique", l.origin,
       (SELECT m.sql FROM main.sqlite_schema m WHERE m.type = 'index' AND m.name = l.name) AS sql
FROM pragma_index_list({table}, 'main') l
WHERE l.origin <> 'pk')sql";

constexpr const char* kIndexKeys = R"sql(
SELECT name, coll, "desc", cid
FROM pragma_index_xinfo({index}, 'main')
WHERE "key"
ORDER BY seqno)sql";

constexpr const char* kViewsAndTriggers = R"sql(
SELECT type, name, sql, iif(type = 'trigger', tbl_name, '') AS part_of
FROM main.sqlite_schema
WHERE type IN ('view', 'trigger'))sql";

std::string of_table(const char* text, const std::string& table) {
  return fmt::format(fmt::runtime(text), fmt::arg("table", quote_literal(table)));
}

class Collection {
 public:
  Collection(Connection& connection, const std::string& left_out)
      : connection_(connection), left_out_(quote_literal(left_out)) {
    add_tables();
    for (const auto& [table, sql] : tables_) {
      add_columns(table, sql);
      add_checks(table, sql);
      add_foreign_keys(table);
      add_indexes(table);
    }
    add_views_and_triggers();
  }

  std::vector<SchemaObject> take() { return std::move(objects_); }

 private:
  void add_tables() {
    Statement rows = connection_.prepare(fmt::format(fmt::runtime(kTables), fmt::arg("left_out", left_out_)));
    while (rows.next()) {
      const std::string name = rows.text("name");
      if (rows.integer("is_virtual") != 0) {
        objects_.push_back({"virtual table", name, in_one_line(rows.text("sql")), {}});
        continue;
      }
      const bool is_strict = rows.integer("strict") != 0;
      const char* strict = is_strict ? "STRICT" : "";
      const char* key_is_all = rows.integer("wr") == 0 ? "" : is_strict ? "WITHOUT ROWID, " : "WITHOUT ROWID";
      objects_.push_back({"table", name, std::string(key_is_all) + strict, {}});
      tables_.emplace_back(name, rows.text("sql"));
    }
  }

  void add_columns(const std::string& table, const std::string& sql) {
    Statement rows = connection_.prepare(of_table(kColumns, table));
    while (rows.next()) {
      const std::string name = rows.text("name");
      const ColumnMetadata metadata = connection_.metadata(table, name);
      std::string definition = rows.text("type");
      if (rows.integer("notnull") != 0) definition += " NOT NULL";
      if (rows.integer("pk") != 0) definition += fmt::format(" PRIMARY KEY ({})", rows.integer("pk"));
      if (metadata.autoincrement) definition += " AUTOINCREMENT";
      if (metadata.collation != "BINARY") definition += " COLLATE " + metadata.collation;
      if (!rows.is_null("dflt_value")) definition += " DEFAULT " + in_one_line(rows.text("dflt_value"));
      constexpr int kStored = 3;
      if (rows.integer("hidden") != 0)
        definition += fmt::format(" GENERATED ALWAYS AS ({}){}", in_one_line(generated_from(sql, name)),
                                  rows.integer("hidden") == kStored ? " STORED" : "");
      objects_.push_back({"column", table + "." + name, definition, table});
    }
  }

  void add_checks(const std::string& table, const std::string& sql) {
    for (const Check& check : checks_of(sql)) {
      const std::string expression = in_one_line(check.expression);
      const bool named = !check.name.empty();
      objects_.push_back({"check",
                          named ? fmt::format("{}.{}", table, check.name) : fmt::format("{} ({})", table, expression),
                          named ? expression : std::string{}, table});
    }
  }

  // Their names are seldom given and in no pragma: the columns tell which is which.
  void add_foreign_keys(const std::string& table) {
    Statement rows = connection_.prepare(of_table(kForeignKeys, table));
    while (rows.next())
      objects_.push_back({"foreign key",
                          fmt::format("{} ({}) to {} ({})", table, rows.text("columns"), rows.text("parent"),
                                      rows.text("parent_columns")),
                          fmt::format("ON UPDATE {} ON DELETE {}", rows.text("on_update"), rows.text("on_delete")),
                          table});
  }

  // Without that of the primary key, which the columns tell.
  void add_indexes(const std::string& table) {
    Statement rows = connection_.prepare(of_table(kIndexes, table));
    while (rows.next()) {
      const IndexParts parts = index_parts(rows.text("sql"));
      const std::string keys = keys_of(rows.text("name"), parts);
      if (rows.text("origin") == "u") {
        objects_.push_back({"unique key", table + " " + keys, {}, table});
        continue;
      }
      std::string definition = rows.integer("unique") != 0 ? "UNIQUE " + keys : keys;
      if (!parts.predicate.empty()) definition += " WHERE " + in_one_line(parts.predicate);
      objects_.push_back({"index", rows.text("name"), definition, table});
    }
  }

  std::string keys_of(const std::string& index, const IndexParts& parts) {
    Statement rows =
        connection_.prepare(fmt::format(fmt::runtime(kIndexKeys), fmt::arg("index", quote_literal(index))));
    std::vector<std::string> keys;
    while (rows.next()) {
      const bool is_expression = rows.integer("cid") < 0 && keys.size() < parts.keys.size();
      std::string key = is_expression ? in_one_line(parts.keys[keys.size()]) : rows.text("name");
      if (!is_expression && rows.text("coll") != "BINARY") key += " COLLATE " + rows.text("coll");
      keys.push_back(key + (rows.integer("desc") != 0 ? " DESC" : ""));
    }
    return fmt::format("({})", join(keys, ", "));
  }

  void add_views_and_triggers() {
    Statement rows = connection_.prepare(kViewsAndTriggers);
    while (rows.next())
      objects_.push_back({rows.text("type"), rows.text("name"), in_one_line(rows.text("sql")), rows.text("part_of")});
  }

  Connection& connection_;
  const std::string left_out_;
  std::vector<std::pair<std::string, std::string>> tables_;  // name, SQL
  std::vector<SchemaObject> objects_;
};

}  // namespace

std::vector<SchemaObject> schema_objects(Connection& connection, const std::string& left_out) {
  std::vector<SchemaObject> objects = Collection(connection, left_out).take();
  std::sort(objects.begin(), objects.end(), [](const SchemaObject& a, const SchemaObject& b) {
    return std::tie(a.kind, a.name) < std::tie(b.kind, b.name);
  });
  return objects;
}

}  // namespace sqlite
