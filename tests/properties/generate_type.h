// Column types with their random values: every type of PostgreSQL's own, arrays of them, and types made for one
// scenario (enums, domains, composites, ranges).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "properties/dice.h"

namespace properties {

struct Type {
  std::string sql;                          // as in CREATE TABLE, qualified where it is not PostgreSQL's own
  std::function<std::string(Dice&)> value;  // the text that the type reads, never NULL
  bool ordered = true;                      // may stand in a key: has a btree operator class
  bool array = false;
  bool referable = true;      // the server can have a foreign key over it
  bool polymorphic = false;   // its = is one of many types (enums, ranges), so a domain over it has none
  bool printed_whole = true;  // its output function leaves nothing out: xml's leaves out the encoding
  char delimiter = ',';       // between the elements of an array of it
};

// Makes a type: one that has parameters chooses them anew each time.
using TypeMaker = std::function<Type(Dice&)>;
// One for every type of PostgreSQL's own and of the extensions of extension_sql(), arrays left out.
const std::vector<TypeMaker>& type_makers();

// What must be there once in a database: extensions, in a schema of their own.
std::string extension_sql();

// Empty arrays, NULL elements, up to three dimensions, lower bounds other than 1.
Type array_of(const Type& element);

// CREATE TYPE or CREATE DOMAIN, and the type it makes.
struct MadeType {
  std::string create_sql;
  Type type;
};
// A type of its own in `schema`, over types that are there: an enum, a domain, a composite, a range.
MadeType make_type(Dice& dice, const std::string& schema, const std::string& name, const std::vector<Type>& there);

}  // namespace properties
