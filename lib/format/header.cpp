#include "format/header.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "base/byte_buffer.h"
#include "base/error.h"
#include "format/json_text.h"

namespace format {
namespace {

// Which schema is not named.
std::string_view bare_schema(const std::vector<std::string>& schemas) {
  if (schemas.empty()) return {};
  return schemas.size() == 1 ? std::string_view(schemas.front()) : std::string_view("public");
}

std::string quoted_if_misleading(const std::string& part) {
  if (part.find_first_of(".\"") == std::string::npos) return part;
  std::string quoted = "\"";
  for (const char byte : part) quoted.append(byte == '"' ? 2 : 1, byte);
  return quoted + '"';
}

// Takes one part off the front of a section name; false: there is none that could be read.
bool take_part(std::string_view& text, std::string& part) {
  part.clear();
  if (!text.starts_with('"')) {
    const std::size_t bytes = std::min(text.find('.'), text.size());
    part = text.substr(0, bytes);
    text.remove_prefix(bytes);
    return part.find('"') == std::string::npos;
  }
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      if (at + 1 == text.size() || text[at + 1] != '"') {
        text.remove_prefix(at + 1);
        return true;
      }
      ++at;
    }
    part.push_back(text[at]);
  }
  return false;
}

// Appends members and elements in the layout of the file: `{"name": "id", "type": "text"}`, one line a table.
class HeaderWriter {
 public:
  explicit HeaderWriter(const Header& header) : header_(header) {}

  std::string text() {
    write_origin();
    write_types();
    write_sequences();
    write_large_objects();
    out_.append("\"tables\": [\n");
    for (std::size_t i = 0; i < header_.tables.size(); ++i) {
      write_table(header_.tables[i]);
      out_.append(i + 1 < header_.tables.size() ? ",\n" : "\n");
    }
    out_.append("],\n\"data\": {\n");
    return std::string(out_.view());
  }

 private:
  void write_origin() {
    out_.append(fmt::format("{{\n\"format\": {{\"name\": \"db-transfer\", \"version\": {}}},\n", header_.version));
    if (!header_.exported_at.empty()) {
      member("\"exported_at\": ", header_.exported_at);
      out_.append(",\n");
    }
    member("\"generator\": ", header_.generator);
    if (!header_.annotation.empty()) member(",\n\"annotation\": ", header_.annotation);
    if (!header_.conflict.empty()) member(",\n\"conflict\": ", header_.conflict);
    if (header_.settled) out_.append(",\n\"settled\": true");
    if (header_.undo) write_undo(*header_.undo);
    if (header_.narrowed) write_selection(*header_.narrowed);
    member(",\n\"source\": {\"engine\": ", header_.engine);
    member(", \"server_version\": ", header_.server_version);
    member(", \"database\": ", header_.database);
    if (!header_.host.empty()) member(", \"host\": ", header_.host);
    if (!header_.port.empty()) member(", \"port\": ", header_.port);
    if (!header_.user.empty()) member(", \"user\": ", header_.user);
    if (!header_.system_identifier.empty()) member(", \"system_identifier\": ", header_.system_identifier);
    out_.append(", \"schemas\": ");
    strings(header_.schemas);
    if (!header_.migrations_table.empty()) {
      member(", \"migrations\": {\"table\": ", header_.migrations_table);
      member(", \"last\": ", header_.last_migration);
      out_.append('}');
    }
    out_.append("},\n");
  }

  void write_undo(const Undo& undo) {
    member(",\n\"undo\": {\"mark\": ", undo.mark);
    out_.append(", \"target\": ");
    list(undo.target, [this](const auto& fact) {
      member("{\"name\": ", fact.first);
      member(", \"value\": ", fact.second);
      out_.append('}');
    });
    if (!undo.matched.empty()) {
      out_.append(", \"matched\": ");
      list(undo.matched, [this](const auto& match) {
        member("{\"table\": ", section_name(match.first, header_.schemas));
        out_.append(", \"columns\": ");
        strings(match.second);
        out_.append('}');
      });
    }
    out_.append('}');
  }

  void write_selection(const std::vector<Narrowed>& narrowed) {
    out_.append(",\n\"selection\": {\"where\": ");
    list(narrowed, [this](const Narrowed& table) {
      member("{\"table\": ", section_name(table.table, header_.schemas));
      member(", \"condition\": ", table.where);
      out_.append('}');
    });
    out_.append('}');
  }

  // One entry a line; nothing where there is none.
  template <typename Entries, typename Write>
  void section(std::string_view name, const Entries& entries, Write write) {
    if (entries.empty()) return;
    out_.append(fmt::format("\"{}\": [\n", name));
    std::string_view separator = "";
    for (const auto& entry : entries) {
      out_.append(separator);
      write(entry);
      separator = ",\n";
    }
    out_.append("\n],\n");
  }

  std::vector<catalog::UserType> types_of(catalog::TypeKind kind) const {
    std::vector<catalog::UserType> chosen;
    std::ranges::copy_if(header_.types, std::back_inserter(chosen),
                         [&](const catalog::UserType& type) { return type.kind == kind; });
    return chosen;
  }

  void write_types() {
    section("composite_types", types_of(catalog::TypeKind::kComposite), [this](const catalog::UserType& type) {
      member("{\"name\": ", type.name);
      out_.append(", \"attributes\": ");
      list(type.attributes, [this](const catalog::Attribute& attribute) {
        member("{\"name\": ", attribute.name);
        member(", \"type\": ", attribute.type);
        out_.append('}');
      });
      out_.append('}');
    });
    section("enum_types", types_of(catalog::TypeKind::kEnum), [this](const catalog::UserType& type) {
      member("{\"name\": ", type.name);
      out_.append(", \"labels\": ");
      strings(type.labels);
      out_.append('}');
    });
    section("domain_types", types_of(catalog::TypeKind::kDomain), [this](const catalog::UserType& type) {
      member("{\"name\": ", type.name);
      member(", \"base\": ", type.base);
      out_.append('}');
    });
    section("range_types", types_of(catalog::TypeKind::kRange), [this](const catalog::UserType& type) {
      member("{\"name\": ", type.name);
      member(", \"subtype\": ", type.base);
      if (!type.multirange.empty()) member(", \"multirange\": ", type.multirange);
      out_.append('}');
    });
  }

  void write_sequences() {
    section("sequences", header_.sequences, [this](const catalog::Sequence& sequence) {
      member("{\"name\": ", section_name(sequence.name, header_.schemas));
      if (sequence.last_value)
        out_.append(fmt::format(", \"last_value\": {}, \"is_called\": {}", integer_text(*sequence.last_value),
                                sequence.is_called));
      out_.append(fmt::format(", \"increment\": {}, \"used_by\": ", integer_text(sequence.increment)));
      list(sequence.used_by, [this](const catalog::SequenceUser& user) {
        member("{\"table\": ", section_name(user.table, header_.schemas));
        member(", \"column\": ", user.column);
        if (!user.expression.empty()) member(", \"expression\": ", user.expression);
        out_.append('}');
      });
      out_.append('}');
    });
  }

  void write_large_objects() {
    section("large_objects", header_.large_objects, [this](const LargeObjectColumn& column) {
      member("{\"table\": ", section_name(column.table, header_.schemas));
      member(", \"column\": ", column.column);
      out_.append('}');
    });
  }

  // Beyond 2^53 - 1 as a string: a number would be rounded by those who read numbers as doubles.
  static std::string integer_text(std::int64_t value) {
    constexpr std::int64_t kExact = (std::int64_t{1} << 53) - 1;
    return value > kExact || value < -kExact ? fmt::format("\"{}\"", value) : fmt::format("{}", value);
  }

  void write_table(const catalog::Table& table) {
    member("{\"name\": ", section_name(table.name, header_.schemas));
    out_.append(", \"columns\": ");
    list(table.columns, [this](const catalog::Column& column) { write_column(column); });
    out_.append(", \"primary_key\": ");
    strings(table.primary_key);
    out_.append(", \"unique_keys\": ");
    list(table.unique_keys, [this](const std::vector<std::string>& key) { strings(key); });
    out_.append(", \"foreign_keys\": ");
    list(table.foreign_keys, [this](const catalog::ForeignKey& key) { write_foreign_key(key); });
    out_.append(table.audit ? ", \"audit\": true}" : ", \"audit\": false}");
  }

  void write_column(const catalog::Column& column) {
    member("{\"name\": ", column.name);
    member(", \"type\": ", column.type);
    if (column.not_null) out_.append(", \"not_null\": true");
    if (column.generated) out_.append(", \"generated\": true");
    if (column.has_default) out_.append(", \"default\": true");
    if (column.identity == catalog::Identity::kAlways) out_.append(", \"identity\": \"always\"");
    if (column.identity == catalog::Identity::kByDefault) out_.append(", \"identity\": \"by default\"");
    out_.append('}');
  }

  void write_foreign_key(const catalog::ForeignKey& key) {
    member("{\"name\": ", key.name);
    out_.append(", \"columns\": ");
    strings(key.columns);
    member(", \"parent\": ", section_name(key.parent, header_.schemas));
    out_.append(", \"parent_columns\": ");
    strings(key.parent_columns);
    out_.append('}');
  }

  void member(std::string_view before, const std::string& value) {
    out_.append(before);
    append_json_string(out_, value);
  }

  void strings(const std::vector<std::string>& values) {
    list(values, [this](const std::string& value) { append_json_string(out_, value); });
  }

  template <typename Values, typename Write>
  void list(const Values& values, Write write) {
    out_.append('[');
    std::string_view separator = "";
    for (const auto& value : values) {
      out_.append(separator);
      write(value);
      separator = ", ";
    }
    out_.append(']');
  }

  const Header& header_;
  base::ByteBuffer out_;
};

}  // namespace

std::string section_name(const catalog::TableName& table, const std::vector<std::string>& schemas) {
  std::string name = quoted_if_misleading(table.name);
  if (table.schema.empty() || table.schema == bare_schema(schemas)) return name;
  return quoted_if_misleading(table.schema) + "." + name;
}

catalog::TableName table_of_section(std::string_view section, const std::vector<std::string>& schemas) {
  std::string_view rest = section;
  std::string first;
  std::string second;
  bool sound = take_part(rest, first);
  const bool qualified = rest.starts_with('.');
  if (qualified) {
    rest.remove_prefix(1);
    sound = sound && take_part(rest, second);
  }
  if (!sound || !rest.empty() || (qualified && first.empty())) {
    throw base::Error(base::ErrorKind::kFile,
                      fmt::format("\"{}\" is not the name of a table (table, or schema.table)", section));
  }
  if (qualified) return {first, second};
  return {std::string(bare_schema(schemas)), first};
}

std::string header_text(const Header& header) {
  std::string text = HeaderWriter(header).text();
  if (!simdjson::validate_utf8(text)) {
    throw base::Error(base::ErrorKind::kSchema,
                      "the name of a table, column or key is not valid UTF-8, so no JSON can hold it",
                      "rename it, or leave its table out");
  }
  return text;
}

}  // namespace format
