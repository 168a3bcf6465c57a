// What the tests of the way out and in share: a database file made by the sqlite3 shell, a file in memory (exported
// from it, or written record by record), and an import of it phase by phase through engine::Target. Checks the sum rule
// on every import.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "catalog/graph.h"
#include "format/documents.h"
#include "format/row_parser.h"
#include "format/row_splitter.h"
#include "format/table_reader.h"
#include "format/writer.h"
#include "sqlite/source.h"
#include "sqlite/target.h"
#include "support/folder.h"
#include "support/program.h"

namespace sqlite_test {

// The sqlite3 shell is the oracle: it shares no code of ours.
class Database {
 public:
  explicit Database(const std::string& sql = "") { run("PRAGMA page_size = 4096; VACUUM;" + sql); }

  // What the shell prints.
  std::string run(const std::string& sql) const {
    const support::Run run = support::run_program({"sqlite3", "-bail", path_}, {.input = sql});
    EXPECT_EQ(run.status, 0) << sql << "\n" << run.err;
    return run.out;
  }
  // Of one query: rows separated by blanks, values by "|".
  std::string value(const std::string& sql) const {
    std::string text = run(sql + ";");
    if (!text.empty()) text.pop_back();
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
  }
  std::string dump() const { return run(".dump"); }
  std::string bytes() const { return support::read_file(path_); }
  const std::string& path() const { return path_; }
  const support::TemporaryFolder& folder() const { return folder_; }

 private:
  support::TemporaryFolder folder_;
  std::string path_ = folder_.file("test.db");
};

inline std::unique_ptr<sqlite::Connection> connect(const std::string& path, sqlite::Access access,
                                                   std::stop_token stop = {}) {
  return std::make_unique<sqlite::Connection>(path, access, std::chrono::milliseconds(100), std::move(stop));
}

inline std::vector<catalog::Table> in_order(std::vector<catalog::Table> tables) {
  std::vector<catalog::Table> sorted;
  for (const std::size_t i : catalog::dependency_order(tables, {})) sorted.push_back(tables[i]);
  return sorted;
}

inline format::Header header_of(std::vector<catalog::Table> tables) {
  format::Header header;
  header.exported_at = "2025-01-15T10:30:00Z";
  header.generator = "test";
  header.engine = "sqlite";
  header.server_version = "3";
  header.database = "test.db";
  header.tables = std::move(tables);
  return header;
}

inline std::string export_of(const Database& database, engine::RowOrder order = engine::RowOrder::kPhysical,
                             const std::string& where = {}) {
  sqlite::SqliteSource source(connect(database.path(), sqlite::Access::kReadSource));
  const auto tables = in_order(source.tables({}));
  source.open_snapshot(tables);
  format_test::MemorySink sink;
  format::Writer writer(sink, header_of(tables));
  for (std::size_t i = 0; i < tables.size(); ++i) {
    writer.begin_table(i);
    const auto reader = source.read({tables[i].name, where, order});
    while (const auto records = reader->read_batch(writer.buffer())) writer.end_batch(records);
    writer.end_table();
  }
  writer.finish();
  return sink.text;
}

using Records = std::vector<std::pair<std::string, std::vector<std::string>>>;

// A file whose tables are those of the database.
inline std::string file_for(const Database& database, const Records& records) {
  sqlite::SqliteSource source(connect(database.path(), sqlite::Access::kReadSource));
  std::vector<catalog::Table> tables;
  for (catalog::Table& table : in_order(source.tables({}))) {
    if (std::ranges::any_of(records, [&](const auto& r) { return r.first == table.name.name; }))
      tables.push_back(table);
  }
  EXPECT_EQ(tables.size(), records.size()) << "a table of the test is not in the database";
  format_test::MemorySink sink;
  format::Writer writer(sink, header_of(tables));
  for (std::size_t i = 0; i < tables.size(); ++i) {
    writer.begin_table(i);
    for (const auto& [name, lines] : records) {
      if (name != tables[i].name.name) continue;
      for (const std::string& line : lines) {
        writer.buffer().append(line);
        writer.buffer().append(",\n");
        writer.end_batch(1);
      }
    }
    writer.end_table();
  }
  writer.finish();
  return sink.text;
}

// The records of every table, one a line, without header and seal.
inline std::string data_of(const std::string& document) {
  const std::size_t begin = document.find("\"data\"");
  return document.substr(begin, document.find("\"seal\"") - begin);
}

struct Imported {
  std::map<std::string, engine::VerdictCounts> counts;
  std::map<std::string, std::vector<engine::Decision>> decisions;  // all of them
  std::map<std::string, engine::TableAudit> audits;
  std::vector<std::string> notices;

  // "insert 2, invalid 1": the verdicts that occur.
  std::string of(const std::string& table) const {
    const engine::VerdictCounts& c = counts.at(table);
    std::string text;
    const std::pair<const char*, std::uint64_t> parts[] = {{"insert", c.insert},       {"update", c.update},
                                                           {"unchanged", c.unchanged}, {"conflict", c.conflict},
                                                           {"invalid", c.invalid},     {"skipped", c.skipped}};
    for (const auto& [name, rows] : parts) {
      if (rows > 0) text += (text.empty() ? "" : ", ") + std::string(name) + " " + std::to_string(rows);
    }
    return text;
  }

  // "2 id=7: reason" of every row that was left out or skipped.
  std::string reasons(const std::string& table) const {
    std::string text;
    for (const engine::Decision& row : decisions.at(table)) {
      if (!row.reason.empty()) text += std::to_string(row.record) + " " + row.key + ": " + row.reason + "\n";
    }
    return text;
  }
};

struct How {
  engine::Intent intent = engine::Intent::kImport;
  engine::Detail detail = engine::Detail::kFull;
  std::function<void(engine::TablePlan&)> change = {};
};

inline engine::TablePlan plan_of(const catalog::Table& file, const catalog::Table& target) {
  engine::TablePlan plan;
  plan.target = target;
  for (const catalog::Column& column : file.columns) {
    if (column.generated) continue;
    const catalog::Column* there = target.find_column(column.name);
    const bool written = there != nullptr && !there->generated;
    plan.target_column.push_back(written ? static_cast<std::size_t>(there - target.columns.data())
                                         : engine::TablePlan::kNotWritten);
  }
  plan.identity = target.identity();
  return plan;
}

inline void collect(engine::Target& target, const std::vector<catalog::Table>& tables, const How& how,
                    Imported& imported) {
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const std::string& name = tables[i].name.name;
    const engine::VerdictCounts counts = imported.counts[name] = target.counts(i);
    EXPECT_EQ(counts.sum(), counts.rows) << name;
    imported.decisions[name].clear();
    target.for_each_decision(i, engine::Decisions::kAll, [&](const engine::Decision& row) {
      imported.decisions[name].push_back(row);
      return true;
    });
    EXPECT_EQ(imported.decisions[name].size(), counts.rows - counts.unchanged) << name;
    if (how.detail == engine::Detail::kFull) imported.audits[name] = target.audit(i);
  }
}

inline Imported import_file(const Database& database, const std::string& text, const How& how = {}) {
  base::Progress progress(base::ProgressMode::kNone, 2, base::Color::kNever);
  format_test::MemorySource source(text);
  format::RowSplitter splitter(source, 4096);
  const std::vector<catalog::Table> tables = splitter.read_header().tables;
  sqlite::SqliteTarget target([&](sqlite::Access access) { return connect(database.path(), access); });
  target.begin(how.intent);
  const auto there = target.tables({});
  std::vector<engine::TablePlan> plans;
  std::vector<catalog::Table> chosen;
  for (const catalog::Table& table : tables) {
    const auto found = std::ranges::find(there, table.name, &catalog::Table::name);
    if (found == there.end()) throw std::runtime_error("the target lacks " + table.name.name);
    plans.push_back(plan_of(table, *found));
    if (how.change) how.change(plans.back());
    chosen.push_back(*found);
  }
  target.prepare(std::move(plans), catalog::dependency_components(chosen, {}), how.detail);
  std::string section;
  for (std::size_t i = 0; splitter.next_table(section); ++i) {
    std::vector<std::string> columns;
    for (const catalog::Column& column : tables[i].columns) {
      if (!column.generated) columns.push_back(column.name);
    }
    format::RowParser parser(columns, format::Strictness::kFull, section);
    format::TableReader records(splitter, parser);
    target.stage(i, records, progress);
  }
  target.classify(progress);
  Imported imported;
  collect(target, tables, how, imported);
  if (how.intent == engine::Intent::kDryRun) {
    target.roll_back();
    return imported;
  }
  target.merge(progress);
  collect(target, tables, how, imported);
  imported.notices = target.notices();
  if (how.intent == engine::Intent::kRehearsal) {
    target.roll_back();
  } else {
    target.commit();
  }
  return imported;
}

// One database with a schema of the test's own, and imports into it.
struct Case {
  explicit Case(const std::string& sql) : database(sql) {}

  Imported import(const Records& records, const How& how = {}) const {
    return import_file(database, file_for(database, records), how);
  }

  // A dry run says what the import will do, then the import does it.
  Imported import_as_announced(const Records& records, How how = {}) const {
    how.intent = engine::Intent::kDryRun;
    const Imported announced = import(records, how);
    how.intent = engine::Intent::kImport;
    const Imported done = import(records, how);
    for (const auto& [table, rows] : records) {
      EXPECT_EQ(announced.of(table), done.of(table)) << table;
      EXPECT_EQ(announced.reasons(table), done.reasons(table)) << table;
    }
    return done;
  }

  Database database;
};

}  // namespace sqlite_test
