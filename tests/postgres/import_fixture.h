// What the tests of the way in share: a file in memory (exported from a real database, or written record by record
// against the tables of the target), and an import of it phase by phase through engine::Target. The plan is the plain
// one: every table of the file into the table of the same name. Checks the sum rule on every import.
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

#include "base/byte_sink.h"
#include "catalog/graph.h"
#include "format/byte_source.h"
#include "format/row_parser.h"
#include "format/row_splitter.h"
#include "format/table_reader.h"
#include "format/writer.h"
#include "postgres/source.h"
#include "postgres/target.h"
#include "support/dump.h"
#include "support/server.h"

namespace import_test {

class MemorySink final : public base::ByteSink {
 public:
  void write(std::string_view bytes) override { text.append(bytes); }
  void finish() override {}
  std::string text;
};

class MemorySource final : public format::ByteSource {
 public:
  explicit MemorySource(const std::string& text) : text_(text) {}
  std::size_t read(char* to, std::size_t bytes) override {
    const std::size_t taken = std::min(bytes, text_.size() - at_);
    std::memcpy(to, text_.data() + at_, taken);
    at_ += taken;
    return taken;
  }
  void seek(std::uint64_t offset) override { at_ = static_cast<std::size_t>(offset); }
  const std::string& name() const override { return name_; }

 private:
  const std::string& text_;
  std::size_t at_ = 0;
  std::string name_ = "memory.json";
};

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

inline std::vector<catalog::Table> in_order(std::vector<catalog::Table> tables) {
  std::vector<catalog::Table> sorted;
  for (const std::size_t i : catalog::dependency_order(tables, {})) sorted.push_back(tables[i]);
  return sorted;
}

inline format::Header header_of(std::vector<catalog::Table> tables) {
  format::Header header;
  header.exported_at = "2025-01-15T10:30:00Z";
  header.generator = "test";
  header.engine = "postgresql";
  header.server_version = "15";
  header.database = "source";
  header.schemas = {"public"};
  header.tables = std::move(tables);
  return header;
}

// The whole database as a file.
inline std::string export_of(const std::string& url, engine::RowOrder order = engine::RowOrder::kPhysical) {
  postgres::PostgresSource source(connect(url), std::chrono::seconds(5));
  const auto tables = in_order(source.tables({}));
  source.open_snapshot(tables);
  MemorySink sink;
  format::Writer writer(sink, header_of(tables));
  for (std::size_t i = 0; i < tables.size(); ++i) {
    writer.begin_table(i);
    const auto reader = source.read({tables[i].name, {}, order});
    while (const auto records = reader->read_batch(writer.buffer())) writer.end_batch(records);
    writer.end_table();
  }
  writer.finish();
  return sink.text;
}

// Table (of public), and its records.
using Records = std::vector<std::pair<std::string, std::vector<std::string>>>;

// A file whose tables are those of `url`, as the catalog of that database describes them; `change` may alter them.
inline std::string file_for(const std::string& url, const Records& records,
                            const std::function<void(catalog::Table&)>& change = {}) {
  postgres::PostgresSource source(connect(url), std::chrono::seconds(5));
  std::vector<catalog::Table> tables;
  for (catalog::Table& table : in_order(source.tables({}))) {
    const bool named =
        std::any_of(records.begin(), records.end(), [&](const auto& r) { return r.first == table.name.name; });
    if (named && change) change(table);
    if (named) tables.push_back(table);
  }
  EXPECT_EQ(tables.size(), records.size()) << "a table of the test is not in the database";
  MemorySink sink;
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

struct Imported {
  std::map<std::string, engine::VerdictCounts> counts;
  std::map<std::string, std::vector<engine::Decision>> left_out;
  std::map<std::string, std::vector<engine::Decision>> decisions;  // with Detail::kFull, like audits
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

  // "2 id=7: reason" of the only row that was left out.
  std::string only_left_out(const std::string& table) const {
    const auto& rows = left_out.at(table);
    if (rows.size() != 1) return std::to_string(rows.size()) + " rows";
    return std::to_string(rows[0].record) + " " + rows[0].key + ": " + rows[0].reason;
  }

  std::string all_notices() const {
    std::string text;
    for (const std::string& line : notices) text += line + "\n";
    return text;
  }
};

struct How {
  engine::Intent intent = engine::Intent::kImport;
  engine::Mode mode = engine::Mode::kUpsert;
  std::function<void(engine::TablePlan&)> change = {};
  engine::Detail detail = engine::Detail::kCounts;
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
    imported.counts[name] = target.counts(i);
    EXPECT_EQ(imported.counts[name].sum(), imported.counts[name].rows) << name;
    imported.left_out[name].clear();
    target.for_each_decision(i, engine::Decisions::kLeftOut, [&](const engine::Decision& row) {
      imported.left_out[name].push_back(row);
      return true;
    });
    EXPECT_EQ(imported.left_out[name].size(), imported.counts[name].left_out()) << name;
    if (how.detail == engine::Detail::kCounts) continue;
    imported.decisions[name].clear();
    target.for_each_decision(i, engine::Decisions::kAll, [&](const engine::Decision& row) {
      imported.decisions[name].push_back(row);
      return true;
    });
    const engine::VerdictCounts& counts = imported.counts[name];
    EXPECT_EQ(imported.decisions[name].size(), counts.rows - counts.unchanged) << name;
    imported.audits[name] = target.audit(i);
  }
}

inline void stage(engine::Target& target, const std::string& text, const std::vector<catalog::Table>& tables) {
  base::Progress progress(base::ProgressMode::kNone, 2, base::Color::kNever);
  MemorySource source(text);
  format::RowSplitter splitter(source, 4096);
  splitter.read_header();
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
}

// begin to classify; the transaction stays open.
inline Imported classify(engine::Target& target, const std::string& text, const How& how,
                         std::vector<catalog::Table>& tables) {
  base::Progress progress(base::ProgressMode::kNone, 2, base::Color::kNever);
  MemorySource source(text);
  format::RowSplitter splitter(source, 4096);
  tables = splitter.read_header().tables;
  target.begin(how.intent);
  const auto there = target.tables({});
  std::vector<engine::TablePlan> plans;
  std::vector<catalog::Table> chosen;
  for (const catalog::Table& table : tables) {
    const auto found = std::find_if(there.begin(), there.end(), [&](const auto& t) { return t.name == table.name; });
    if (found == there.end()) throw std::runtime_error("the target lacks " + table.name.name);
    plans.push_back(plan_of(table, *found));
    plans.back().mode = how.mode;
    if (how.change) how.change(plans.back());
    chosen.push_back(*found);
  }
  target.prepare(std::move(plans), catalog::dependency_components(chosen, {}), how.detail);
  for (bool again = true; again;) {
    again = false;
    try {
      stage(target, text, tables);
      target.classify(progress);
    } catch (const engine::StageAgain&) {
      again = true;
    }
  }
  Imported imported;
  collect(target, tables, how, imported);
  return imported;
}

inline Imported run_import(postgres::PostgresTarget& target, const std::string& text, const How& how) {
  base::Progress progress(base::ProgressMode::kNone, 2, base::Color::kNever);
  std::vector<catalog::Table> tables;
  Imported imported = classify(target, text, how, tables);
  if (how.intent == engine::Intent::kDryRun) {
    target.roll_back();
    return imported;
  }
  target.merge(progress);
  collect(target, tables, how, imported);
  if (how.intent == engine::Intent::kRehearsal) {
    target.roll_back();
    return imported;
  }
  target.commit();
  imported.notices = target.notices();
  return imported;
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
