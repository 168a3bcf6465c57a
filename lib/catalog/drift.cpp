#include "catalog/drift.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "base/suggestion.h"
#include "catalog/alike.h"

namespace catalog {
namespace {

enum class Family { kNumber, kBoolean, kTime, kUuid, kBytes, kArray, kText };

// The shape of the JSON values that a type's columns have: families differ only where no value could ever fit.
Family family_of(std::string_view type) {
  if (type.ends_with("[]")) return Family::kArray;
  const std::string_view base = type.substr(0, type.find('('));
  constexpr std::array<std::string_view, 7> kNumbers{"smallint", "integer",          "bigint", "numeric",
                                                     "real",     "double precision", "oid"};
  for (const std::string_view number : kNumbers) {
    if (base == number) return Family::kNumber;
  }
  if (type == "boolean") return Family::kBoolean;
  if (base == "uuid") return Family::kUuid;
  if (base == "bytea") return Family::kBytes;
  if (base == "date" || base.starts_with("time")) return Family::kTime;
  return Family::kText;  // also json, enums, domains, every other type: their values decide
}

}  // namespace

bool can_hold(const std::string& target, const std::string& file) {
  const Family to = family_of(target);
  const Family from = family_of(file);
  if (to == from || from == Family::kText) return true;
  // A type of the user's own may be a domain over anything; only those are written with their schema.
  if (target.find('.') != std::string::npos) return true;
  // Written as strings: text columns and types with a text form can take them.
  if (to == Family::kText)
    return from == Family::kTime || from == Family::kUuid || from == Family::kBytes || target.starts_with("json");
  return false;
}

namespace {

// Where the target would have the column, were it not for the case of its letters, or another name. What is most
// probably meant comes with the words that settle it.
std::string meant_by(const std::string& table, const std::string& name, const Table& target,
                     const std::vector<std::string>& not_in_file) {
  const auto is_alike = [&](const std::string& other) { return differ_in_style(other, name); };
  const auto alike = std::ranges::find_if(not_in_file, is_alike);
  if (alike != not_in_file.end() && std::ranges::count_if(not_in_file, is_alike) == 1 &&
      (table + name + *alike).find_first_of("\"\\") == std::string::npos) {
    return ", which has " + *alike +
           (base::differs_in_case_only(*alike, name) ? " (the names differ in case: write "
                                                     : " (renamed? Then write ") +
           R"("rename": {"columns": {")" + table + "." + name + R"(": ")" + *alike + R"("}} into the transfer file))";
  }
  for (const Column& column : target.columns) {
    if (base::differs_in_case_only(column.name, name))
      return ", which has " + column.name + " (the names differ in case: rename one of them)";
  }
  const auto near = base::closest(name, not_in_file);
  return near ? ", which has " + *near + " (renamed?)" : std::string{};
}

}  // namespace

std::vector<Drift> find_drift(const std::string& table, const Table& file, const Table& target, SameEngine same_engine,
                              NewRows new_rows) {
  std::vector<Drift> found;
  std::vector<std::string> not_in_file;
  for (const Column& column : target.columns) {
    if (file.find_column(column.name) == nullptr) not_in_file.push_back(column.name);
  }
  for (const Column& column : file.columns) {
    if (column.generated) continue;
    const Column* there = target.find_column(column.name);
    if (there == nullptr) {
      found.push_back(
          {table, column.name, "is missing in the target" + meant_by(table, column.name, target, not_in_file)});
    } else if (same_engine == SameEngine::kYes && !there->generated && !can_hold(there->type, column.type)) {
      found.push_back({table, column.name, "is " + there->type + " in the target and " + column.type + " in the file"});
    }
  }
  for (const Column& column : target.columns) {
    if (column.generated || !column.not_null || column.has_default || new_rows == NewRows::kNever) continue;
    const Column* in_file = file.find_column(column.name);
    if (in_file == nullptr || in_file->generated) {
      found.push_back({table, column.name, "is NOT NULL without a default in the target and missing in the file"});
    }
  }
  for (const std::string& name : target.identity()) {
    const Column* in_file = file.find_column(name);
    const Column* there = target.find_column(name);
    const bool reported = there != nullptr && there->not_null && !there->has_default && !there->generated &&
                          new_rows == NewRows::kMayCome;
    if ((in_file == nullptr || in_file->generated) && !reported) {
      found.push_back({table, name, "tells the target's rows apart and is missing in the file"});
    }
  }
  return found;
}

}  // namespace catalog
