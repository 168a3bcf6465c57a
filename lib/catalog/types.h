// The types of the user's own that columns are of, as a database or a file describes them: plain values. Names as the
// engine writes them where every name is qualified: "public.pair", "app.\"Address\"".
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace catalog {

enum class TypeKind { kComposite, kEnum, kDomain, kRange };

struct Attribute {
  std::string name;
  std::string type;
  bool operator==(const Attribute&) const = default;
};

struct UserType {
  std::string name;
  TypeKind kind = TypeKind::kComposite;
  std::vector<Attribute> attributes;  // of a composite type, in its order
  std::vector<std::string> labels;    // of an enum, in its order
  std::string base;                   // of a domain: its base type; of a range: its subtype
  std::string multirange;             // of a range: its multirange type; empty where the server has none
  bool operator==(const UserType&) const = default;
};

using Types = std::vector<UserType>;

// How the text of a value of one type becomes the text of the same value of another: in which order the attributes of a
// composite type are, also inside arrays and inside other composites.
struct Reshape {
  enum class Kind { kNone, kRecord, kArray };
  Kind kind = Kind::kNone;             // kNone: the text as it is
  std::vector<std::size_t> attribute;  // kRecord: for each attribute of the target, its place in the file's record
  std::vector<Reshape> parts;          // kRecord: of each attribute of the target; kArray: of the element
};

// What comes of it when values of a type of the file go into a column of a type of the target.
struct TypeFit {
  Reshape reshape;
  std::vector<std::string> misfits;  // sentences without the column: why it cannot go in
  std::vector<std::string> notes;    // the same for what may go wrong for some values, or cannot be known
};

// Types that are not of the user's own are in neither list, and are no matter of this but inside of one that is: there
// a value travels as text, so that only types that lose nothing of it will do.
TypeFit fit_type(const std::string& file_type, const Types& file_types, const std::string& target_type,
                 const Types& target_types);

// The type behind domains; itself where it is none.
std::string base_of(const std::string& type, const Types& types);

}  // namespace catalog
