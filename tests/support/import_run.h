// What the tests of the way out and in share, whatever the engine: a file in memory (exported from a real database, or
// written record by record against the tables of the target), and an import of it phase by phase through
// engine::Target. The plan is the plain one: every table of the file into the table of the same name. Checks the sum
// rule on every import.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/progress.h"
#include "catalog/graph.h"
#include "engine/source.h"
#include "engine/target.h"
#include "format/documents.h"
#include "format/row_parser.h"
#include "format/row_splitter.h"
#include "format/table_reader.h"
#include "format/writer.h"

namespace support {

inline std::vector<catalog::Table> in_order(std::vector<catalog::Table> tables) {
  std::vector<catalog::Table> sorted;
  for (const std::size_t i : catalog::dependency_order(tables, {})) sorted.push_back(tables[i]);
  return sorted;
}

inline format::Header header_of(const outcome::DatabaseInfo& info, std::vector<catalog::Table> tables) {
  format::Header header;
  header.exported_at = "2025-01-15T10:30:00Z";
  header.generator = "test";
  header.engine = info.engine;
  header.server_version = info.server_version;
  header.database = info.database;
  if (info.engine == "postgresql") header.schemas = {"public"};
  header.tables = std::move(tables);
  return header;
}

// The whole database as a file.
inline std::string export_of(engine::Source& source, engine::RowOrder order = engine::RowOrder::kPhysical,
                             const std::string& where = {}) {
  const auto tables = in_order(source.tables({}));
  source.open_snapshot(tables);
  format_test::MemorySink sink;
  format::Writer writer(sink, header_of(source.info(), tables));
  for (std::size_t i = 0; i < tables.size(); ++i) {
    writer.begin_table(i);
    const auto reader = source.read({tables[i].name, where, order});
    while (const auto records = reader->read_batch(writer.buffer())) writer.end_batch(records);
    writer.end_table();
  }
  writer.finish();
  return sink.text;
}

// Table, by its name alone, and its records.
using Records = std::vector<std::pair<std::string, std::vector<std::string>>>;

// A file whose tables are those of `source`, as the catalog of that database describes them; `change` may alter them.
inline std::string file_for(engine::Source& source, const Records& records,
                            const std::function<void(catalog::Table&)>& change = {}) {
  std::vector<catalog::Table> tables;
  for (catalog::Table& table : in_order(source.tables({}))) {
    const bool named =
        std::any_of(records.begin(), records.end(), [&](const auto& r) { return r.first == table.name.name; });
    if (named && change) change(table);
    if (named) tables.push_back(table);
  }
  EXPECT_EQ(tables.size(), records.size()) << "a table of the test is not in the database";
  format_test::MemorySink sink;
  format::Writer writer(sink, header_of(source.info(), tables));
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
  std::map<std::string, outcome::VerdictCounts> counts;
  std::map<std::string, std::vector<outcome::Decision>> left_out;
  std::map<std::string, std::vector<outcome::Decision>> decisions;  // with Detail::kFull, like effects
  std::map<std::string, outcome::TableEffects> effects;
  std::vector<std::string> notices;

  // "insert 2, invalid 1": the verdicts that occur.
  std::string of(const std::string& table) const {
    const outcome::VerdictCounts& c = counts.at(table);
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

  // The same of every row that was left out or skipped, one a line; with Detail::kFull.
  std::string reasons(const std::string& table) const {
    std::string text;
    for (const outcome::Decision& row : decisions.at(table)) {
      if (!row.reason.empty()) text += std::to_string(row.record) + " " + row.key + ": " + row.reason + "\n";
    }
    return text;
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
  // After prepare(): which tables of the file need no staging.
  std::function<std::vector<bool>(engine::Target&, const std::string& text)> find_unchanged = {};
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
    EXPECT_EQ(imported.counts[name].sum(), imported.counts[name].judged()) << name;
    imported.left_out[name].clear();
    target.for_each_decision(i, engine::Decisions::kLeftOut, [&](const outcome::Decision& row) {
      imported.left_out[name].push_back(row);
      return true;
    });
    EXPECT_EQ(imported.left_out[name].size(), imported.counts[name].left_out()) << name;
    if (how.detail == engine::Detail::kCounts) continue;
    imported.decisions[name].clear();
    target.for_each_decision(i, engine::Decisions::kAll, [&](const outcome::Decision& row) {
      imported.decisions[name].push_back(row);
      return true;
    });
    const outcome::VerdictCounts& counts = imported.counts[name];
    EXPECT_EQ(imported.decisions[name].size(), counts.judged() - counts.unchanged) << name;
    imported.effects[name] = target.effects(i);
  }
}

inline engine::Staging stage(engine::Target& target, const std::string& text, const std::vector<catalog::Table>& tables,
                             const std::vector<bool>& unchanged = {}) {
  base::Progress progress(base::ProgressMode::kNone, 2, base::Color::kNever);
  format_test::MemorySource source(text);
  format::RowSplitter splitter(source, 4096);
  splitter.read_header();
  std::string section;
  for (std::size_t i = 0; splitter.next_table(section); ++i) {
    std::vector<std::string> columns;
    for (const catalog::Column& column : tables[i].columns) {
      if (!column.generated) columns.push_back(column.name);
    }
    if (i < unchanged.size() && unchanged[i]) continue;
    format::RowParser parser(columns, format::Strictness::kFull, section);
    format::TableReader records(splitter, parser);
    if (target.stage(i, records, progress) == engine::Staging::kOnceMore) return engine::Staging::kOnceMore;
  }
  return engine::Staging::kGoesOn;
}

// By table of the file.
inline std::vector<std::uint64_t> rows_of(const std::string& text) {
  format_test::MemorySource source(text);
  format::RowSplitter splitter(source, 4096);
  splitter.read_header();
  std::vector<std::uint64_t> rows;
  std::string section;
  format::RawRecord record;
  while (splitter.next_table(section)) {
    rows.push_back(0);
    while (splitter.next_record(record)) ++rows.back();
  }
  return rows;
}

// begin to classify; the transaction stays open.
inline Imported classify(engine::Target& target, const std::string& text, const How& how,
                         std::vector<catalog::Table>& tables) {
  base::Progress progress(base::ProgressMode::kNone, 2, base::Color::kNever);
  format_test::MemorySource source(text);
  format::RowSplitter splitter(source, 4096);
  tables = splitter.read_header().tables;
  target.begin(how.intent);
  std::vector<catalog::Table> written;
  for (const catalog::Table& found : target.tables({})) {
    if (std::any_of(tables.begin(), tables.end(), [&](const auto& t) { return t.name == found.name; }))
      written.push_back(found);
  }
  target.lock(written, engine::TableLocks::kAgainstChangesOfShape);
  const auto there = target.tables({});
  std::vector<engine::TablePlan> plans;
  std::vector<catalog::Table> chosen;
  const std::vector<std::uint64_t> rows = rows_of(text);
  for (const catalog::Table& table : tables) {
    const auto found = std::find_if(there.begin(), there.end(), [&](const auto& t) { return t.name == table.name; });
    if (found == there.end()) throw std::runtime_error("the target lacks " + table.name.name);
    plans.push_back(plan_of(table, *found));
    plans.back().mode = how.mode;
    plans.back().rows = rows[plans.size() - 1];
    if (how.change) how.change(plans.back());
    chosen.push_back(*found);
  }
  target.prepare(std::move(plans), catalog::dependency_components(chosen, {}), how.detail);
  std::vector<bool> unchanged;
  if (how.find_unchanged) unchanged = how.find_unchanged(target, text);
  while (stage(target, text, tables, unchanged) == engine::Staging::kOnceMore ||
         target.classify(progress) == engine::Staging::kOnceMore) {
  }
  Imported imported;
  collect(target, tables, how, imported);
  return imported;
}

inline Imported run_import(engine::Target& target, const std::string& text, const How& how) {
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

}  // namespace support
