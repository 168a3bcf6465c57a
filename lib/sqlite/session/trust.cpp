#include "sqlite/session/trust.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

// Not here, among others: load_extension, fts3_tokenizer, sqlite_log, and whatever a build or a shell adds (readfile,
// writefile, edit, zipfile …).
constexpr auto kFunctions = std::to_array<std::string_view>({
    // core
    "abs",
    "changes",
    "char",
    "coalesce",
    "concat",
    "concat_ws",
    "format",
    "glob",
    "hex",
    "if",
    "ifnull",
    "iif",
    "instr",
    "last_insert_rowid",
    "length",
    "like",
    "likelihood",
    "likely",
    "lower",
    "ltrim",
    "max",
    "min",
    "nullif",
    "octet_length",
    "printf",
    "quote",
    "random",
    "randomblob",
    "replace",
    "round",
    "rtrim",
    "sign",
    "soundex",
    "sqlite_compileoption_get",
    "sqlite_compileoption_used",
    "sqlite_source_id",
    "sqlite_version",
    "substr",
    "substring",
    "subtype",
    "total_changes",
    "trim",
    "typeof",
    "unhex",
    "unicode",
    "unistr",
    "unistr_quote",
    "unlikely",
    "upper",
    "zeroblob",
    // aggregates and windows
    "avg",
    "count",
    "cume_dist",
    "dense_rank",
    "first_value",
    "group_concat",
    "lag",
    "last_value",
    "lead",
    "median",
    "nth_value",
    "ntile",
    "percent_rank",
    "percentile",
    "percentile_cont",
    "percentile_disc",
    "rank",
    "row_number",
    "string_agg",
    "sum",
    "total",
    // dates and times
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "julianday",
    "strftime",
    "time",
    "timediff",
    "unixepoch",
    // mathematics
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "ceil",
    "ceiling",
    "cos",
    "cosh",
    "degrees",
    "exp",
    "floor",
    "ln",
    "log",
    "log10",
    "log2",
    "mod",
    "pi",
    "pow",
    "power",
    "radians",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "trunc",
    // documents; json_… and jsonb_… beside them
    "->",
    "->>",
    "json",
    "jsonb",
    // what full-text tables add
    "bm25",
    "fts5_source_id",
    "highlight",
    "match",
    "matchinfo",
    "offsets",
    "optimize",
    "snippet",
});

// Those that stay; sqlite3_drop_modules wants the end marked.
constexpr std::array<const char*, 13> kModules = {"json_each", "json_tree", "jsonb_each", "jsonb_tree", "fts3",
                                                  "fts4",      "fts4aux",   "fts5",       "fts5vocab",  "rtree",
                                                  "rtree_i32", "geopoly",   nullptr};

bool begins_with(std::string_view name, std::string_view prefix) {
  return name.size() >= prefix.size() && same_name(name.substr(0, prefix.size()), prefix);
}

void refuse_call(sqlite3_context* context, int, sqlite3_value**) {
  const auto* name = static_cast<const std::string*>(sqlite3_user_data(context));
  const std::string message = "the schema calls " + *name + "(), which no file may";
  sqlite3_result_error(context, message.c_str(), static_cast<int>(message.size()));
}

void forget_name(void* name) { delete static_cast<std::string*>(name); }

struct Called {
  std::string name;
  int arguments;
};

// What this build of the library brings; asked of a database of its own, so that no file is read for it.
std::vector<Called> find_untrusted() {
  std::vector<Called> found;
  sqlite3* memory = nullptr;
  sqlite3_stmt* rows = nullptr;
  if (sqlite3_open(":memory:", &memory) == SQLITE_OK &&
      sqlite3_prepare_v2(memory, "SELECT DISTINCT name, narg FROM pragma_function_list", -1, &rows, nullptr) ==
          SQLITE_OK) {
    while (sqlite3_step(rows) == SQLITE_ROW) {
      const auto* name = reinterpret_cast<const char*>(sqlite3_column_text(rows, 0));
      const int arguments = sqlite3_column_int(rows, 1);
      if (name != nullptr && arguments >= -1 && !is_trusted_function(name)) found.push_back({name, arguments});
    }
  }
  sqlite3_finalize(rows);
  sqlite3_close(memory);
  // Without the list nothing could be kept from a schema.
  if (found.empty())
    throw base::Error(base::ErrorKind::kInternal, "SQLite does not list its functions",
                      "use a build without SQLITE_OMIT_INTROSPECTION_PRAGMAS");
  return found;
}

// Whoever calls one of them gets an error for that row, not a schema that cannot be read: deterministic and innocuous
// as an index demands.
int replace_untrusted_functions(sqlite3* database) {
  static const std::vector<Called> untrusted = find_untrusted();
  int code = SQLITE_OK;
  constexpr int kHow = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  for (const Called& function : untrusted) {
    if (code != SQLITE_OK) break;
    code = sqlite3_create_function_v2(database, function.name.c_str(), function.arguments, kHow,
                                      new std::string(function.name), refuse_call, nullptr, nullptr, forget_name);
  }
  return code;
}

// What statements of a trigger or a view may do.
int judge_schema(int action, const char* first, const char* second, const char* schema) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return second != nullptr && is_trusted_function(second) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_READ:  // a pragma may also be read as a table; some of them write
      if (first != nullptr && begins_with(first, "pragma_")) return SQLITE_DENY;
      [[fallthrough]];
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
      return schema == nullptr || std::string_view(schema) == "main" ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
  }
}

int judge(void* attaching_is_ours, int action, const char* first, const char* second, const char* schema,
          const char* trigger_or_view) {
  if (trigger_or_view != nullptr) return judge_schema(action, first, second, schema);
  const bool attaches = action == SQLITE_ATTACH || action == SQLITE_DETACH;
  return attaches && attaching_is_ours == nullptr ? SQLITE_DENY : SQLITE_OK;
}

}  // namespace

bool is_trusted_function(std::string_view name) {
  if (begins_with(name, "json_") || begins_with(name, "jsonb_") || begins_with(name, "geopoly_")) return true;
  return std::ranges::any_of(kFunctions, [&](std::string_view trusted) { return same_name(trusted, name); });
}

int restrict_schema(sqlite3* database, Attaching attaching) {
  int code = replace_untrusted_functions(database);
  if (code == SQLITE_OK) code = sqlite3_drop_modules(database, const_cast<const char**>(kModules.data()));
  static char ours = 0;
  if (code == SQLITE_OK)
    code = sqlite3_set_authorizer(database, judge, attaching == Attaching::kOurs ? &ours : nullptr);
  return code;
}

}  // namespace sqlite
