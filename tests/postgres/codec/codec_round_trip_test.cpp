#include "postgres/codec/codec_round_trip.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "postgres/codec/wire.h"

namespace postgres_test {

namespace {

constexpr std::string_view kCopyHeader("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);

std::string big_endian_bytes(std::int64_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  return out;
}

std::string copy_stream(const std::vector<std::string>& encoded_fields) {
  std::string stream(kCopyHeader);
  std::int32_t number = 0;
  for (const auto& field : encoded_fields) {
    stream += big_endian_bytes(2, 2) + big_endian_bytes(4, 4) + big_endian_bytes(++number, 4) + field;
  }
  return stream + big_endian_bytes(-1, 2);
}

std::string copy_text_escaped(const std::optional<std::string>& literal) {
  if (!literal) return "\\N";
  std::string out;
  for (const char byte : *literal) {
    switch (byte) {
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += byte;
    }
  }
  return out;
}

std::string copy_out(PGconn* connection, const std::string& sql) {
  PQclear(PQexec(connection, sql.c_str()));
  std::string stream;
  char* chunk = nullptr;
  int bytes = 0;
  while ((bytes = PQgetCopyData(connection, &chunk, 0)) > 0) {
    stream.append(chunk, static_cast<std::size_t>(bytes));
    PQfreemem(chunk);
  }
  PGresult* result = PQgetResult(connection);
  const bool failed = PQresultStatus(result) != PGRES_COMMAND_OK;
  PQclear(result);
  while ((result = PQgetResult(connection)) != nullptr) PQclear(result);
  if (failed) throw std::runtime_error(PQerrorMessage(connection));
  return stream;
}

}  // namespace

// One database for the whole process; every round trip has a schema of its own.
support::Database& shared_database() {
  static support::Database database;
  return database;
}

RoundTrip::RoundTrip(const std::string& type, const std::string& preparation)
    : database_(shared_database()), connection_(PQconnectdb(database_.url().c_str())) {
  static int number = 0;
  schema_ = "trip_" + std::to_string(++number);
  database_.run("CREATE SCHEMA " + schema_);
  use_schema();
  PQclear(PQexec(connection_, ("SET search_path TO " + schema_).c_str()));
  for (const auto* setting : {"DateStyle TO ISO,YMD", "IntervalStyle TO postgres", "TimeZone TO 'UTC'",
                              "extra_float_digits TO 3", "bytea_output TO hex", "client_encoding TO 'UTF8'"}) {
    database_.run(std::string("SET ") + setting);
  }
  if (!preparation.empty()) database_.run(preparation);
  database_.run("CREATE TABLE a (n int, v " + type + "); CREATE TABLE b (n int, v " + type + ")");
  describe_type();
}

RoundTrip::~RoundTrip() {
  PQfinish(connection_);
  database_.run("DROP SCHEMA " + schema_ + " CASCADE");
}

void RoundTrip::use_schema() { database_.run("SET search_path TO " + schema_); }

void RoundTrip::describe_type() {
  const auto row = database_
                       .rows(
                           "WITH RECURSIVE base AS (SELECT atttypid AS oid, atttypmod AS typmod FROM pg_attribute "
                           "WHERE attrelid = 'a'::regclass AND attname = 'v' UNION ALL SELECT typbasetype, typtypmod "
                           "FROM base JOIN pg_type t ON t.oid = base.oid AND t.typtype = 'd') "
                           "SELECT t.oid, base.typmod, format_type(t.oid, base.typmod), t.typname, t.typtype, "
                           "CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END, coalesce(d.oid, e.oid, 0), "
                           "coalesce(d.typname, e.typname, ''), coalesce(d.typtype, e.typtype, 'b') "
                           "FROM base JOIN pg_type t ON t.oid = base.oid AND t.typtype <> 'd' "
                           "LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A' "
                           "LEFT JOIN pg_type d ON d.oid = e.typbasetype")
                       .at(0);
  const auto number = [&](std::size_t i) { return static_cast<std::uint32_t>(std::stoul(*row[i])); };
  type_.oid = number(0);
  type_.typmod = static_cast<std::int32_t>(std::stol(*row[1]));
  type_.name = *row[2];
  type_.type_name = *row[3];
  type_.kind = row[4]->at(0);
  type_.element_wire_oid = number(5);
  type_.element_oid = number(6);
  type_.element_type_name = *row[7];
  type_.element_kind = row[8]->at(0);
  for (const auto& label : database_.rows("SELECT enumlabel FROM pg_enum WHERE enumtypid IN (" +
                                          std::to_string(type_.oid) + "," + std::to_string(type_.element_oid) + ")")) {
    type_.enum_labels.push_back(*label[0]);
  }
}

void RoundTrip::copy_in(const std::string& sql, const std::string& bytes) {
  PQclear(PQexec(connection_, sql.c_str()));
  PQputCopyData(connection_, bytes.data(), static_cast<int>(bytes.size()));
  PQputCopyEnd(connection_, nullptr);
  std::string error;
  while (PGresult* result = PQgetResult(connection_)) {
    if (PQresultStatus(result) != PGRES_COMMAND_OK) error = PQresultErrorMessage(result);
    PQclear(result);
  }
  if (!error.empty()) throw std::runtime_error(sql + ": " + error);
}

void RoundTrip::insert(const Literals& literals) {
  std::string text;
  for (const auto& literal : literals) text += std::to_string(++rows_) + "\t" + copy_text_escaped(literal) + "\n";
  copy_in("COPY a FROM STDIN", text);
}

void RoundTrip::insert_fields(const std::vector<std::string>& fields) {
  std::vector<std::string> with_length;
  for (const auto& field : fields) {
    with_length.push_back(big_endian_bytes(static_cast<std::int64_t>(field.size()), 4) + field);
  }
  rows_ += fields.size();
  copy_in("COPY a FROM STDIN (FORMAT binary)", copy_stream(with_length));
}

std::vector<std::string> RoundTrip::json() {
  const std::string cast = [&] {
    switch (postgres::transport_of(type_)) {
      case postgres::Transport::kBinary:
        return "";
      case postgres::Transport::kText:
        return "::text";
      case postgres::Transport::kTextArray:
        return "::text[]";
    }
    return "";
  }();
  const std::string stream =
      copy_out(connection_, "COPY (SELECT v" + cast + " FROM a ORDER BY n) TO STDOUT (FORMAT binary)");
  const postgres::Codec codec(type_);
  std::vector<std::string> values;
  std::size_t at = kCopyHeader.size();
  while (postgres::load<std::int16_t>(stream.data() + at) != -1) {
    const auto bytes = postgres::load<std::int32_t>(stream.data() + at + 2);
    at += 6;
    if (bytes == -1) {
      values.push_back("null");
      continue;
    }
    values.push_back(decoded(codec, std::string_view(stream).substr(at, static_cast<std::size_t>(bytes))));
    at += static_cast<std::size_t>(bytes);
  }
  EXPECT_EQ(values.size(), rows_);
  return values;
}

std::vector<std::string> RoundTrip::text() {
  // format() asks the type's output function; a cast to text is another thing for inet, char(n) and xml.
  const std::string output =
      postgres::transport_of(type_) == postgres::Transport::kBinary ? "format('%s', v)" : "v::text";
  std::vector<std::string> values;
  use_schema();
  for (const auto& row : database_.rows("SELECT CASE WHEN v IS NOT NULL THEN " + output + " END FROM a ORDER BY n"))
    values.push_back(row[0].value_or("null"));
  return values;
}

std::vector<std::string> RoundTrip::differences(const std::vector<std::string>& json) {
  const postgres::Codec codec(type_);
  std::vector<std::string> fields;
  for (const auto& value : json) {
    const ParsedJson parsed(value);
    base::ByteBuffer out;
    std::string reason;
    if (!codec.encode(out, parsed.value, reason)) return {value + " refused: " + reason};
    fields.emplace_back(out.view());
  }
  use_schema();
  const bool binary = postgres::transport_of(type_) == postgres::Transport::kBinary;
  database_.run("TRUNCATE b");
  if (binary) {
    copy_in("COPY b FROM STDIN (FORMAT binary)", copy_stream(fields));
  } else {
    const std::string text = postgres::transport_of(type_) == postgres::Transport::kText ? "text" : "text[]";
    database_.run("DROP TABLE IF EXISTS staged; CREATE TABLE staged (n int, v " + text + ")");
    copy_in("COPY staged FROM STDIN (FORMAT binary)", copy_stream(fields));
    database_.run("INSERT INTO b SELECT n, v::" + type_.name + " FROM staged");
  }
  std::vector<std::string> lines;
  for (const auto& row : database_.rows("SELECT a.n, a.v::text, b.v::text FROM a FULL JOIN b USING (n) "
                                        "WHERE a *<> b OR a.n IS NULL OR b.n IS NULL ORDER BY 1")) {
    lines.push_back(row[1].value_or("null") + " became " + row[2].value_or("null"));
  }
  return lines;
}

std::string RoundTrip::stored(const std::string& json) {
  const ParsedJson parsed(json);
  base::ByteBuffer out;
  std::string reason;
  if (!postgres::Codec(type_).encode(out, parsed.value, reason)) return "refused: " + reason;
  use_schema();
  database_.run("TRUNCATE b");
  copy_in("COPY b FROM STDIN (FORMAT binary)", copy_stream({std::string(out.view())}));
  return database_.value("SELECT v::text FROM b");
}

ParsedJson::ParsedJson(const std::string& json) : text(json) {
  using format::ValueKind;
  switch (json.at(0)) {
    case '"':
      text = nlohmann::json::parse(json).get<std::string>();
      value.kind = ValueKind::kString;
      break;
    case '[':
      value.kind = ValueKind::kArray;
      break;
    case '{':
      value.kind = ValueKind::kObject;
      break;
    case 'n':
      value.kind = ValueKind::kNull;
      break;
    case 't':
    case 'f':
      value.kind = ValueKind::kBoolean;
      break;
    default:
      value.kind = ValueKind::kNumber;
  }
  value.text = text;
}

std::string encoded(const postgres::Codec& codec, const std::string& json) {
  const ParsedJson parsed(json);
  base::ByteBuffer out;
  out.append("before");
  std::string reason;
  if (!codec.encode(out, parsed.value, reason)) {
    EXPECT_EQ(out.view(), "before") << "a refusal must leave nothing behind";
    return "refused: " + reason;
  }
  const std::string_view field = out.view().substr(6);
  const auto bytes = postgres::load<std::int32_t>(field.data());
  if (bytes == -1) return "NULL";
  EXPECT_EQ(field.size(), 4 + static_cast<std::size_t>(bytes));
  std::string hex;
  for (const char byte : field.substr(4)) {
    hex += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

std::string decoded(const postgres::Codec& codec, std::string_view field) {
  base::ByteBuffer out;
  codec.decode(out, field);
  const std::string json(out.view());
  EXPECT_TRUE(nlohmann::json::accept(json)) << "not JSON: " << json;
  return json;
}

}  // namespace postgres_test
