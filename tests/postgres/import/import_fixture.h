// Imports into a real PostgreSQL: support/import_run.h with the connections of a throw-away database.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "postgres/export/source.h"
#include "postgres/import/target.h"
#include "support/dump.h"
#include "support/import_run.h"
#include "support/server.h"

namespace import_test {

using support::classify;
using support::file_for;
using support::header_of;
using support::How;
using support::Imported;
using support::in_order;
using support::Records;
using support::run_import;

inline std::unique_ptr<postgres::Connection> connect(const std::string& url, std::stop_token stop = {}) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(url.c_str(), nullptr),
                                                                             PQconninfoFree);
  postgres::Parameters parameters;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) parameters.emplace_back(option->keyword, option->val);
  }
  return std::make_unique<postgres::Connection>(parameters, "the test database", std::move(stop));
}

// The same database as another role, without a password.
inline std::string as_role(const support::Database& database, const std::string& role) {
  std::string url = database.url();
  return url.replace(url.find("postgres@"), std::strlen("postgres"), role);
}

// The whole database as a file.
inline std::string export_of(const std::string& url, engine::RowOrder order = engine::RowOrder::kPhysical) {
  postgres::PostgresSource source(connect(url), std::chrono::seconds(5));
  return support::export_of(source, order);
}

inline std::string file_for(const std::string& url, const Records& records,
                            const std::function<void(catalog::Table&)>& change = {}) {
  postgres::PostgresSource source(connect(url), std::chrono::seconds(5));
  return file_for(source, records, change);
}

inline Imported run_import(const std::string& url, const std::string& text, const How& how = {}) {
  postgres::PostgresTarget target([&] { return connect(url); }, std::chrono::seconds(5));
  return run_import(target, text, how);
}

inline Imported dry_run(const std::string& url, const std::string& text) {
  return run_import(url, text, {.intent = engine::Intent::kDryRun});
}

// What the target holds, "1|a 2|" — NULL is empty.
inline std::string content(support::Database& database, const std::string& sql) {
  std::string text;
  for (const auto& row : database.rows(sql)) {
    if (!text.empty()) text += ' ';
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : "|") + row[i].value_or("");
  }
  return text;
}

// One database with a schema of the test's own, and imports into it.
struct Case {
  explicit Case(const std::string& schema) { database.run(schema); }
  Imported import(const Records& records, const How& how = {}) {
    return run_import(database.url(), file_for(database.url(), records), how);
  }
  // A dry run says what the import will do, then the import does it.
  Imported import_as_announced(const Records& records, How how = {}) {
    const std::string file = file_for(database.url(), records);
    how.detail = engine::Detail::kFull;
    how.intent = engine::Intent::kDryRun;
    const Imported announced = run_import(database.url(), file, how);
    how.intent = engine::Intent::kImport;
    Imported done = run_import(database.url(), file, how);
    for (const auto& [table, rows] : records) EXPECT_EQ(announced.of(table), done.of(table)) << table;
    return done;
  }
  std::string holds(const std::string& sql) { return content(database, sql); }

  support::Database database;
};

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace import_test
