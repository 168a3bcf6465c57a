// Exports from and imports into database files made by the sqlite3 shell: support/import_run.h for this engine.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "format/documents.h"
#include "sqlite/export/source.h"
#include "sqlite/import/target.h"
#include "support/folder.h"
#include "support/import_run.h"
#include "support/program.h"

namespace sqlite_test {

using support::header_of;
using support::Imported;
using support::in_order;
using support::Records;

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

inline std::string export_of(const Database& database, engine::RowOrder order = engine::RowOrder::kPhysical,
                             const std::string& where = {}) {
  sqlite::SqliteSource source(connect(database.path(), sqlite::Access::kReadSource));
  return support::export_of(source, order, where);
}

// A file whose tables are those of the database.
inline std::string file_for(const Database& database, const Records& records) {
  sqlite::SqliteSource source(connect(database.path(), sqlite::Access::kReadSource));
  return support::file_for(source, records);
}

// The records of every table, one a line, without header and seal.
inline std::string data_of(const std::string& document) {
  const std::size_t begin = document.find("\"data\"");
  return document.substr(begin, document.find("\"seal\"") - begin);
}

struct How {
  engine::Intent intent = engine::Intent::kImport;
  engine::Detail detail = engine::Detail::kFull;
  std::function<void(engine::TablePlan&)> change = {};
};

inline Imported import_file(const Database& database, const std::string& text, const How& how = {}) {
  sqlite::SqliteTarget target([&](sqlite::Access access) { return connect(database.path(), access); });
  return support::run_import(target, text, {.intent = how.intent, .change = how.change, .detail = how.detail});
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
