#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

#include "base/error.h"
#include "format/header.h"

namespace format {
namespace {

using nlohmann::json;

// JSON libraries keep one of two members of a name without a word; this finds the second. A parse of its own: the
// callback of json::parse takes time by the square of an array's length.
class UniqueNames : public json::json_sax_t {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool start_object(std::size_t) override {
    names_.emplace_back();
    return true;
  }
  bool end_object() override {
    names_.pop_back();
    return true;
  }
  bool key(string_t& name) override {
    if (names_.back().insert(name).second) return true;
    second_ = name;
    return false;
  }
  // Left to the parse that builds the document.
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

  const std::optional<std::string>& second() const { return second_; }

 private:
  std::vector<std::set<std::string>> names_;  // of the objects that are open
  std::optional<std::string> second_;
};

// Reads the members of one header. `where` names the place in messages: "the header", "table users".
class HeaderParser {
 public:
  explicit HeaderParser(const std::string& file) : file_(file) {}

  Header parse(std::string_view text) {
    const json document = parse_json(text);
    Header header;
    check_format(document, header);
    header.exported_at = text_of(document, "exported_at", "the header");
    header.generator = text_of(document, "generator", "the header");
    header.annotation = text_of(document, "annotation", "the header");
    header.conflict = text_of(document, "conflict", "the header");
    header.settled = truth_of(document, "settled", "the header");
    if (const json* source = find(document, "source", json::value_t::object, "the header"))
      read_source(*source, header);
    if (const json* undo = find(document, "undo", json::value_t::object, "the header"))
      header.undo = read_undo(*undo, header.schemas);
    if (const json* selection = find(document, "selection", json::value_t::object, "the header"))
      header.narrowed = read_narrowed(*selection, header.schemas);
    read_types(document, header.types);
    for (const json& entry : elements(document, "sequences", "the header"))
      header.sequences.push_back(read_sequence(entry, header.schemas));
    for (const json& entry : elements(document, "large_objects", "the header")) {
      demand_object(entry, "large_objects");
      header.large_objects.push_back({table_name(text_of(entry, "table", "\"large_objects\""), header.schemas),
                                      text_of(entry, "column", "\"large_objects\"")});
    }
    for (const json& table : elements(document, "tables", "the header")) {
      header.tables.push_back(read_table(table, header.schemas));
    }
    check_names(header);
    check_conflict(header);
    return header;
  }

 private:
  [[noreturn]] void fail(const std::string& what, const std::string& hint = {}) const {
    throw base::Error(base::ErrorKind::kFile, fmt::format("{}: {}", file_, what), hint);
  }

  json parse_json(std::string_view text) const {
    UniqueNames names;
    json::sax_parse(text, &names);
    if (names.second())
      fail(fmt::format("the member {} occurs twice in an object of the header", json(*names.second()).dump()));
    try {
      return json::parse(text);
    } catch (const json::exception& error) {
      fail(fmt::format("the header is damaged: {}", error.what()), "copy the file again");
    }
  }

  void check_format(const json& document, Header& header) const {
    const json* format = document.is_object() ? find(document, "format", json::value_t::object, "the header") : nullptr;
    if (format == nullptr || text_of(*format, "name", "\"format\"") != "db-transfer") {
      fail("not an export of db-export: no {\"name\": \"db-transfer\"} as \"format\" comes before \"data\"");
    }
    const auto version = format->find("version");
    if (version == format->end() || !version->is_number_integer())
      fail("\"version\" of \"format\" is not a whole number");
    if (*version != kFormatVersion) {
      fail(fmt::format("written by format version {}, this reads {}", version->dump(), kFormatVersion),
           fmt::format("use the db-import of the release that wrote it ({})",
                       text_of(document, "generator", "the header")));
    }
    header.version = kFormatVersion;
    if (!document.contains("tables")) fail("no \"tables\" comes before \"data\"");
  }

  Undo read_undo(const json& member, const std::vector<std::string>& schemas) const {
    Undo undo;
    undo.mark = text_of(member, "mark", "\"undo\"");
    if (undo.mark.empty()) fail("\"undo\" does not say what marks its records");
    for (const json& fact : elements(member, "target", "\"undo\"")) {
      demand_object(fact, "target");
      undo.target.emplace_back(text_of(fact, "name", "\"target\""), text_of(fact, "value", "\"target\""));
    }
    for (const json& match : elements(member, "matched", "\"undo\"")) {
      demand_object(match, "matched");
      undo.matched.emplace_back(table_name(text_of(match, "table", "\"matched\""), schemas),
                                strings(match, "columns", "\"matched\""));
    }
    return undo;
  }

  // What else an export may say of its selection narrows it in a way that is not known here.
  std::optional<std::vector<Narrowed>> read_narrowed(const json& selection,
                                                     const std::vector<std::string>& schemas) const {
    if (selection.size() != 1 || !selection.contains("where")) return std::nullopt;
    std::vector<Narrowed> narrowed;
    for (const json& entry : elements(selection, "where", "\"selection\"")) {
      demand_object(entry, "where");
      narrowed.push_back(
          {table_name(text_of(entry, "table", "\"where\""), schemas), text_of(entry, "condition", "\"where\"")});
    }
    return narrowed;
  }

  void read_source(const json& source, Header& header) const {
    header.engine = text_of(source, "engine", "\"source\"");
    header.server_version = text_of(source, "server_version", "\"source\"");
    header.database = text_of(source, "database", "\"source\"");
    header.host = text_of(source, "host", "\"source\"");
    header.port = text_of(source, "port", "\"source\"");
    header.user = text_of(source, "user", "\"source\"");
    header.system_identifier = text_of(source, "system_identifier", "\"source\"");
    header.schemas = strings(source, "schemas", "\"source\"");
    if (const json* migrations = find(source, "migrations", json::value_t::object, "\"source\"")) {
      header.migrations_table = text_of(*migrations, "table", "\"migrations\"");
      header.last_migration = text_of(*migrations, "last", "\"migrations\"");
    }
  }

  void demand_object(const json& entry, const char* member) const {
    if (!entry.is_object()) fail(fmt::format("an entry of \"{}\" is not an object", member));
  }

  void read_types(const json& document, catalog::Types& types) const {
    const auto each = [&](const char* member, catalog::TypeKind kind, const auto& read) {
      for (const json& entry : elements(document, member, "the header")) {
        demand_object(entry, member);
        const std::string where = fmt::format("\"{}\"", member);
        catalog::UserType type;
        type.kind = kind;
        type.name = text_of(entry, "name", where);
        read(entry, where, type);
        types.push_back(std::move(type));
      }
    };
    each("composite_types", catalog::TypeKind::kComposite,
         [&](const json& entry, const std::string& where, catalog::UserType& type) {
           for (const json& attribute : elements(entry, "attributes", where)) {
             demand_object(attribute, "attributes");
             type.attributes.push_back({text_of(attribute, "name", where), text_of(attribute, "type", where)});
           }
         });
    each("enum_types", catalog::TypeKind::kEnum,
         [&](const json& entry, const std::string& where, catalog::UserType& type) {
           type.labels = strings(entry, "labels", where);
         });
    each("domain_types", catalog::TypeKind::kDomain,
         [&](const json& entry, const std::string& where, catalog::UserType& type) {
           type.base = text_of(entry, "base", where);
         });
    each("range_types", catalog::TypeKind::kRange,
         [&](const json& entry, const std::string& where, catalog::UserType& type) {
           type.base = text_of(entry, "subtype", where);
           type.multirange = text_of(entry, "multirange", where);
         });
  }

  catalog::Sequence read_sequence(const json& entry, const std::vector<std::string>& schemas) const {
    demand_object(entry, "sequences");
    const std::string where = "\"sequences\"";
    catalog::Sequence sequence;
    sequence.name = table_name(text_of(entry, "name", where), schemas);
    sequence.last_value = integer_of(entry, "last_value", where);
    sequence.is_called = !entry.contains("is_called") || truth_of(entry, "is_called", where);
    sequence.increment = integer_of(entry, "increment", where).value_or(1);
    for (const json& user : elements(entry, "used_by", where)) {
      demand_object(user, "used_by");
      sequence.used_by.push_back({table_name(text_of(user, "table", where), schemas), text_of(user, "column", where),
                                  text_of(user, "expression", where)});
    }
    return sequence;
  }

  // A number, or a string where it is beyond what a double holds.
  std::optional<std::int64_t> integer_of(const json& object, const char* member, const std::string& where) const {
    const auto found = object.find(member);
    if (found == object.end()) return std::nullopt;
    if (found->is_number_integer() &&
        !(found->is_number_unsigned() && found->get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()))
      return found->get<std::int64_t>();
    if (found->is_string()) {
      const std::string text = found->get<std::string>();
      std::int64_t value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error == std::errc() && end == text.data() + text.size() && !text.empty()) return value;
    }
    fail(fmt::format("\"{}\" of {} is not a whole number of 64 bits", member, where));
  }

  catalog::Table read_table(const json& entry, const std::vector<std::string>& schemas) const {
    if (!entry.is_object() || !entry.contains("name") || !entry.contains("columns")) {
      fail("an entry of \"tables\" is not an object with \"name\" and \"columns\"");
    }
    catalog::Table table;
    table.name = table_name(text_of(entry, "name", "an entry of \"tables\""), schemas);
    const std::string where = "table " + entry["name"].dump();
    for (const json& column : elements(entry, "columns", where)) table.columns.push_back(read_column(column, where));
    table.primary_key = strings(entry, "primary_key", where);
    for (const json& key : elements(entry, "unique_keys", where))
      table.unique_keys.push_back(strings_of(key, "unique_keys", where));
    for (const json& key : elements(entry, "foreign_keys", where)) {
      table.foreign_keys.push_back(read_foreign_key(key, schemas, where));
    }
    table.audit = truth_of(entry, "audit", where);
    check_columns(table, where);
    return table;
  }

  catalog::Column read_column(const json& entry, const std::string& where) const {
    if (!entry.is_object() || !entry.contains("name") || !entry.contains("type")) {
      fail(fmt::format("a column of {} is not an object with \"name\" and \"type\"", where));
    }
    catalog::Column column;
    column.name = text_of(entry, "name", where);
    column.type = text_of(entry, "type", where);
    column.not_null = truth_of(entry, "not_null", where);
    column.generated = truth_of(entry, "generated", where);
    column.has_default = truth_of(entry, "default", where);
    const std::string identity = text_of(entry, "identity", where);
    if (identity == "always") {
      column.identity = catalog::Identity::kAlways;
    } else if (identity == "by default") {
      column.identity = catalog::Identity::kByDefault;
    } else if (!identity.empty()) {
      fail(fmt::format("\"identity\" of a column of {} is neither \"always\" nor \"by default\"", where));
    }
    return column;
  }

  catalog::ForeignKey read_foreign_key(const json& entry, const std::vector<std::string>& schemas,
                                       const std::string& where) const {
    if (!entry.is_object() || !entry.contains("parent"))
      fail(fmt::format("a foreign key of {} is not an object with \"parent\"", where));
    catalog::ForeignKey key;
    key.name = text_of(entry, "name", where);
    key.columns = strings(entry, "columns", where);
    key.parent = table_name(text_of(entry, "parent", where), schemas);
    key.parent_columns = strings(entry, "parent_columns", where);
    if (key.columns.empty() || key.columns.size() != key.parent_columns.size()) {
      fail(fmt::format("a foreign key of {} does not pair its columns with its parent's", where));
    }
    return key;
  }

  catalog::TableName table_name(const std::string& section, const std::vector<std::string>& schemas) const {
    try {
      return table_of_section(section, schemas);
    } catch (const base::Error& error) {
      fail(fmt::format("in \"tables\": {}", error.what()));
    }
  }

  void check_columns(const catalog::Table& table, const std::string& where) const {
    std::set<std::string_view> columns;
    for (const catalog::Column& column : table.columns) {
      if (!columns.insert(column.name).second)
        fail(fmt::format("column {} occurs twice in {}", json(column.name).dump(), where));
    }
    const auto check_key = [&](const std::vector<std::string>& key) {
      for (const std::string& column : key) {
        if (!columns.contains(column))
          fail(fmt::format("a key of {} names the column {}, which it has not", where, json(column).dump()));
      }
    };
    check_key(table.primary_key);
    std::for_each(table.unique_keys.begin(), table.unique_keys.end(), check_key);
    for (const catalog::ForeignKey& key : table.foreign_keys) check_key(key.columns);
  }

  void check_names(const Header& header) const {
    std::set<catalog::TableName> names;
    for (const catalog::Table& table : header.tables) {
      if (names.insert(table.name).second) continue;
      fail(fmt::format("the table {} occurs twice in \"tables\"",
                       json(section_name(table.name, header.schemas)).dump()));
    }
  }

  // Its key must be told from every other one of a record.
  void check_conflict(const Header& header) const {
    if (header.conflict.empty() && header.settled) fail("\"settled\" is in the header and \"conflict\" is not");
    if (header.conflict.empty()) return;
    if (header.annotation.empty() || header.undo)
      fail("\"conflict\" is in the header of what is no file of rows that an import left out");
    const std::string key = json(header.conflict).dump();
    if (header.conflict == header.annotation) fail(fmt::format("\"conflict\" and \"annotation\" are both {}", key));
    for (const catalog::Table& table : header.tables) {
      if (table.find_column(header.conflict) != nullptr)
        fail(fmt::format("\"conflict\" is {}, which is a column of the table {}", key,
                         json(section_name(table.name, header.schemas)).dump()));
    }
  }

  // The member, null where it is absent.
  const json* find(const json& object, const char* member, json::value_t kind, const std::string& where) const {
    const auto found = object.find(member);
    if (found == object.end()) return nullptr;
    if (found->type() != kind) {
      fail(
          fmt::format("\"{}\" of {} is of kind {}, not {}", member, where, found->type_name(), json(kind).type_name()));
    }
    return &*found;
  }

  std::string text_of(const json& object, const char* member, const std::string& where) const {
    const json* found = find(object, member, json::value_t::string, where);
    return found == nullptr ? std::string() : found->get<std::string>();
  }

  bool truth_of(const json& object, const char* member, const std::string& where) const {
    const json* found = find(object, member, json::value_t::boolean, where);
    return found != nullptr && found->get<bool>();
  }

  const json& elements(const json& object, const char* member, const std::string& where) const {
    static const json none = json::array();
    const json* found = find(object, member, json::value_t::array, where);
    return found == nullptr ? none : *found;
  }

  std::vector<std::string> strings(const json& object, const char* member, const std::string& where) const {
    return strings_of(elements(object, member, where), member, where);
  }

  std::vector<std::string> strings_of(const json& array, const char* member, const std::string& where) const {
    const auto is_string = [](const json& element) { return element.is_string(); };
    if (!array.is_array() || !std::all_of(array.begin(), array.end(), is_string)) {
      fail(fmt::format("\"{}\" of {} does not hold a list of names", member, where));
    }
    return array.get<std::vector<std::string>>();
  }

  const std::string& file_;
};

}  // namespace

Header parse_header(std::string_view text, const std::string& file) { return HeaderParser(file).parse(text); }

}  // namespace format
