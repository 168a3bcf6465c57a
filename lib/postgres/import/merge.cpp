#include "postgres/import/merge.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/merge_rounds.h"
#include "postgres/import/classify_keys.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr const char* kMark = R"sql(
UPDATE {heap} v SET verdict = '{to}'
WHERE v.verdict = '{from}'{only})sql";

// Rows that wait, with their parents in the target.
constexpr const char* kReady = R"sql(
UPDATE {heap} v SET verdict = 'i'
FROM {staged} s
WHERE v.verdict = 'p' AND v.record = s.{record}{only}{parents_are_there})sql";

constexpr const char* kParentIsThere = R"sql(
  AND ({none} OR EXISTS (SELECT FROM {parents} p WHERE {same_key})))sql";

// Rows, after FROM.
constexpr const char* kDropped = R"sql({staged} s
JOIN {verdicts} v ON v.record = s.{record}
WHERE v.verdict = 'i' AND NOT EXISTS (SELECT FROM {target} t WHERE {same}))sql";

constexpr const char* kUnwritten = R"sql({staged} s
JOIN {verdicts} v ON v.record = s.{record}
WHERE v.verdict = 'u'{condition} AND NOT EXISTS (SELECT FROM written w WHERE w.record = v.record))sql";

bool refers_inside(const StagedTable& table, const std::vector<StagedTable>& tables,
                   const std::vector<std::size_t>& component) {
  return std::any_of(table.details.table.foreign_keys.begin(), table.details.table.foreign_keys.end(),
                     [&](const auto& key) {
                       return std::any_of(component.begin(), component.end(),
                                          [&](std::size_t n) { return tables[n].details.table.name == key.parent; });
                     });
}

}  // namespace

// True when the server refused a row. Where rows take over keys that others of the component give up, those give them
// up first; should that fail, nothing of it is kept, and the rows that wanted the keys are left out.
bool Merger::merge_component(const std::vector<std::size_t>& component) {
  std::vector<KeyClassifier> keys;
  for (const std::size_t number : component) {
    if (tables_[number].claims_left) keys.emplace_back(connection_, tables_[number], number);
  }
  if (keys.empty()) return write_component(component);
  const auto before = engine::progress_of(tables_);
  const auto write_all = [&] {
    for (KeyClassifier& table : keys) table.defer();
    const HandedOn done = hand_on_keys(component);
    const bool all = done == HandedOn::kAll || (done == HandedOn::kKeys && !write_component(component));
    if (all) {
      for (KeyClassifier& table : keys) table.check();
    }
    return all;
  };
  const bool all_written = keep_if(connection_, "claimed", write_all).kept;
  if (all_written) return false;
  engine::put_back(tables_, before);
  for (KeyClassifier& table : keys) table.reject_all_claims();
  classifier_.reject_dependants(component);
  write_component(component);
  return true;
}

// Rows that give keys up and rows that take them, in that order and before all inserts.
Merger::HandedOn Merger::hand_on_keys(const std::vector<std::size_t>& component) {
  std::vector<KeyOrder::Statement> statements;
  for (const std::size_t number : component) {
    StagedTable& table = tables_[number];
    if (!table.claims_left) continue;
    index_records(table);
    for (KeyOrder::Statement& one : KeyOrder(connection_, table, number).begin()) statements.push_back(std::move(one));
    table.handed_on = true;
  }
  const std::string restore = KeyOrder::plans_in_order(connection_);
  HandedOn done = HandedOn::kKeys;
  const auto write_keys = [&] {
    for (const KeyOrder::Statement& one : statements) {
      if (connection_.execute(one.sql) != one.rows) done = HandedOn::kNothing;
    }
  };
  if (refusal_of(connection_, "handed_on", write_keys)) {
    // One of them may refer to a new row of the component.
    const bool written = write_at_once(component, {Step::kInsert, Step::kUpdate}, statements);
    done = written ? HandedOn::kAll : HandedOn::kNothing;
  }
  connection_.execute(restore);
  return done;
}

// Inserts of all tables come first: an update may refer to a new row.
bool Merger::write_component(const std::vector<std::size_t>& component) {
  const bool refers_to_itself = std::any_of(
      component.begin(), component.end(), [&](std::size_t n) { return refers_inside(tables_[n], tables_, component); });
  bool refused = false;
  if (!refers_to_itself) {
    refused = write(tables_[component.front()], Step::kInsert);
  } else if (std::ranges::any_of(component, [&](std::size_t n) { return near_end_[n]; })) {
    refused = insert_by_levels(component);  // a statement that fails would have drawn for all
  } else if (!try_at_once(component, {Step::kInsert})) {
    // A new row may refer to a key that an update is about to make.
    if (try_at_once(component, {Step::kInsert, Step::kUpdate})) return false;
    refused = insert_by_levels(component);
  }
  // An update may take up the key that one of another table is about to make, and the other way round.
  if (component.size() > 1 && refers_to_itself && try_at_once(component, {Step::kUpdate})) return refused;
  for (const std::size_t number : component) refused = write(tables_[number], Step::kUpdate) || refused;
  return refused;
}

// Rows that refer to each other are written by one statement, of any number of tables: the server checks foreign
// keys at its end. It cannot be halved; when it fails, nothing is written.
bool Merger::try_at_once(const std::vector<std::size_t>& component, const std::vector<Step>& steps) {
  const auto [written, refusal] = keep_if(connection_, "cycle", [&] { return write_at_once(component, steps); });
  if (refusal) {
    for (const std::size_t number : component) wait_for_others(tables_[number], *refusal);
  }
  return written;
}

// False when the server wrote fewer rows than it was given.
bool Merger::write_at_once(const std::vector<std::size_t>& component, const std::vector<Step>& steps,
                           const std::vector<KeyOrder::Statement>& first) {
  std::vector<std::string> parts;
  std::vector<std::string> written;
  std::uint64_t expected = 0;
  const auto add = [&](const std::string& sql, std::uint64_t rows) {
    written.push_back(fmt::format("(SELECT pg_catalog.count(*) FROM part_{})", parts.size()));
    parts.push_back(fmt::format("part_{} AS ({}\nRETURNING 1)", parts.size(), sql));
    expected += rows;
  };
  for (const KeyOrder::Statement& one : first) add(one.sql, one.rows);
  for (const Step step : steps) {
    for (const std::size_t number : component) {
      const StagedTable& table = tables_[number];
      for (const Batch& batch : batches(table, step)) {
        const std::uint64_t rows = count(table, batch, whole(table));
        if (rows > 0) add(whole_sql(table, batch, rows), rows);
      }
    }
  }
  if (parts.empty()) return true;
  const std::string sql = fmt::format("WITH {}\nSELECT {}", join(parts, ",\n"), join(written, " + "));
  if (connection_.execute_for_number(sql) != expected) return false;
  for (const std::size_t number : component) {
    if (astray(tables_[number], "") > 0) return false;
    for (const Step step : steps) {
      StagedTable& table = tables_[number];
      trigger_rows_.watch().add(table, count(table, {step}, whole(table)));
    }
  }
  return true;
}

bool Merger::write_all_at_once(const std::vector<std::size_t>& tables, std::vector<KeyOrder::Statement> first) {
  std::vector<KeyClassifier> keys;
  const bool hands_on = std::ranges::any_of(tables, [&](std::size_t number) { return tables_[number].claims_left; });
  const std::string restore = hands_on ? KeyOrder::plans_in_order(connection_) : std::string{};
  for (const std::size_t number : tables) {
    if (!tables_[number].claims_left) continue;
    index_records(tables_[number]);
    keys.emplace_back(connection_, tables_[number], number);
    keys.back().defer();
    for (KeyOrder::Statement& one : KeyOrder(connection_, tables_[number], number).begin())
      first.push_back(std::move(one));
    tables_[number].handed_on = true;
  }
  if (!write_at_once(tables, {Step::kInsert, Step::kUpdate}, first)) return false;
  for (KeyClassifier& table : keys) table.check();
  if (hands_on) connection_.execute(restore);
  return true;
}

// Rows whose parents are in the target go in first, then their children, each level like any other table's rows; what
// refers to itself in a circle comes last, at once. 'p' marks rows that wait, 'd' rows that are done.
bool Merger::insert_by_levels(const std::vector<std::size_t>& component) {
  // A level costs a pass over what waits. Nobody's rows nest deeper than this but chains, and those end in the last
  // step.
  constexpr int kMaxLevels = 200;
  const auto mark = [&](char from, char to) {
    for (const std::size_t number : component) {
      const HeapPart& verdicts = tables_[number].verdict_part;
      connection_.execute(fmt::format(kMark, fmt::arg("heap", verdicts.heap), fmt::arg("from", from),
                                      fmt::arg("to", to), fmt::arg("only", verdicts.only("v"))));
    }
  };
  bool refused = false;
  for (const std::size_t number : component) index_records(tables_[number]);
  const bool could_end_early = std::exchange(may_end_early_, false);  // verdicts mean something else meanwhile
  mark('i', 'p');
  // Else the planner takes the waiting rows for one, and reads the stage for each.
  for (const std::size_t number : component) connection_.execute("ANALYZE " + tables_[number].verdict_part.heap);
  for (int level = 0; level < kMaxLevels; ++level) {
    std::uint64_t ready = 0;
    for (const std::size_t number : component) ready += connection_.execute(ready_sql(tables_[number], component));
    if (ready == 0) break;
    for (const std::size_t number : component) trigger_rows_.compare_rows(tables_[number]);
    for (const std::size_t number : component) refused = write(tables_[number], Step::kInsert) || refused;
    mark('i', 'd');
    refused = classifier_.reject_dependants(component) > 0 || refused;
  }
  mark('p', 'i');
  refused = insert_rest(component) || refused;
  mark('d', 'i');
  may_end_early_ = could_end_early;
  demand_not_too_many();
  return refused;
}

// Rows that refer to each other in a circle go in by one statement. Its error does not tell which row is at fault,
// unless one fails by itself.
bool Merger::insert_rest(const std::vector<std::size_t>& component) {
  bool refused = false;
  for (const std::size_t number : component) refused = probe(tables_[number]) || refused;
  if (refused) classifier_.reject_dependants(component);
  std::string reason = "dropped by a trigger or rule of the target, or another row of its circle of references was";
  const auto [written, refusal] =
      keep_if(connection_, "rest", [&] { return write_at_once(component, {Step::kInsert}); });
  if (written) return refused;
  if (refusal) reason = std::string("refers in a circle to rows that the server refused: ") + refusal->what();
  for (const std::size_t number : component)
    leave_out(tables_[number], {Step::kInsert}, whole(tables_[number]),
              {.verdict = Verdict::kInvalid, .reason = quote_literal(reason)});
  return true;
}

// Marks the waiting rows of `table` whose parents among the tables of the component are in the target.
std::string Merger::ready_sql(const StagedTable& table, const std::vector<std::size_t>& component) const {
  std::string parents_are_there;
  for (std::size_t key = 0; key < table.details.table.foreign_keys.size(); ++key) {
    const catalog::ForeignKey& foreign = table.details.table.foreign_keys[key];
    const auto parent = std::find_if(component.begin(), component.end(),
                                     [&](std::size_t n) { return tables_[n].details.table.name == foreign.parent; });
    if (parent == component.end() || !table.has_columns(foreign.columns) ||
        table.details.foreign_key_equality[key].empty() || table.details.parent_rules[key] == ParentRule::kNone)
      continue;
    std::vector<std::string> none;
    std::vector<std::string> same;
    for (std::size_t i = 0; i < foreign.columns.size(); ++i) {
      const std::string child = "s." + quote_name(foreign.columns[i]);
      none.push_back(child + " IS NOT DISTINCT FROM NULL");
      same.push_back(
          table.details.foreign_key_equality[key][i].of("p." + quote_name(foreign.parent_columns[i]), child));
    }
    parents_are_there +=
        fmt::format(kParentIsThere, fmt::arg("none", join(none, " OR ")),
                    fmt::arg("parents", tables_[*parent].target_rows), fmt::arg("same_key", join(same, " AND ")));
  }
  return table_sql(table, kReady, fmt::arg("heap", table.verdict_part.heap),
                   fmt::arg("only", table.verdict_part.only("v")), fmt::arg("parents_are_there", parents_are_there));
}

bool Merger::write(StagedTable& table, Step step) {
  const std::uint64_t rejected_before = table.rejected_rows;
  for (const Batch& batch : batches(table, step)) write_batch(table, batch);
  return table.rejected_rows > rejected_before;
}

void Merger::write_batch(StagedTable& table, const Batch& batch) {
  const std::uint64_t expected = count(table, batch, whole(table));
  if (expected == 0) return;
  const std::uint64_t rejected_before = table.rejected_rows;
  Savepoint before(connection_, "merge");
  if (writes_singly(table, batch)) {
    write_parts(table, batch);
    refuse_growth(table, rejected_before, before);
    before.end();
    return;
  }
  bool in_parts = false;
  const std::optional<ServerError> refusal = before.refusal_of([&] {
    const bool by_set = batch.step == Step::kInsert && parents_.begin(table, expected);
    const std::uint64_t written = connection_.execute(whole_sql(table, batch, expected));
    const bool dropped = written < expected;
    trigger_rows_.watch().add(table, written);
    if (by_set) parents_.end();
    if (dropped && patience_ == Patience::kWhole && may_wait(table)) throw Waits{};
    const bool inserted = batch.step == Step::kInsert;
    in_parts = (dropped && table.plan.identity.empty()) ||  // no key tells which: found like refused rows
               (inserted && astray(table, "") > expected - written);
    if (dropped && !in_parts) {
      if (batch.step == Step::kInsert) {
        reject_dropped(table);
      } else {
        before.roll_back();
        reject_unwritten(table, batch);
      }
    }
  });
  if (refusal) wait_for_others(table, *refusal);
  if (in_parts && !refusal) before.roll_back();
  if (in_parts || refusal) write_parts(table, batch);
  if (batch.step == Step::kInsert) refuse_growth(table, rejected_before, before);
  before.end();
}

// Tries rows without keeping them. A missing parent is no row's own fault here: it may be in the other tables.
bool Merger::probe(StagedTable& table) {
  bool refused = false;
  if (!search_.possible()) {
    probe(table, whole(table), refused);
    return refused;
  }
  if (count(table, {Step::kInsert}, whole(table)) == 0) return false;
  index_records(table);
  RefusalSearch::Task task = task_of(table, {Step::kInsert}, whole(table));
  task.keep = RefusalSearch::Keep::kNothing;
  refused = search_.run(task).refused > 0;
  if (refused) leave_out_found(table, {Step::kInsert});
  return refused;
}

void Merger::probe(StagedTable& table, Range range, bool& refused_any) {
  const std::uint64_t rows = count(table, {Step::kInsert}, range);
  if (rows == 0) return;
  const auto [kept, failure] = keep_if(connection_, "probe", [&] {
    connection_.execute(part_sql(table, {Step::kInsert}, in_range(range)));
    return false;
  });
  if (!failure || failure->reference_is_broken()) return;
  if (rows == 1) {
    refuse(table, {Step::kInsert}, range, *failure);
    refused_any = true;
    return;
  }
  const std::uint64_t middle = range.first + (range.last - range.first) / 2;
  probe(table, {range.first, middle}, refused_any);
  probe(table, {middle + 1, range.last}, refused_any);
}

// Rows that a BEFORE trigger or a rule dropped: the server reports no error, only fewer rows.
bool Merger::reject_dropped(StagedTable& table) {
  return reject(connection_, table,
                reject_sql(table, {.verdict = Verdict::kInvalid, .reason = quote_literal(dropped_by(table))},
                           table_sql(table, kDropped))) > 0;
}

// The same for updates: they are run once more, so that the server tells which rows it wrote.
bool Merger::reject_unwritten(StagedTable& table, const Batch& batch) {
  const std::string unwritten = table_sql(table, kUnwritten, fmt::arg("condition", batch.condition));
  return reject(
             connection_, table,
             fmt::format("WITH written AS (\n{}\nRETURNING v.record)\n{}", part_sql(table, batch, ""),
                         reject_sql(table, {.verdict = Verdict::kInvalid, .reason = quote_literal(dropped_by(table))},
                                    unwritten))) > 0;
}

}  // namespace postgres
