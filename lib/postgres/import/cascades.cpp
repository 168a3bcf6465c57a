#include "postgres/import/cascades.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/import/fingerprints.h"
#include "postgres/import/rejects.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// Longer chains of foreign keys are not foretold: after the merge the rows are compared with the target in any case.
constexpr std::size_t kMaxLevels = 8;

constexpr const char* kRecord = "\"db-transfer record\"";

std::string old_name(std::size_t i) { return fmt::format("\"db-transfer old {}\"", i); }
std::string new_name(std::size_t i) { return fmt::format("\"db-transfer new {}\"", i); }

// Accepted updates that give the key other bytes: the server compares no other way.
constexpr const char* kMoved = R"sql((
SELECT w.record AS {origin}, {keys}
FROM {staged} s
JOIN {verdicts} w ON w.record = s.{record} AND w.verdict = 'u'
JOIN {target} t ON {same}
WHERE {before} OPERATOR(pg_catalog.*<>) {after}{part}))sql";

constexpr const char* kInPartition =
    " AND t.tableoid IN (SELECT p.relid FROM pg_catalog.pg_partition_tree({parent}) p UNION SELECT {parent})";

// Accepted updates s, and how many rows each of them would harm.
constexpr const char* kHarming = R"sql({staged} s
JOIN (
SELECT c.{origin} AS record, pg_catalog.count(*) AS rows FROM {harmed} GROUP BY c.{origin}) h ON h.record = s.{record})sql";

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// "ROW(a, b)::record": compared by image.
std::string image(const std::vector<std::string>& values) {
  return fmt::format("ROW({})::pg_catalog.record", join(values, ", "));
}

std::string each(std::size_t count, const char* separator, const auto& make) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < count; ++i) parts.push_back(make(i));
  return join(parts, separator);
}

// The rows of the foreign key's table, called c, that refer to an old key; with the record and both keys.
std::string reached_sql(const UpdateAction& action, const std::string& moved) {
  return fmt::format("(SELECT m.*, k.* FROM {} m JOIN {} k ON {})", moved, action.child_rows,
                     each(action.columns.size(), " AND ", [&](std::size_t i) {
                       return action.equality[i].of("m." + old_name(i), "k." + quote_name(action.columns[i]));
                     }));
}

// Text of a reached row, called c: which one it is, and its key before and after.
std::string text_of(const UpdateAction& action) {
  const std::string keys = each(action.columns.size(), ", ",
                                [](std::size_t i) { return fmt::format("c.{}, c.{}", old_name(i), new_name(i)); });
  return fmt::format("pg_catalog.format('%s', ROW({}, {}))", action.child_key, keys);
}

std::string compared_column(const StagedTable& table, const std::string& column) {
  return quote_name(column) + table.details.details_of(column).comparison_cast();
}

// Condition: what the action leaves in the child's row, reached as c, is not what its row x of the file holds. A
// default always counts as something else.
std::string left_otherwise_sql(const UpdateAction& action, const StagedTable& child) {
  if (action.action == "SET DEFAULT") return "true";
  std::vector<std::string> wanted;
  std::vector<std::string> left;
  for (std::size_t i = 0; i < action.columns.size(); ++i) {
    const ColumnDetails& column = child.details.details_of(action.columns[i]);
    wanted.push_back(fmt::format("x.{}", compared_column(child, action.columns[i])));
    left.push_back(fmt::format("{}::{}", action.action == "SET NULL" ? "NULL" : "c." + new_name(i), column.base_sql));
  }
  return fmt::format("{} OPERATOR(pg_catalog.*<>) {}", image(wanted), image(left));
}

// An update writes the column.
bool is_written(const StagedTable& table, const std::string& name) {
  return std::any_of(table.columns.begin(), table.columns.end(),
                     [&](const StagedColumn& column) { return column.name == name && !table.is_kept(column); });
}

// Whether an update of the plan's table can give the key other bytes.
bool may_move(const StagedTable& table, const std::vector<std::string>& columns) {
  if (table.plan.identity.empty() || table.plan.mode == engine::Mode::kInsert) return false;
  return std::any_of(columns.begin(), columns.end(), [&](const std::string& column) {
    return is_written(table, column) &&
           !(contains(table.plan.identity, column) && table.details.details_of(column).bytewise);
  });
}

}  // namespace

Cascades::Cascades(Connection& connection, std::vector<StagedTable>& tables)
    : connection_(connection), tables_(tables), actions_(read_update_actions(connection)) {
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (tables_[i].has_rows()) by_oid_.emplace(tables_[i].details.oid, i);  // of the others the file says nothing
  }
  paths_ = first_paths();
}

const StagedTable* Cascades::find(std::uint32_t oid) const {
  const auto found = by_oid_.find(oid);
  return found == by_oid_.end() ? nullptr : &tables_[found->second];
}

std::vector<Cascades::Path> Cascades::first_paths() const {
  std::vector<Path> paths;
  for (const UpdateAction& action : actions_) {
    const auto parent = by_oid_.find(action.parent);
    if (parent == by_oid_.end() || !may_move(tables_[parent->second], action.parent_columns)) continue;
    paths.push_back({parent->second, &action, moved_sql(tables_[parent->second], action), 1, {&action}});
    follow(Path(paths.back()), paths);
  }
  return paths;
}

// Adds the paths that go on from rows which the file does not speak of; rows of the file are updates of their own.
void Cascades::follow(const Path& path, std::vector<Path>& paths) const {
  const UpdateAction& by = *path.action;
  if (path.level == kMaxLevels || by.action != "CASCADE" || !by.readable) return;
  for (const UpdateAction& next : actions_) {
    const bool changes = std::any_of(by.columns.begin(), by.columns.end(),
                                     [&](const std::string& column) { return contains(next.parent_columns, column); });
    const bool once = std::find(path.before.begin(), path.before.end(), &next) == path.before.end();
    if (next.parent != by.child || !changes || !once) continue;
    const std::string keys = each(next.columns.size(), ", ", [&](std::size_t i) {
      const std::string column = quote_name(next.parent_columns[i]);
      const auto changed = std::find(by.columns.begin(), by.columns.end(), next.parent_columns[i]);
      const std::string after =
          changed == by.columns.end() ? column : new_name(static_cast<std::size_t>(changed - by.columns.begin()));
      return fmt::format("c.{} AS {}, c.{} AS {}", column, old_name(i), after, new_name(i));
    });
    Path further{
        path.origin, &next,
        fmt::format("(SELECT c.{}, {} FROM {} c WHERE {})", kRecord, keys, reached_sql(by, path.moved), outside(by)),
        path.level + 1, path.before};
    further.before.push_back(&next);
    paths.push_back(further);
    follow(further, paths);
  }
}

std::string Cascades::moved_sql(const StagedTable& table, const UpdateAction& action) const {
  std::vector<std::string> before;
  std::vector<std::string> after;
  for (const std::string& column : action.parent_columns) {
    const std::string named = compared_column(table, column);
    before.push_back("t." + named);
    after.push_back((is_written(table, column) ? "s." : "t.") + named);
  }
  const std::string part = action.parent == action.parent_itself
                               ? std::string{}
                               : fmt::format(fmt::runtime(kInPartition), fmt::arg("parent", action.parent_itself));
  const std::string keys = each(before.size(), ", ", [&](std::size_t i) {
    return fmt::format("{} AS {}, {} AS {}", before[i], old_name(i), after[i], new_name(i));
  });
  return table_sql(table, kMoved, fmt::arg("origin", kRecord), fmt::arg("keys", keys),
                   fmt::arg("before", image(before)), fmt::arg("after", image(after)), fmt::arg("part", part));
}

// Condition: no accepted row of the file says what the reached row c is to be.
std::string Cascades::outside(const UpdateAction& action) const {
  const StagedTable* child = find(action.child);
  if (child == nullptr || child->plan.identity.empty() || !child->has_columns(action.columns)) return "true";
  return fmt::format("NOT EXISTS (SELECT FROM {} x WHERE {} AND {})", child->typed_rows(),
                     child->same_identity("x", "c"), not_rejected(*child, "x"));
}

// Scalar of the rows of `reached`, called c. By a set operation: the planner expects one of them, and would look
// through all staged rows for each.
std::string Cascades::count_outside(const UpdateAction& action) const {
  const StagedTable* child = find(action.child);
  if (child == nullptr || child->plan.identity.empty() || !child->has_columns(action.columns))
    return "pg_catalog.count(*)";
  const auto key_of = [&](const char* row) {
    return each(child->plan.identity.size(), ", ",
                [&](std::size_t i) { return std::string(row) + quote_name(child->plan.identity[i]); });
  };
  return fmt::format(R"sql((SELECT pg_catalog.count(*)
   FROM (SELECT {} FROM reached c EXCEPT ALL SELECT {} FROM {} x WHERE {}) o))sql",
                     key_of("c."), key_of("x."), child->typed_rows(), not_rejected(*child, "x"));
}

std::uint64_t Cascades::reject_harmful() {
  std::uint64_t found = 0;
  for (const Path& path : paths_) found += reject_harmful(path);
  return found;
}

std::uint64_t Cascades::reject_harmful(const Path& path) {
  StagedTable& table = tables_[path.origin];
  const UpdateAction& action = *path.action;
  const StagedTable* child = find(action.child);
  const std::string why = fmt::format("{}: ON UPDATE {} would pass this update on to ", action.name, action.action);
  const auto refuse = [&](const std::string& harmed, const std::string& which) {
    const std::string reason =
        fmt::format("{} || h.rows || CASE h.rows WHEN 1 THEN ' row' ELSE ' rows' END || {}", quote_literal(why),
                    quote_literal(fmt::format(" of {}, {}", action.child_table, which)));
    return reject(connection_, table,
                  reject_sql(table, {.verdict = Verdict::kInvalid, .reason = reason, .constraint = action.name},
                             table_sql(table, kHarming, fmt::arg("origin", kRecord), fmt::arg("harmed", harmed))));
  };
  if (!action.readable) {
    const std::string reason = quote_literal(fmt::format(
        "{}{}, whose rows this role may not see or not compare: GRANT SELECT on it first", why, action.child_table));
    return reject(connection_, table,
                  reject_sql(table, {.verdict = Verdict::kInvalid, .reason = reason, .constraint = action.name},
                             table_sql(table, "{staged} s WHERE s.{record} IN (SELECT c.{origin} FROM {moved} c)",
                                       fmt::arg("origin", kRecord), fmt::arg("moved", path.moved))));
  }
  std::uint64_t found = 0;
  if (child != nullptr && child->has_columns(action.columns))
    found += refuse(harm_sql(path, *child), "which the file wants otherwise");
  if (action.action != "CASCADE")
    found += refuse(fmt::format("{} c WHERE {}", reached_sql(action, path.moved), outside(action)),
                    "of which the file does not speak");
  return found;
}

// FROM and WHERE of the reached rows, called c, that the file holds otherwise than they would be left: with a key that
// no row of the file provides any more, or where we may not write them again.
std::string Cascades::harm_sql(const Path& path, const StagedTable& child) const {
  const UpdateAction& action = *path.action;
  const StagedTable& parent = tables_[path.origin];
  const std::size_t count = action.columns.size();
  const auto wanted = [&](std::size_t i) { return "x." + compared_column(child, action.columns[i]); };
  const auto fresh = [&](std::size_t i) { return "c." + new_name(i); };
  const auto old = [&](std::size_t i) { return "c." + old_name(i); };
  const std::string wants_old =
      each(count, " AND ", [&](std::size_t i) { return action.equality[i].of(old(i), wanted(i)); });
  if (child.plan.identity.empty()) {
    return fmt::format("{} c WHERE EXISTS (SELECT FROM {} x WHERE {} AND {})", reached_sql(action, path.moved),
                       child.typed_rows(), not_rejected(child, "x"), wants_old);
  }
  const std::string joined = fmt::format("{} c JOIN {} x ON {} WHERE {}", reached_sql(action, path.moved),
                                         child.typed_rows(), child.same_identity("x", "c"), not_rejected(child, "x"));
  if (path.level > 1 || child.plan.mode == engine::Mode::kInsert)
    return joined + " AND " + left_otherwise_sql(action, child);
  const std::string same_key =
      each(count, " AND ", [&](std::size_t i) { return action.key_equality[i].of(old(i), fresh(i)); });
  std::string provided = "false";
  if (parent.has_columns(action.parent_columns)) {
    provided =
        fmt::format("EXISTS (SELECT FROM {} q JOIN {} w ON w.record = q.{} WHERE {})", parent.typed_rows(),
                    parent.verdicts, parent.record, each(count, " AND ", [&](std::size_t i) {
                      return action.equality[i].of("q." + compared_column(parent, action.parent_columns[i]), wanted(i));
                    }));
  }
  return fmt::format("{} AND {} AND ({}) IS NOT TRUE AND NOT {}", joined, wants_old, same_key, provided);
}

void Cascades::mark_reached() {
  for (const Path& path : paths_) {
    const UpdateAction& action = *path.action;
    const auto place = by_oid_.find(action.child);
    if (place == by_oid_.end()) continue;
    StagedTable& child = tables_[place->second];
    if (child.plan.identity.empty() || !child.has_columns(action.columns)) continue;
    const std::uint64_t marked = connection_.execute(fmt::format(
        R"sql(
{into}
SELECT DISTINCT {first}x.{record}, 'u'::pg_catalog."char", {digest}
FROM {reached} c JOIN {staged} x ON {same}{target}
WHERE {not_rejected} AND NOT EXISTS (SELECT FROM {verdicts} v WHERE v.record = x.{record}) AND {differs})sql",
        fmt::arg("into", child.verdict_part.into(kVerdictColumns)), fmt::arg("first", child.verdict_part.first()),
        fmt::arg("verdicts", child.verdicts), fmt::arg("record", child.record),
        fmt::arg("reached", reached_sql(action, path.moved)), fmt::arg("staged", child.typed_rows()),
        fmt::arg("same", child.same_identity("x", "c")), fmt::arg("not_rejected", not_rejected(child, "x")),
        fmt::arg("differs", left_otherwise_sql(action, child)), fmt::arg("digest", row_digest(child)),
        fmt::arg("target", child.plan.row_key.empty()
                               ? std::string()
                               : fmt::format(" JOIN {} t ON {}", child.target_rows, child.same_identity("x", "t")))));
    child.counts.unchanged -= marked;
    child.may_be_written += marked;
    child.reached += marked;
  }
}

void Cascades::count() {
  effects_.clear();
  for (const Path& path : paths_) {
    const UpdateAction& action = *path.action;
    if (!action.readable) continue;  // nothing of it is left
    const pqxx::result row = connection_.query(fmt::format(
        R"sql(
WITH reached AS MATERIALIZED (SELECT c.* FROM {reached} c)
SELECT pg_catalog.count(DISTINCT c.{record}) AS updates, pg_catalog.count(*) AS rows,
       {outside} AS outside, {sums} AS sums
FROM reached c)sql",
        fmt::arg("sums", hash_sums(tables_[path.origin], text_of(action))), fmt::arg("record", kRecord),
        fmt::arg("outside", count_outside(action)), fmt::arg("reached", reached_sql(action, path.moved))));
    CascadeEffect effect{path.origin,
                         action.child_table,
                         action.name,
                         action.action,
                         action.parent_columns,
                         row[0]["updates"].as<std::uint64_t>(),
                         row[0]["rows"].as<std::uint64_t>(),
                         row[0]["outside"].as<std::uint64_t>(),
                         keyed_digest(tables_[path.origin], row[0]["sums"].is_null() ? "" : row[0]["sums"].c_str())};
    if (effect.rows > 0) effects_.push_back(std::move(effect));
  }
}

std::string in_words(const CascadeEffect& effect) {
  return fmt::format("{}: {} that the file does not speak of {} updates by the foreign key {} (ON UPDATE {})",
                     effect.child_table, effect.outside == 1 ? "1 row" : fmt::format("{} rows", effect.outside),
                     effect.outside == 1 ? "follows" : "follow", effect.foreign_key, effect.action);
}

}  // namespace postgres
