#include "postgres/import/kept_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "postgres/catalog/record_reader.h"
#include "postgres/import/changed_columns.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// The rows that an import is about to write over, or to delete.
constexpr const char* kBefore = R"sql(
SELECT {number}v.record AS {record}, {columns}
FROM {verdicts} v JOIN {staged} s ON s.{record} = v.record JOIN {target} t ON {same}
WHERE v.verdict = 'u')sql";

constexpr const char* kBeforeDelete = R"sql(
SELECT {number}d.record AS {record}, {columns}
FROM {deletes} d JOIN {target} t ON t.tableoid = d.target_table AND t.ctid = d.target_row
WHERE d.state = 'd')sql";

// The same with what will be there after the merge.
constexpr const char* kForeseen = R"sql(
COPY (
SELECT s.{record}, {columns}{mark}
FROM {updates}
) TO STDOUT (FORMAT binary))sql";

// A table for kept rows that are sent back to the server from this side's memory or disk (forget_what_was_foreseen).
constexpr const char* kEmpty = R"sql(
CREATE TEMPORARY TABLE before_{number} ON COMMIT DROP AS
SELECT NULL::pg_catalog.int8 AS {record}, {columns}NULL::pg_catalog.text AS {mark}
FROM {target} t WITH NO DATA)sql";

constexpr const char* kUpdated = R"sql(
SELECT {columns}{mark}
FROM {before} b JOIN {verdicts} v ON v.record = b.{record} JOIN {target} t ON {same}
WHERE v.verdict IN ('i', 'u'))sql";

// A row that a trigger of the import has made meanwhile is an update, and was not there before.
constexpr const char* kInserted = R"sql(
SELECT {columns}{mark}
FROM {verdicts} v JOIN pg_temp.fresh f ON f.plan = {number} AND f.record = v.record
JOIN {staged} s ON s.{record} = v.record JOIN {target} t ON {same}
WHERE v.verdict IN ('i', 'u'))sql";

// Of equal rows those that this transaction wrote, as far as that can be seen: they are the youngest.
constexpr const char* kInsertedWithoutKey = R"sql(
SELECT {columns}{mark}
FROM (SELECT s.{record}, {staged_image}::pg_catalog.text COLLATE pg_catalog."C" AS image,
             pg_catalog.row_number() OVER (PARTITION BY {staged_image}::pg_catalog.text COLLATE pg_catalog."C"
                                           ORDER BY s.{record}) AS n
      FROM {staged} s JOIN {verdicts} v ON v.record = s.{record} WHERE v.verdict = 'i') s
JOIN (SELECT {columns_of_target}, {target_image}::pg_catalog.text COLLATE pg_catalog."C" AS {image},
             pg_catalog.row_number() OVER (PARTITION BY {target_image}::pg_catalog.text COLLATE pg_catalog."C"
                                           ORDER BY pg_catalog.age(t.xmin)) AS {place},
             pg_catalog.count(*) OVER (PARTITION BY {target_image}::pg_catalog.text COLLATE pg_catalog."C") AS {rows}
      FROM {target} t) t
  ON t.{image} = s.image AND t.{place} = s.n)sql";

constexpr const char* kDeleted = R"sql(
SELECT {columns}'i' || COALESCE(d.equal_rows::pg_catalog.text, '')
FROM {before} b JOIN {deletes} d ON d.record = b.{record}
WHERE d.state = 'g')sql";

// With a comma after it.
std::string values(const std::vector<std::string>& list) {
  return list.empty() ? std::string{} : join(list, ", ") + ", ";
}

// The text of such a value is read back through the checks of a domain, which may have come since.
bool meets_a_domain(const ColumnDetails& column) {
  const auto is_made = [](char kind, std::uint32_t oid) {
    constexpr std::uint32_t kFirstOfUser = 16384;
    return oid >= kFirstOfUser && (kind == 'c' || kind == 'r' || kind == 'm');
  };
  const ColumnType& type = column.type;
  return column.is_domain || type.element_wire_oid != 0 || is_made(type.kind, type.oid) ||
         is_made(type.element_kind, type.element_oid);
}

// With temporary tables of its own.
bool is_large(const StagedTable& table) { return table.stage_part.number.empty() && table.first_column_type.empty(); }

// The mark of a row without a key, in a table of which all rows came with the import.
std::string equal_rows_until(const StagedTable& table) {
  return fmt::format(
      R"sql('d' || pg_catalog.row_number() OVER (PARTITION BY {}::pg_catalog.text COLLATE pg_catalog."C"))sql",
      table.image("t"));
}

// One reader after the other.
class Readers : public engine::RowReader {
 public:
  void add(std::unique_ptr<engine::RowReader> reader) { readers_.push_back(std::move(reader)); }

  std::uint64_t read_batch(base::ByteBuffer& out) override {
    for (; at_ < readers_.size(); ++at_) {
      if (const std::uint64_t records = readers_[at_]->read_batch(out)) return records;
    }
    return 0;
  }

 private:
  std::vector<std::unique_ptr<engine::RowReader>> readers_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<MarkedValue> KeptRows::marked(const StagedTable& table) {
  std::vector<MarkedValue> values;
  for (const Column& column : columns_of(table)) values.push_back({column.name, "t." + column.quoted});
  return values;
}

// As the merge will leave it: what it assigns, and the rest as it is.
std::vector<MarkedValue> KeptRows::foreseen(const StagedTable& table) {
  std::vector<MarkedValue> values;
  for (const Column& column : columns_of(table)) {
    const auto staged = std::ranges::find(table.columns, column.name, &StagedColumn::name);
    const bool assigned = staged != table.columns.end() && table.is_assigned(*staged);
    values.push_back({column.name, (assigned ? "s." : "t.") + column.quoted});
  }
  return values;
}

// Of small tables there is nothing to gain. Values that travel in binary can come back to the server as they were.
bool KeptRows::is_foreseen(const StagedTable& table) {
  const auto travels_as_text = [](const Column& column) {
    return transport_of(column.details->type) != Transport::kBinary || meets_a_domain(*column.details);
  };
  return is_large(table) && table.not_updatable.empty() && std::ranges::none_of(columns_of(table), travels_as_text);
}

void KeptRows::keep(Foresight foresight) {
  connection_.execute("CREATE TEMPORARY TABLE fresh (plan pg_catalog.int4, record pg_catalog.int8) ON COMMIT DROP");
  for (std::size_t i = 0; i < tables_.size(); ++i) keep(i, foresight);
}

// With each value under its column's name; the target computes generated ones itself.
std::vector<KeptRows::Column> KeptRows::columns_of(const StagedTable& table) {
  std::vector<Column> columns;
  for (std::size_t i = 0; i < table.details.columns.size(); ++i) {
    const catalog::Column& column = table.details.table.columns[i];
    if (!column.generated) columns.push_back({column.name, quote_name(column.name), &table.details.columns[i]});
  }
  return columns;
}

void KeptRows::keep(std::size_t number, Foresight foresight) {
  const StagedTable& table = tables_[number];
  if (table.loaded) return;
  const bool updates = table.may_be_written > 0 && !table.plan.identity.empty();
  if (updates) {
    fresh_[number] =
        connection_.execute(fmt::format("INSERT INTO pg_temp.fresh SELECT {}, v.record FROM {} v WHERE v.verdict = 'i'",
                                        table.plan_number, table.verdicts));
  }
  if (!updates && table.may_be_deleted == 0) return;
  if (updates && foresight == Foresight::kOfUpdates && is_foreseen(table)) return keep_on_this_side(number);
  const bool own = is_large(table) || std::ranges::any_of(table.details.columns, meets_a_domain);
  kept_[number] = own ? Kept::kInOwn : Kept::kShared;
  if (!own && !shared_made_) {
    connection_.execute(R"sql(
CREATE TEMPORARY TABLE before (plan pg_catalog.int4, record pg_catalog.int8, whole pg_catalog.text) ON COMMIT DROP;
CREATE INDEX ON pg_temp.before (plan, record))sql");
    shared_made_ = true;
  }
  std::vector<std::string> list;
  for (const Column& column : columns_of(table)) list.push_back("t." + column.quoted);
  const std::string columns = own ? join(list, ", ") : "pg_catalog.format('%s', ROW(t.*))";
  const std::string plan = own ? std::string{} : table.plan_number + ", ";
  std::vector<std::string> parts;
  if (updates) {
    parts.push_back(fmt::format(kBefore, fmt::arg("number", plan), fmt::arg("record", table.record),
                                fmt::arg("columns", columns), fmt::arg("verdicts", table.verdicts),
                                fmt::arg("staged", table.typed_rows()), fmt::arg("target", table.target_rows),
                                fmt::arg("same", table.same_identity("s", "t"))));
  }
  if (table.may_be_deleted > 0) {
    parts.push_back(fmt::format(kBeforeDelete, fmt::arg("number", plan), fmt::arg("record", table.record),
                                fmt::arg("columns", columns), fmt::arg("deletes", table.deletes),
                                fmt::arg("target", table.target_rows)));
  }
  const std::string heap = "pg_temp.before_" + table.plan_number;
  connection_.execute((own ? "CREATE TEMPORARY TABLE before_" + table.plan_number + " ON COMMIT DROP AS"
                           : std::string("INSERT INTO pg_temp.before")) +
                      join(parts, " UNION ALL"));
  connection_.execute("ANALYZE " +
                      (own ? heap + " (" + table.record + ")" : std::string("pg_temp.before (plan, record)")));
}

void KeptRows::keep_on_this_side(std::size_t number) {
  const StagedTable& table = tables_[number];
  kept_[number] = Kept::kOnThisSide;
  std::vector<std::string> list;
  for (const Column& column : columns_of(table)) list.push_back("t." + column.quoted);
  spools_[number].emplace(connection_,
                          fmt::format(kForeseen, fmt::arg("record", table.record), fmt::arg("columns", values(list)),
                                      fmt::arg("mark", row_mark(table, foreseen(table), 'u')),
                                      fmt::arg("updates", classified_updates(table))));
}

// Sends the rows as they were back to the server, where they are compared with what is there after the merge.
void KeptRows::forget_what_was_foreseen() {
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (kept_[i] != Kept::kOnThisSide) continue;
    const StagedTable& table = tables_[i];
    std::vector<std::string> list;
    std::vector<std::string> names;
    for (const Column& column : columns_of(table)) {
      list.push_back("t." + column.quoted);
      names.push_back(column.quoted);
    }
    const std::string heap = "pg_temp.before_" + table.plan_number;
    connection_.execute(fmt::format(kEmpty, fmt::arg("number", table.plan_number), fmt::arg("record", table.record),
                                    fmt::arg("columns", values(list)), fmt::arg("mark", table.mark),
                                    fmt::arg("target", table.target_rows)));
    connection_.begin_copy_in(
        fmt::format("COPY {} ({}, {}{}) FROM STDIN (FORMAT binary)", heap, table.record, values(names), table.mark));
    CopySpool& spool = *spools_[i];
    for (std::string_view chunk = spool.next_chunk(); !chunk.empty(); chunk = spool.next_chunk())
      connection_.send_chunk(chunk);
    connection_.end_copy_in();
    connection_.execute("ANALYZE " + heap + " (" + table.record + ")");
    spools_[i].reset();
    kept_[i] = Kept::kInOwn;
  }
}

// The kept rows under their columns' names.
std::string KeptRows::kept_rows(std::size_t number) const {
  const StagedTable& table = tables_[number];
  if (kept_[number] == Kept::kInOwn) return "pg_temp.before_" + table.plan_number;
  std::vector<std::string> list;
  for (const Column& column : columns_of(table)) list.push_back("(x.whole)." + column.quoted);
  // OFFSET 0: the text becomes a row once, and not once for each of its columns.
  return fmt::format(
      "(SELECT {}x.record AS {} FROM (SELECT w.record, w.whole::{} AS whole FROM pg_temp.before w WHERE w.plan = {} "
      "OFFSET 0) x)",
      values(list), table.record, table.target, table.plan_number);
}

std::string KeptRows::updated(std::size_t number) const {
  const StagedTable& table = tables_[number];
  std::vector<std::string> list;
  for (const Column& column : columns_of(table)) list.push_back(sent_value(column.details->type, "b." + column.quoted));
  return fmt::format(kUpdated, fmt::arg("columns", values(list)), fmt::arg("mark", row_mark(table, marked(table), 'u')),
                     fmt::arg("before", kept_rows(number)), fmt::arg("verdicts", table.verdicts),
                     fmt::arg("record", table.record), fmt::arg("target", table.target_rows),
                     fmt::arg("same", table.same_identity("b", "t")));
}

// Of a row that was not there before only what it is found by.
std::string KeptRows::inserted(std::size_t number) const {
  const StagedTable& table = tables_[number];
  std::vector<std::string> list;
  const std::vector<std::string>& identity = table.plan.identity;
  for (const Column& column : columns_of(table)) {
    const bool key =
        std::ranges::any_of(identity, [&](const std::string& name) { return quote_name(name) == column.quoted; });
    const std::string value = "t." + column.quoted;
    list.push_back(sent_value(column.details->type, key ? value : "CASE WHEN false THEN " + value + " END"));
  }
  return fmt::format(kInserted, fmt::arg("columns", values(list)),
                     fmt::arg("mark", row_mark(table, marked(table), 'd')), fmt::arg("verdicts", table.verdicts),
                     fmt::arg("staged", table.typed_rows()), fmt::arg("record", table.record),
                     fmt::arg("target", table.target_rows), fmt::arg("same", table.same_identity("s", "t")),
                     fmt::arg("number", table.plan_number));
}

std::string KeptRows::inserted_without_key(const StagedTable& table) const {
  std::vector<std::string> list;
  std::vector<std::string> of_target;
  for (const Column& column : columns_of(table)) {
    list.push_back(sent_value(column.details->type, "t." + column.quoted));
    of_target.push_back("t." + column.quoted);
  }
  of_target.push_back("t.tableoid");
  const std::string image = table.free_name("db-transfer image");
  const std::string place = table.free_name("db-transfer place");
  const std::string rows = table.free_name("db-transfer rows");
  return fmt::format(kInsertedWithoutKey, fmt::arg("columns", values(list)), fmt::arg("rows", rows),
                     fmt::arg("mark", fmt::format("'d' || (t.{} - t.{} + 1)", rows, place)),
                     fmt::arg("record", table.record), fmt::arg("staged_image", table.image("s")),
                     fmt::arg("staged", table.typed_rows()), fmt::arg("verdicts", table.verdicts),
                     fmt::arg("columns_of_target", join(of_target, ", ")), fmt::arg("target_image", table.image("t")),
                     fmt::arg("target", table.target_rows), fmt::arg("image", image), fmt::arg("place", place));
}

// A table that was empty: all of its rows.
std::string KeptRows::loaded(const StagedTable& table) const {
  std::vector<std::string> list;
  const std::vector<std::string>& identity = table.plan.identity;
  for (const Column& column : columns_of(table)) {
    const bool shown = identity.empty() || std::ranges::any_of(identity, [&](const std::string& name) {
                         return quote_name(name) == column.quoted;
                       });
    const std::string value = "t." + column.quoted;
    list.push_back(sent_value(column.details->type, shown ? value : "CASE WHEN false THEN " + value + " END"));
  }
  return "SELECT " + values(list) + (identity.empty() ? equal_rows_until(table) : row_mark(table, marked(table), 'd')) +
         " FROM " + table.target_rows + " t";
}

std::string KeptRows::deleted(std::size_t number) const {
  const StagedTable& table = tables_[number];
  std::vector<std::string> list;
  for (const Column& column : columns_of(table)) list.push_back(sent_value(column.details->type, "b." + column.quoted));
  return fmt::format(kDeleted, fmt::arg("columns", values(list)), fmt::arg("before", kept_rows(number)),
                     fmt::arg("deletes", table.deletes), fmt::arg("record", table.record));
}

std::unique_ptr<engine::RowReader> KeptRows::read(std::size_t number, const std::string& key) {
  const StagedTable& table = tables_[number];
  std::vector<RecordReader::Column> columns;
  for (std::size_t i = 0; i < table.details.columns.size(); ++i) {
    if (table.details.table.columns[i].generated) continue;
    columns.push_back({table.details.table.columns[i].name, Codec(table.details.columns[i].type)});
  }
  ColumnType text;
  text.oid = 25;
  text.type_name = text.name = "text";
  text.type_schema = "pg_catalog";
  columns.push_back({key, Codec(text)});
  if (fresh_[number] > 0) connection_.execute("ANALYZE pg_temp.fresh");
  auto readers = std::make_unique<Readers>();
  if (kept_[number] == Kept::kOnThisSide) {
    CopySpool& spool = *spools_[number];
    spool.rewind();
    readers->add(std::make_unique<RecordReader>([&spool] { return spool.next_chunk(); }, table.details.table.name.name,
                                                columns, table.plan.identity, 1));
  }
  std::vector<std::string> parts;
  if (table.loaded) {
    parts.push_back(loaded(table));
  } else if (table.has_rows()) {
    if (table.plan.identity.empty()) {
      parts.push_back(inserted_without_key(table));
    } else {
      if (kept_[number] == Kept::kInOwn || kept_[number] == Kept::kShared) parts.push_back(updated(number));
      if (fresh_[number] > 0) parts.push_back(inserted(number));
    }
    if (table.may_be_deleted > 0) parts.push_back(deleted(number));
  }
  if (!parts.empty())
    readers->add(std::make_unique<RecordReader>(connection_, table.details.table.name.name, columns,
                                                table.plan.identity, "(" + join(parts, " UNION ALL ") + ")"));
  return readers;
}

}  // namespace postgres
