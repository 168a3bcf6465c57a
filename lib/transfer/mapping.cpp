#include "transfer/mapping.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/suggestion.h"
#include "base/terminal.h"
#include "transfer/type_schema.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;
using base::printable;
using catalog::TableName;

Error wrong(const std::string& what, const std::string& hint) { return {ErrorKind::kUsage, what, hint}; }

std::string near_or(const std::string& name, const std::vector<std::string>& names, const std::string& otherwise) {
  const auto near = base::closest(name, names);
  return near ? "did you mean " + printable(*near) + "?" : otherwise;
}

// "users", "app.users", "\"a.b\"". The schema is empty where none is named.
TableName parse_table(const std::string& text) {
  try {
    return format::table_of_section(text, {});
  } catch (const Error& error) {
    throw wrong("the transfer file: " + std::string(error.what()), "put a part that holds a dot in double quotes");
  }
}

bool is_called(const TableName& table, const std::string& text) {
  if (text == table.name) return true;  // also one that holds a dot
  const TableName wanted = parse_table(text);
  return wanted.name == table.name && (wanted.schema.empty() || wanted.schema == table.schema);
}

// What a word like users.mail names: the last dot splits.
std::pair<std::string, std::string> split_column(const std::string& word, const std::string& member) {
  const std::size_t dot = word.rfind('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == word.size())
    throw wrong(member + " names " + printable(word) + ", which is not TABLE.COLUMN", "write it as users.mail");
  return {word.substr(0, dot), word.substr(dot + 1)};
}

class Mapper {
 public:
  Mapper(const format::Header& file, const Mapping& mapping, Lacking lacking)
      : file_(file), mapping_(mapping), lacking_(lacking) {
    mapped_.header = file;
    mapped_.constants.resize(file.tables.size());
    mapped_.dropped.resize(file.tables.size());
  }

  MappedHeader map() {
    if (mapping_.empty()) return std::move(mapped_);
    map_schemas();
    map_tables();
    map_columns();
    demand_distinct();
    rename_users();
    for (std::size_t i = 0; i < file_.tables.size(); ++i) rename_keys(file_.tables[i], mapped_.header.tables[i]);
    rename_types();
    for (const auto& [word, value] : mapping_.constants) add_constant(word, value);
    for (const std::string& word : mapping_.dropped) drop(word);
    return std::move(mapped_);
  }

 private:
  catalog::Table& mapped(std::size_t i) { return mapped_.header.tables[i]; }

  // A file of rejects has only the tables that rows were left out of.
  bool may_lack_tables() const { return !file_.annotation.empty() || may_lack_names(); }
  bool may_lack_names() const { return lacking_ == Lacking::kPassedOver; }

  void map_schemas() {
    std::vector<std::string>& schemas = mapped_.header.schemas;
    for (const auto& [from, to] : mapping_.schemas) {
      if (has_schema(from) || has_schema(to) || may_lack_names()) continue;
      std::string list;
      for (const std::string& schema : file_.schemas) list += (list.empty() ? "" : ", ") + printable(schema);
      throw wrong("the file has no schema " + printable(from) + " that could become " + printable(to),
                  near_or(from, file_.schemas, list.empty() ? "it has none" : "it has " + list));
    }
    schemas.clear();
    for (const std::string& schema : file_.schemas) add_schema(schema_in_target(schema));
  }

  // One may hold nothing but types.
  bool has_schema(const std::string& schema) const {
    return std::ranges::count(file_.schemas, schema) > 0 || std::ranges::any_of(file_.types, [&](const auto& type) {
             return schema_of_type(type.name).first == schema;
           });
  }

  void add_schema(const std::string& schema) {
    std::vector<std::string>& schemas = mapped_.header.schemas;
    if (std::ranges::count(schemas, schema) == 0) schemas.push_back(schema);
  }

  std::string schema_in_target(const std::string& schema) const {
    const auto found = std::ranges::find(mapping_.schemas, schema, &Mapping::Pairs::value_type::first);
    return found == mapping_.schemas.end() ? schema : found->second;
  }

  // Also of tables that foreign keys refer to and the file does not hold.
  TableName in_target(const TableName& name) const {
    TableName renamed{schema_in_target(name.schema), name.name};
    for (const auto& [from, to] : mapping_.tables) {
      if (!is_called(name, from)) continue;
      const TableName wanted = parse_table(to);
      renamed.name = wanted.name;
      if (!wanted.schema.empty()) renamed.schema = wanted.schema;
    }
    return renamed;
  }

  void map_tables() {
    for (std::size_t i = 0; i < file_.tables.size(); ++i) {
      mapped(i).name = in_target(file_.tables[i].name);
      if (!file_.schemas.empty()) add_schema(mapped(i).name.schema);
    }
    std::set<std::size_t> renamed;
    for (const auto& [from, to] : mapping_.tables) {
      std::vector<std::size_t> found;
      for (std::size_t i = 0; i < file_.tables.size(); ++i) {
        if (is_called(file_.tables[i].name, from)) found.push_back(i);
      }
      if (found.size() > 1)
        throw wrong("\"rename\" says " + printable(from) + ", which could be " + listed(found),
                    "name the schema, too: SCHEMA.TABLE");
      if (found.empty()) demand_renamed(from, to);
      if (!found.empty() && !renamed.insert(found.front()).second)
        throw wrong("\"rename\" says twice what becomes of " + printable(section(found.front())),
                    "take one of them out");
    }
  }

  // Nothing is to be done where the file calls the table as the target does.
  void demand_renamed(const std::string& from, const std::string& to) const {
    const bool there = std::ranges::any_of(mapped_.header.tables,
                                           [&](const catalog::Table& table) { return is_called(table.name, to); });
    if (!there && !may_lack_tables())
      throw wrong("\"rename\" says " + printable(from) + ", which is no table of the file",
                  near_or(from, sections(), "it lists its tables at its beginning"));
  }

  void map_columns() {
    for (const auto& [word, to] : mapping_.columns) {
      const auto [table, from] = split_column(word, "\"rename\"");
      const std::vector<std::size_t> tables = tables_called(table, "\"rename\"");
      std::vector<std::size_t> found;
      bool done = tables.empty();
      for (const std::size_t i : tables) {
        if (file_.tables[i].find_column(from) != nullptr) found.push_back(i);
        done = done || file_.tables[i].find_column(to) != nullptr;
      }
      if (found.size() > 1)
        throw wrong("\"rename\" says " + printable(word) + ", which could be of " + listed(found),
                    "name the table as the file does, with its schema");
      if (found.empty() && !done && !may_lack_names()) throw no_column("\"rename\"", word, tables.front(), from);
      if (found.empty()) continue;
      const catalog::Table& own = file_.tables[found.front()];
      mapped(found.front()).columns[place_of(own, from)].name = to;
    }
  }

  static std::size_t place_of(const catalog::Table& table, const std::string& column) {
    return static_cast<std::size_t>(table.find_column(column) - table.columns.data());
  }

  Error no_column(const std::string& member, const std::string& word, std::size_t table, const std::string& column) {
    std::vector<std::string> names;
    for (const catalog::Column& there : file_.tables[table].columns) names.push_back(there.name);
    return wrong(member + " says " + printable(word) + ", but the file's " + printable(section(table)) +
                     " has no column " + printable(column),
                 near_or(column, names, "the file lists its columns at its beginning"));
  }

  // By the file's name, else by the target's: two tables may exchange theirs. None: only where the file may lack it.
  std::vector<std::size_t> tables_called(const std::string& name, const std::string& member) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < file_.tables.size(); ++i) {
      if (is_called(file_.tables[i].name, name)) found.push_back(i);
    }
    if (!found.empty()) return found;
    for (std::size_t i = 0; i < file_.tables.size(); ++i) {
      if (is_called(mapped(i).name, name)) found.push_back(i);
    }
    if (found.empty() && !may_lack_tables())
      throw wrong(member + " says " + printable(name) + ", which is no table of the file",
                  near_or(name, sections(), "it lists its tables at its beginning"));
    return found;
  }

  void demand_distinct() {
    std::map<TableName, std::size_t> tables;
    for (std::size_t i = 0; i < file_.tables.size(); ++i) {
      const auto [other, is_new] = tables.emplace(mapped(i).name, i);
      if (!is_new)
        throw wrong("\"rename\" makes one table of " + listed({other->second, i}) + ": " +
                        printable(format::section_name(mapped(i).name, mapped_.header.schemas)),
                    "give one of them another name");
      std::set<std::string> columns;
      for (const catalog::Column& column : mapped(i).columns) {
        if (columns.insert(column.name).second) continue;
        throw wrong("\"rename\" makes one column of two of " + printable(section(i)) + ": " + printable(column.name),
                    "give one of them another name");
      }
    }
  }

  // Column names of one table of the file, under the target's names.
  std::string column_in_target(const TableName& table, const std::string& column) const {
    const auto own = std::ranges::find(file_.tables, table, &catalog::Table::name);
    if (own == file_.tables.end() || own->find_column(column) == nullptr) return column;
    return mapped_.header.tables[static_cast<std::size_t>(own - file_.tables.begin())]
        .columns[place_of(*own, column)]
        .name;
  }

  void rename_keys(const catalog::Table& own, catalog::Table& table) const {
    const auto rename = [&, this](std::vector<std::string>& columns, const TableName& of) {
      for (std::string& column : columns) column = column_in_target(of, column);
    };
    rename(table.primary_key, own.name);
    for (std::vector<std::string>& key : table.unique_keys) rename(key, own.name);
    for (catalog::ForeignKey& key : table.foreign_keys) {
      rename(key.columns, own.name);
      rename(key.parent_columns, key.parent);
      key.parent = in_target(key.parent);
    }
  }

  void rename_users() {
    for (catalog::Sequence& sequence : mapped_.header.sequences) {
      sequence.name.schema = schema_in_target(sequence.name.schema);
      for (catalog::SequenceUser& user : sequence.used_by) {
        user.column = column_in_target(user.table, user.column);
        user.table = in_target(user.table);
      }
    }
    for (format::LargeObjectColumn& column : mapped_.header.large_objects) {
      column.column = column_in_target(column.table, column.column);
      column.table = in_target(column.table);
    }
  }

  void rename_types() {
    if (mapping_.schemas.empty()) return;
    const auto rename = [this](std::string& type) {
      const auto [schema, bytes] = schema_of_type(type);
      if (bytes > 0 && schema_in_target(schema) != schema)
        type = quoted_as_type(schema_in_target(schema)) + type.substr(bytes);
    };
    for (catalog::UserType& type : mapped_.header.types) {
      for (std::string* name : {&type.name, &type.base, &type.multirange}) rename(*name);
      for (catalog::Attribute& attribute : type.attributes) rename(attribute.type);
    }
    for (catalog::Table& table : mapped_.header.tables) {
      for (catalog::Column& column : table.columns) rename(column.type);
    }
  }

  void add_constant(const std::string& word, const std::string& value) {
    const auto [name, column] = split_column(word, "\"set\"");
    const std::vector<std::size_t> tables = tables_called(name, "\"set\"");
    if (tables.empty()) return;
    if (tables.size() > 1)
      throw wrong("\"set\" says " + printable(word) + ", which could be of " + listed(tables),
                  "name the table as the file does, with its schema");
    catalog::Table& table = mapped(tables.front());
    if (table.find_column(column) != nullptr && may_lack_names()) return;
    if (table.find_column(column) != nullptr)
      throw wrong("\"set\" gives a value to " + printable(word) + ", which the file has itself",
                  "take it out: the file's values go in");
    table.columns.push_back({.name = column, .type = {}, .not_null = value != "null"});
    mapped_.constants[tables.front()].push_back(value);
  }

  void drop(const std::string& word) {
    const auto [name, column] = split_column(word, "\"drop\"");
    const std::vector<std::size_t> tables = tables_called(name, "\"drop\"");
    std::vector<std::size_t> found;
    for (const std::size_t i : tables) {
      if (column_called(i, column)) found.push_back(i);
    }
    if (found.size() > 1)
      throw wrong("\"drop\" says " + printable(word) + ", which could be of " + listed(found),
                  "name the table as the file does, with its schema");
    if (found.empty() && !tables.empty() && !may_lack_names())
      throw no_column("\"drop\"", word, tables.front(), column);
    for (const std::size_t i : found) mapped_.dropped[i].push_back(mapped(i).columns[*column_called(i, column)].name);
  }

  // The place of the column that the file calls so, else of the one that the target does.
  std::optional<std::size_t> column_called(std::size_t table, const std::string& name) {
    const catalog::Table& own = file_.tables[table];
    if (own.find_column(name) != nullptr) return place_of(own, name);
    const catalog::Table& named = mapped(table);
    const bool there = named.find_column(name) != nullptr && place_of(named, name) < own.columns.size();
    return there ? std::optional(place_of(named, name)) : std::nullopt;
  }

  std::string section(std::size_t i) const { return format::section_name(file_.tables[i].name, file_.schemas); }

  std::vector<std::string> sections() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < file_.tables.size(); ++i) names.push_back(section(i));
    return names;
  }

  std::string listed(const std::vector<std::size_t>& tables) const {
    std::string text;
    for (std::size_t at = 0; at < tables.size(); ++at)
      text += (at == 0 ? "" : at + 1 == tables.size() ? " and " : ", ") + printable(section(tables[at]));
    return text;
  }

  const format::Header& file_;
  const Mapping& mapping_;
  Lacking lacking_;
  MappedHeader mapped_;
};

}  // namespace

MappedHeader map_header(const format::Header& file, const Mapping& mapping, Lacking lacking) {
  return Mapper(file, mapping, lacking).map();
}

void add_mapping(const Mapping& of_file, Mapping& mapping) {
  Mapping::Pairs schemas = of_file.schemas;
  std::erase_if(schemas, [&](const auto& schema) {
    return std::ranges::count(mapping.schemas, schema.first, &Mapping::Pairs::value_type::first) > 0;
  });
  schemas.insert(schemas.end(), mapping.schemas.begin(), mapping.schemas.end());
  mapping = of_file;
  mapping.schemas = std::move(schemas);
}

Mapping applicable(const format::Header& file, const Mapping& mapping) {
  Mapping kept;
  const auto has_table = [&](const std::string& name) {
    return std::ranges::any_of(file.tables, [&](const catalog::Table& table) { return is_called(table.name, name); });
  };
  std::ranges::copy_if(mapping.schemas, std::back_inserter(kept.schemas),
                       [&](const auto& schema) { return std::ranges::count(file.schemas, schema.first) > 0; });
  std::ranges::copy_if(mapping.tables, std::back_inserter(kept.tables),
                       [&](const auto& table) { return has_table(table.first); });
  const MappedHeader mapped = map_header(file, kept);
  const auto has_column = [&](const std::string& word, const std::string& member) {
    const auto [table, column] = split_column(word, member);
    for (std::size_t i = 0; i < file.tables.size(); ++i) {
      const bool called = is_called(file.tables[i].name, table) || is_called(mapped.header.tables[i].name, table);
      if (called && file.tables[i].find_column(column) != nullptr) return true;
    }
    return false;
  };
  std::ranges::copy_if(mapping.columns, std::back_inserter(kept.columns),
                       [&](const auto& column) { return has_column(column.first, "\"rename\""); });
  std::ranges::copy_if(mapping.dropped, std::back_inserter(kept.dropped),
                       [&](const std::string& column) { return has_column(column, "\"drop\""); });
  return kept;
}

std::size_t own_columns(const catalog::Table& file) {
  return static_cast<std::size_t>(std::ranges::count(file.columns, false, &catalog::Column::generated));
}

}  // namespace transfer
