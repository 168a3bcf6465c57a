// Random values of PostgreSQL's own types, as the text that the type's input function takes (not quoted). Borders and
// oddities come often. Every text here is valid, and GeneratorTest holds them to it.
#pragma once

#include <string>

#include "properties/dice.h"

namespace properties {

std::string random_integer(Dice& dice, int bytes);
std::string random_oid(Dice& dice);
std::string random_float4(Dice& dice);
std::string random_float8(Dice& dice);
// Any numeric; and one that numeric(precision, scale) holds unrounded.
std::string random_numeric(Dice& dice);
std::string random_numeric(Dice& dice, int precision, int scale);
std::string random_money(Dice& dice);

std::string random_uuid(Dice& dice);
std::string random_bytea(Dice& dice);
std::string random_bits(Dice& dice, std::size_t count);
std::string random_json(Dice& dice);  // valid for jsonb too
std::string random_xml(Dice& dice);

enum class Infinity { kWith, kWithout };
std::string random_date(Dice& dice, Infinity infinity = Infinity::kWith);
std::string random_time(Dice& dice);
std::string random_timetz(Dice& dice);
// `zone`: "" or "Z".
std::string random_timestamp(Dice& dice, const std::string& zone, Infinity infinity = Infinity::kWith);
std::string random_interval(Dice& dice);

std::string random_inet(Dice& dice);
std::string random_cidr(Dice& dice);
std::string random_macaddr(Dice& dice, int bytes);
std::string random_lsn(Dice& dice);
std::string random_geometry(Dice& dice, const std::string& type);
std::string random_tsvector(Dice& dice);
std::string random_hstore(Dice& dice);
std::string random_ltree(Dice& dice);

}  // namespace properties
