#include "postgres/constraints.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "postgres/sql_text.h"

namespace postgres {
namespace {

std::string text_of(const pqxx::field& field) {
  return field.is_null() ? std::string{} : std::string(field.c_str(), field.size());
}

// Names joined by a character that hardly anybody puts into one.
std::vector<std::string> split(const std::string& names) {
  std::vector<std::string> list;
  std::size_t start = 0;
  while (start < names.size()) {
    const std::size_t end = std::min(names.find('\x01', start), names.size());
    list.push_back(names.substr(start, end - start));
    start = end + 1;
  }
  return list;
}

class ConstraintReader {
 public:
  ConstraintReader(Connection& connection, std::vector<TableDetails>& tables)
      : connection_(connection), tables_(tables) {
    std::vector<std::string> oids;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      oids.push_back(std::to_string(tables[i].oid));
      index_.emplace(oids.back(), i);
    }
    among_ = " = ANY ('{" + join(oids, ",") + "}'::pg_catalog.oid[])";
  }

  void read_checks() {
    std::string last;
    for (const auto& row : connection_.query(
             "SELECT k.conrelid, k.oid, k.conname, pg_catalog.pg_get_expr(k.conbin, k.conrelid, false), a.attname "
             "FROM pg_catalog.pg_constraint k LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND "
             "a.attnum = ANY (k.conkey) WHERE k.contype = 'c' AND k.conrelid" +
             among_ + " ORDER BY k.conrelid, k.conname, a.attnum")) {
      TableDetails& table = table_of(row[0]);
      if (last != text_of(row[1])) table.checks.push_back({text_of(row[2]), text_of(row[3]), {}});
      last = text_of(row[1]);
      if (!row[4].is_null()) table.checks.back().columns.push_back(text_of(row[4]));
    }
  }

  // EXCLUDE, and keys WITHOUT OVERLAPS.
  void read_exclusions() {
    std::string last;
    for (const auto& row : connection_.query(
             "SELECT k.conrelid, k.oid, k.conname, k.condeferrable, pg_catalog.pg_get_expr(i.indpred, i.indrelid, "
             "false), am.amname, CASE WHEN i.indkey[n - 1] = 0 THEN '(' || "
             "pg_catalog.pg_get_indexdef(i.indexrelid, n, false) || ')' END, (SELECT a.attname FROM "
             "pg_catalog.pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[n - 1]), 'OPERATOR(' || "
             "pg_catalog.quote_ident(os.nspname) || '.' || o.oprname || ')', pg_catalog.quote_ident(cs.nspname) || '.' "
             "|| pg_catalog.quote_ident(oc.opcname), pg_catalog.array_to_string(ARRAY(SELECT DISTINCT a.attname FROM "
             "pg_catalog.pg_attribute a WHERE a.attrelid = k.conrelid AND (a.attnum = ANY (k.conkey) OR EXISTS (SELECT "
             "FROM pg_catalog.pg_depend d WHERE d.objid IN (k.oid, i.indexrelid) AND d.refobjid = k.conrelid AND "
             "d.refobjsubid = a.attnum)) ORDER BY a.attname), E'\\x01') "
             "FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid "
             "JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid JOIN pg_catalog.pg_am am ON am.oid = ic.relam "
             "CROSS JOIN LATERAL pg_catalog.generate_subscripts(k.conexclop, 1) AS n "
             "JOIN pg_catalog.pg_operator o ON o.oid = k.conexclop[n] "
             "JOIN pg_catalog.pg_namespace os ON os.oid = o.oprnamespace "
             "JOIN pg_catalog.pg_opclass oc ON oc.oid = i.indclass[n - 1] "
             "JOIN pg_catalog.pg_namespace cs ON cs.oid = oc.opcnamespace "
             "WHERE k.conexclop IS NOT NULL AND k.conrelid" +
             among_ + " ORDER BY k.conrelid, k.conname, n")) {
      TableDetails& table = table_of(row[0]);
      if (last != text_of(row[1])) {
        Exclusion exclusion;
        exclusion.key.name = text_of(row[2]);
        exclusion.key.deferrable = row[3].as<bool>();
        exclusion.key.predicate = text_of(row[4]);
        exclusion.access_method = text_of(row[5]);
        table.exclusions.push_back(std::move(exclusion));
      }
      last = text_of(row[1]);
      Exclusion& exclusion = table.exclusions.back();
      const std::string column = text_of(row[7]);
      exclusion.key.expressions.push_back(column.empty() ? text_of(row[6]) : quote_name(column));
      exclusion.key.equality.push_back({text_of(row[8])});
      exclusion.operator_classes.push_back(text_of(row[9]));
      exclusion.key.columns = split(text_of(row[10]));
    }
  }

  void read_references() {
    for (const auto& row : connection_.query(
             "SELECT DISTINCT f.confrelid, a.attname FROM pg_catalog.pg_constraint f JOIN pg_catalog.pg_attribute a ON "
             "a.attrelid = f.confrelid AND a.attnum = ANY (f.confkey) WHERE f.contype = 'f' AND f.confrelid" +
             among_))
      table_of(row[0]).referenced_columns.push_back(text_of(row[1]));
    std::string last;
    for (const auto& row : connection_.query(
             "SELECT f.confrelid, f.oid, f.conname, CASE c.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END || "
             "pg_catalog.quote_ident(s.nspname) || '.' || pg_catalog.quote_ident(c.relname), c.relname, f.conrelid = "
             "f.confrelid, f.confupdtype = 'r', ca.attname, pa.attname, 'OPERATOR(' || "
             "pg_catalog.quote_ident(es.nspname) || '.' || e.oprname || ')', 'OPERATOR(' || "
             "pg_catalog.quote_ident(ks.nspname) || '.' || k.oprname || ')', et.typtype = 'p' AND ca.atttypid >= 16384 "
             "FROM pg_catalog.pg_constraint f JOIN pg_catalog.pg_class c ON c.oid = f.conrelid "
             "JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace "
             "CROSS JOIN LATERAL pg_catalog.generate_subscripts(f.conkey, 1) AS n "
             "JOIN pg_catalog.pg_attribute ca ON ca.attrelid = f.conrelid AND ca.attnum = f.conkey[n] "
             "JOIN pg_catalog.pg_attribute pa ON pa.attrelid = f.confrelid AND pa.attnum = f.confkey[n] "
             "JOIN pg_catalog.pg_operator e ON e.oid = f.conpfeqop[n] "
             "JOIN pg_catalog.pg_namespace es ON es.oid = e.oprnamespace "
             "JOIN pg_catalog.pg_type et ON et.oid = e.oprleft "
             "JOIN pg_catalog.pg_operator k ON k.oid = f.conppeqop[n] "
             "JOIN pg_catalog.pg_namespace ks ON ks.oid = k.oprnamespace "
             "WHERE f.contype = 'f' AND f.conparentid = 0 AND f.confupdtype IN ('a', 'r') AND f.confrelid" +
             among_ + without_casts() + " ORDER BY f.confrelid, f.conname, f.oid, n")) {
      std::vector<Reference>& references = table_of(row[0]).references;
      if (last != text_of(row[1])) {
        references.push_back(
            {text_of(row[2]), text_of(row[3]), text_of(row[4]), row[5].as<bool>(), row[6].as<bool>(), {}, {}, {}, {}});
      }
      last = text_of(row[1]);
      references.back().columns.push_back(text_of(row[7]));
      references.back().parent_columns.push_back(text_of(row[8]));
      references.back().equality.push_back({text_of(row[9]), row[11].as<bool>()});
      references.back().key_equality.push_back({text_of(row[10]), row[11].as<bool>()});
    }
  }

 private:
  // Not those that compare by way of a cast which somebody made: what they hold back is the server's matter.
  static std::string without_casts() {
    return R"sql( AND NOT EXISTS (
        SELECT FROM pg_catalog.generate_subscripts(f.conkey, 1) AS m
        JOIN pg_catalog.pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[m]
        JOIN pg_catalog.pg_attribute b ON b.attrelid = f.confrelid AND b.attnum = f.confkey[m]
        JOIN pg_catalog.pg_type at ON at.oid = a.atttypid
        JOIN pg_catalog.pg_operator o ON o.oid = f.conpfeqop[m]
        JOIN pg_catalog.pg_type ot ON ot.oid = o.oprleft
        WHERE CASE WHEN ot.typtype = 'p' THEN a.atttypid <> b.atttypid AND a.atttypid >= 16384
                   ELSE at.typtype IN ('c', 'e', 'r', 'm') AND a.atttypid >= 16384 AND a.atttypid <> o.oprright END))sql";
  }

  TableDetails& table_of(const pqxx::field& oid) { return tables_[index_.at(oid.c_str())]; }

  Connection& connection_;
  std::vector<TableDetails>& tables_;
  std::unordered_map<std::string, std::size_t> index_;
  std::string among_;
};

}  // namespace

void read_constraints(Connection& connection, std::vector<TableDetails>& tables) {
  ConstraintReader reader(connection, tables);
  reader.read_checks();
  reader.read_exclusions();
  reader.read_references();
}

}  // namespace postgres
