#include "properties/generate_type.h"

#include <fmt/format.h>

#include "properties/generate_text.h"
#include "properties/generate_value.h"
#include "properties/sql.h"
#include "support/server.h"

namespace properties {
namespace {

enum class Order { kOrdered, kUnordered };

TypeMaker plain(const char* sql, std::function<std::string(Dice&)> value, Order order = Order::kOrdered) {
  return [=](Dice&) { return Type{sql, value, order == Order::kOrdered}; };
}

TypeMaker one_of(const char* sql, std::vector<std::string> values, Order order = Order::kOrdered) {
  return plain(
      sql, [values](Dice& dice) { return dice.pick(values); }, order);
}

TypeMaker geometry(const char* sql) {
  return [=](Dice&) {
    Type type{sql, [sql](Dice& dice) { return random_geometry(dice, sql); }, false};
    if (std::string(sql) == "box") type.delimiter = ';';
    return type;
  };
}

// A type whose parameter changes nothing about which texts it reads, only how much of them it keeps.
TypeMaker rounded(const char* sql, std::function<std::string(Dice&)> value, std::vector<std::string> forms) {
  return [=](Dice& dice) { return Type{fmt::format(fmt::runtime(dice.pick(forms)), sql), value}; };
}

const std::vector<std::string> kPrecisions{"{}", "{}", "{}(0)", "{}(3)", "{}(6)"};

Type limited(Dice& dice, const char* form, const std::function<std::string(Dice&, std::size_t)>& value) {
  const std::size_t limit = 1 + dice.below(20);
  return {fmt::format(fmt::runtime(form), limit), [=](Dice& d) { return value(d, limit); }};
}

Type numeric_of(Dice& dice) {
  const int precision = static_cast<int>(dice.once_in(8) ? dice.between(1, 1000) : dice.between(1, 40));
  // A scale beyond the precision, or below zero, came with 15.
  const bool any_scale = dice.once_in(8) && support::server_version() >= 15;
  const int scale = static_cast<int>(any_scale ? dice.between(-1000, 1000) : dice.between(0, precision));
  return {fmt::format("numeric({},{})", precision, scale),
          [=](Dice& d) { return random_numeric(d, precision, scale); }};
}

std::string without_nul_letter(Dice& dice) {
  return dice.once_in(5) ? std::string() : std::string(1, static_cast<char>(dice.between(1, 126)));
}

std::vector<TypeMaker> text_makers() {
  return {
      plain("text", [](Dice& d) { return random_text(d, d.once_in(100) ? 100000 : 20); }),
      plain("varchar", [](Dice& d) { return random_text(d, 10); }),
      [](Dice& d) { return limited(d, "varchar({})", random_text); },
      [](Dice& d) { return limited(d, "char({})", random_text); },
      plain("bpchar", [](Dice& d) { return random_text(d, 10); }),
      plain("name", random_name),
      plain("\"char\"", without_nul_letter),
      plain("extensions.citext", [](Dice& d) { return random_text(d, 10); }),
      [](Dice&) {
        Type type{"xml", random_xml, false};
        type.printed_whole = false;
        return type;
      },
      plain("json", random_json, Order::kUnordered),
      plain("jsonb", random_json),
      plain("bytea", random_bytea),
      plain("tsvector", random_tsvector),
      plain("extensions.hstore", random_hstore),
      plain("extensions.ltree", random_ltree),
      one_of("tsquery", {"", "'a' & 'b':A", "!'it''s' | 'x':*", "'a' <-> 'b'"}),
      one_of("jsonpath", {"$", "$.a[*] ? (@ > 1)", "strict $.\"é\""}, Order::kUnordered),
      one_of("refcursor", {"", "c1", "\"x\""}, Order::kUnordered),
  };
}

std::vector<TypeMaker> number_makers() {
  return {
      one_of("boolean", {"true", "false"}),
      plain("smallint", [](Dice& d) { return random_integer(d, 2); }),
      plain("integer", [](Dice& d) { return random_integer(d, 4); }),
      plain("bigint", [](Dice& d) { return random_integer(d, 8); }),
      plain("oid", random_oid),
      plain("real", random_float4),
      plain("double precision", random_float8),
      plain("numeric", [](Dice& d) { return random_numeric(d); }),
      numeric_of,
      plain("money", random_money),
      plain("uuid", random_uuid),
      [](Dice& d) {
        const std::size_t bits = 1 + d.below(70);
        return Type{fmt::format("bit({})", bits), [=](Dice& e) { return random_bits(e, bits); }};
      },
      plain("bit varying", [](Dice& d) { return random_bits(d, d.below(70)); }),
      [](Dice& d) {
        return limited(d, "bit varying({})", [](Dice& e, std::size_t n) { return random_bits(e, e.below(n + 1)); });
      },
      one_of("int2vector", {"", "1 2 3", "-1"}, Order::kUnordered),
      one_of("oidvector", {"", "1 2 4294967295"}),
      one_of("xid", {"0", "4294967295", "3"}, Order::kUnordered),
      one_of("cid", {"0", "4294967295"}, Order::kUnordered),
      one_of("tid", {"(0,1)", "(4294967295,65535)"}),
      one_of("txid_snapshot", {"1:1:", "10:20:10,14,15"}, Order::kUnordered),
      one_of("regclass", {"pg_catalog.pg_class", "-"}),
      one_of("regtype", {"integer", "text[]", "extensions.citext", "-"}),
      one_of("regproc", {"pg_catalog.now", "-"}),
      one_of("regprocedure", {"pg_catalog.abs(integer)", "-"}),
      one_of("regnamespace", {"pg_catalog", "-"}),
      one_of("regrole", {"postgres", "-"}),
      one_of("extensions.cube", {"(1,2,3)", "(0),(1)", "(1,2),(3,4)"}),
      one_of("extensions.seg", {"1", "1.50 .. 2", "~3"}),
      one_of("extensions.isbn", {"978-0-393-04002-9", "0-393-04002-X"}),
  };
}

std::vector<TypeMaker> time_and_network_makers() {
  return {
      plain("date", [](Dice& d) { return random_date(d); }),
      rounded("time{}", random_time, {"time", "time(0)", "time(3)"}),
      rounded("time with time zone", random_timetz, {"timetz", "timetz(0)", "timetz(3)"}),
      rounded(
          "timestamp", [](Dice& d) { return random_timestamp(d, ""); }, kPrecisions),
      rounded(
          "timestamptz", [](Dice& d) { return random_timestamp(d, "Z"); }, kPrecisions),
      rounded("interval", random_interval,
              {"{}", "{}", "{}(0)", "{}(3)", "{} year to month", "{} day to second", "{} hour", "{} second(2)"}),
      plain("inet", random_inet),
      plain("cidr", random_cidr),
      plain("macaddr", [](Dice& d) { return random_macaddr(d, 6); }),
      plain("macaddr8", [](Dice& d) { return random_macaddr(d, 8); }),
      plain("pg_lsn", random_lsn),
  };
}

std::vector<TypeMaker> range_and_geometry_makers() {
  return {
      one_of("int4range", {"empty", "[1,5)", "(,)", "[3,3]", "(,7]", "[-2147483648,2147483647)"}),
      one_of("int8range", {"empty", "[1,5)", "(,)", "[9007199254740993,)"}),
      one_of("numrange", {"empty", "[1.0,5.00)", "(1,2]", "[1,NaN]"}),
      one_of("tsrange", {"empty", "[2000-01-01 00:00,infinity)", "(0044-03-15 12:00 BC,)",
                         "[2000-01-01,2000-01-01 00:00:00.000001]"}),
      one_of("tstzrange", {"empty", "[2000-01-01 00:00+02,infinity]", "(,294276-12-31 23:59:59.999999Z)"}),
      one_of("daterange", {"empty", "[2000-01-01,2000-02-01]", "[-infinity,infinity]", "(,)"}),
      geometry("point"),
      geometry("line"),
      geometry("lseg"),
      geometry("box"),
      geometry("path"),
      geometry("polygon"),
      geometry("circle"),
  };
}

// Types and values that older servers do not know.
std::vector<TypeMaker> newer_makers() {
  std::vector<TypeMaker> makers;
  if (support::server_version() >= 13) {
    makers = {one_of("xid8", {"0", "18446744073709551615", "3"}),
              one_of("pg_snapshot", {"1:1:", "10:20:10,14,15"}, Order::kUnordered)};
  }
  if (support::server_version() >= 14) {
    for (const TypeMaker& more : {one_of("int4multirange", {"{}", "{[1,3),[5,9)}", "{(,)}"}),
                                  one_of("nummultirange", {"{}", "{[1.0,3.00],[5,9)}"}),
                                  one_of("datemultirange", {"{}", "{[2000-01-01,2000-02-01)}"}),
                                  one_of("tstzmultirange", {"{}", "{[2000-01-01 00:00+02,infinity]}"}),
                                  one_of("numrange", {"(-Infinity,Infinity)", "empty"})})
      makers.push_back(more);
  }
  return makers;
}

std::string array_element(const std::string& text) {
  std::string text_in_quotes = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') text_in_quotes += '\\';
    text_in_quotes += c;
  }
  return text_in_quotes + '"';
}

std::string array_level(Dice& dice, const Type& element, const std::vector<std::size_t>& sizes, std::size_t level) {
  std::string text = "{";
  for (std::size_t i = 0; i < sizes[level]; ++i) {
    if (i > 0) text += element.delimiter;
    if (level + 1 < sizes.size()) {
      text += array_level(dice, element, sizes, level + 1);
    } else {
      text += dice.once_in(5) ? "NULL" : array_element(element.value(dice));
    }
  }
  return text + '}';
}

std::string array_value(Dice& dice, const Type& element) {
  if (dice.once_in(5)) return "{}";
  std::vector<std::size_t> sizes;
  const std::size_t dimensions = dice.once_in(3) ? 1 + dice.below(3) : 1;
  for (std::size_t i = 0; i < dimensions; ++i) sizes.push_back(1 + dice.below(3));
  std::string bounds;
  if (dice.once_in(6)) {
    for (const std::size_t size : sizes) {
      const std::int64_t low = dice.between(-2, 3);
      bounds += fmt::format("[{}:{}]", low, low + static_cast<std::int64_t>(size) - 1);
    }
    bounds += '=';
  }
  return bounds + array_level(dice, element, sizes, 0);
}

std::string field_of_composite(const std::string& text) {
  std::string text_in_quotes = "\"";
  for (const char c : text) text_in_quotes.append(c == '"' || c == '\\' ? 2 : 1, c);
  return text_in_quotes + '"';
}

MadeType make_enum(Dice& dice, const std::string& name) {
  std::vector<std::string> labels{"a", "A", "", "null"};
  for (int i = 0; i < 3; ++i) labels.push_back(random_name(dice) + std::to_string(i));
  labels.erase(labels.begin() + 2);  // an empty label is valid too, but reads as one that was forgotten
  for (std::string& label : labels) label.resize(std::min<std::size_t>(label.size(), 63));
  for (std::string& label : labels) {
    while (!label.empty() && (static_cast<unsigned char>(label.back()) & 0x80U) != 0) label.pop_back();
  }
  std::vector<std::string> unique;
  std::string list;
  for (const std::string& label : labels) {
    if (std::find(unique.begin(), unique.end(), label) != unique.end()) continue;
    unique.push_back(label);
    list += (list.empty() ? "" : ", ") + literal(label);
  }
  Type type{name, [unique](Dice& d) { return d.pick(unique); }};
  type.polymorphic = true;
  return {"CREATE TYPE " + name + " AS ENUM (" + list + ")", type};
}

MadeType make_range(const std::string& name) {
  static const std::vector<std::string> values{"empty", "[a,b)", "(,\"Z z\"]", "(,)", "[\"\",\"\"]"};
  Type type{name, [](Dice& dice) { return dice.pick(values); }};
  type.polymorphic = true;
  return {"CREATE TYPE " + name + " AS RANGE (SUBTYPE = extensions.citext)", type};
}

MadeType make_composite(Dice& dice, const std::string& name, const std::vector<Type>& there) {
  std::vector<Type> fields;
  std::string list;
  bool ordered = true;
  for (const Type& field : dice.some(there, 3)) {
    if (!field.printed_whole) continue;
    const std::size_t i = fields.size();
    fields.push_back(field);
    ordered = ordered && field.ordered;
    list += (i == 0 ? "" : ", ") + quote("f" + std::to_string(i) + random_text(dice, 3)) + " " + fields.back().sql;
  }
  const auto value = [fields](Dice& d) {
    std::string text = "(";
    for (std::size_t i = 0; i < fields.size(); ++i) {
      text += (i == 0 ? "" : ",") + (d.once_in(5) ? std::string() : field_of_composite(fields[i].value(d)));
    }
    return text + ")";
  };
  Type type{name, value, ordered};
  // The server takes a row of NULLs for NULL when it adds a foreign key, and not when it checks one.
  type.referable = false;
  return {"CREATE TYPE " + name + " AS (" + list + ")", type};
}

MadeType make_domain(Dice& dice, const std::string& name, const std::vector<Type>& there) {
  Type type = dice.pick(there);
  static const std::vector<std::string> tails{"", "", " CHECK (VALUE IS NOT NULL OR VALUE IS NULL)",
                                              " CHECK (pg_catalog.length(VALUE::pg_catalog.text) < 60)", " NOT NULL"};
  const std::string sql = "CREATE DOMAIN " + name + " AS " + type.sql + dice.pick(tails);
  type.referable = type.referable && !type.polymorphic && !type.sql.ends_with("range");
  type.sql = name;
  return {sql, type};
}

}  // namespace

const std::vector<TypeMaker>& type_makers() {
  static const std::vector<TypeMaker> all = [] {
    std::vector<TypeMaker> makers = number_makers();
    for (const auto& more : {text_makers(), time_and_network_makers(), range_and_geometry_makers(), newer_makers()}) {
      makers.insert(makers.end(), more.begin(), more.end());
    }
    return makers;
  }();
  return all;
}

std::string extension_sql() {
  std::string sql = "CREATE SCHEMA IF NOT EXISTS extensions;";
  for (const char* name : {"citext", "hstore", "ltree", "cube", "seg", "isn", "btree_gist"}) {
    sql += std::string("CREATE EXTENSION IF NOT EXISTS ") + name + " SCHEMA extensions;";
  }
  return sql;
}

Type array_of(const Type& element) {
  Type type{element.sql + "[]", [element](Dice& dice) { return array_value(dice, element); }, element.ordered, true};
  type.referable = false;
  type.printed_whole = element.printed_whole;
  return type;
}

MadeType make_type(Dice& dice, const std::string& schema, const std::string& name, const std::vector<Type>& there) {
  const std::string full_name = quote(schema) + "." + quote(name);
  switch (dice.below(4)) {
    case 0:
      return make_enum(dice, full_name);
    case 1:
      return make_composite(dice, full_name, there);
    case 2:
      return make_range(full_name);
    default:
      return make_domain(dice, full_name, there);
  }
}

}  // namespace properties
