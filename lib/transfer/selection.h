// Which tables a command means: patterns against names. Pure functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/table.h"
#include "transfer/options.h"

namespace transfer {

// `*` any text, `?` any one character. A pattern with a dot is matched against "schema.table", any other against the
// table.
bool matches(std::string_view pattern, const catalog::TableName& table);

// What a name is that is no table (engine::Source::other_object).
using OtherObject = std::function<std::string(const catalog::TableName&)>;

// Indices of the chosen tables, in their order; --skip-audit is not applied here. A pattern that matches no table is
// kUsage, with what it is or the nearest name. Ledgers of migrations are chosen only where -t names them in full.
std::vector<std::size_t> select_tables(const std::vector<catalog::Table>& tables, const Selection& selection,
                                       const OtherObject& other_object = {});

// Throws kUsage, with the nearest name, for one of `wanted` that is not there; `there` empty: nobody knows.
void demand_schemas(const std::vector<std::string>& wanted, const std::vector<std::string>& there);

// A line for each table of the transfer file's "order" that is probably a slip for one of `names`.
std::vector<std::string> unknown_of_order(const std::vector<std::string>& order, const std::vector<std::string>& names);

// Those that are not among them for being ledgers, and for no other reason.
std::vector<std::size_t> ledgers_left_out(const std::vector<catalog::Table>& tables, const Selection& selection);

bool is_excluded(const catalog::TableName& table, const Selection& selection);
bool is_audit(const catalog::TableName& table, const Selection& selection);

// Where nobody names any.
std::vector<std::string> usual_audit_tables();

}  // namespace transfer
