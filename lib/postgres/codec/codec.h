// One column's values between PostgreSQL's binary COPY fields and the file's JSON, exact for every value.
// Chosen once a column, then called for every field: no allocation, no virtual call, no locale on the healthy path.
// Immutable after construction, so any thread may use it; it reads no catalog (ColumnType says all), sees no server.
// What a value becomes is the table "Values" of the format; codec_*.h add what that table leaves open.
// A field that breaks the wire format throws Error(kInternal). Encoding refuses with a reason; only the text of an
// array that is not JSON throws (Error(kFile); a checked record never holds one).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_buffer.h"
#include "format/value.h"

namespace postgres {

// What the catalog says of a column's type.
struct ColumnType {
  std::uint32_t oid = 0;  // pg_type.oid; of the base type when the column is of a domain
  std::int32_t typmod =
      -1;                 // of the column, or of the domain's base; for arrays: of the element, or of its domain's base
  std::string name;       // format_type(): for messages
  std::string type_name;  // pg_type.typname of the (base) type, and
  std::string type_schema;        // its schema (citext & co. are known by name: their oid differs per database)
  char kind = 'b';                // pg_type.typtype of the (base) type: b e c d r m p
  std::uint32_t element_oid = 0;  // arrays only (typcategory A with typelem): base type of the element
  std::string element_type_name;
  char element_kind = 'b';
  std::uint32_t element_wire_oid = 0;    // typelem itself where the element is of a domain; 0: element_oid
  char element_delimiter = ',';          // pg_type.typdelim: what is between elements in an array's text
  std::vector<std::string> enum_labels;  // of the enum, or of the element's enum
  bool not_null = false;
};

// How the column travels: in its own binary form; as its text; as an array of its elements' texts.
enum class Transport { kBinary, kText, kTextArray };
Transport transport_of(const ColumnType& type);

class Codec;

// The functions of one type; its name, limit, labels and elements come from the codec they are called with.
struct CodecFunctions {
  // Appends the JSON value of a field.
  void (*decode)(const Codec&, base::ByteBuffer& out, std::string_view field) = nullptr;
  // Appends length and field, or says why not (what it appended before a refusal is dropped by the caller).
  bool (*encode)(const Codec&, base::ByteBuffer& out, const format::Value& value, std::string& reason) = nullptr;
  // Appends PostgreSQL's own text output, unquoted: elements of array literals.
  void (*print)(const Codec&, base::ByteBuffer& out, std::string_view field) = nullptr;
  // Reads PostgreSQL's own text; null: as `encode` reads a JSON string.
  bool (*scan)(const Codec&, base::ByteBuffer& out, std::string_view text, std::string& reason) = nullptr;
};

class Codec {
 public:
  explicit Codec(const ColumnType& type);

  // Appends the JSON value of one binary field (never NULL; the caller writes null).
  void decode(base::ByteBuffer& out, std::string_view field) const { functions_.decode(*this, out, field); }

  // Appends one binary COPY field, its 4-byte length included (-1 for SQL NULL). False: refused, nothing appended,
  // `reason` says why in words for the user ("too long for character varying(20): 23 characters").
  [[nodiscard]] bool encode(base::ByteBuffer& out, const format::Value& value, std::string& reason) const;

  // Appends the text of such a field, without its length, as the type's input function of the server reads it.
  void print(base::ByteBuffer& out, std::string_view field) const { functions_.print(*this, out, field); }

  // For the functions of a type only.
  const std::string& name() const { return name_; }
  std::int32_t typmod() const { return typmod_; }
  const CodecFunctions& functions() const { return functions_; }
  const Codec& element() const { return *element_; }
  std::uint32_t element_oid() const { return element_oid_; }
  char element_delimiter() const { return element_delimiter_; }
  bool has_label(std::string_view label) const;

 private:
  CodecFunctions functions_;
  std::string name_;
  std::int32_t typmod_ = -1;
  bool not_null_ = false;
  std::vector<std::string> labels_;  // enums: sorted
  char element_delimiter_ = ',';
  std::uint32_t element_oid_ = 0;         // arrays: as the wire names the element's type, and
  std::shared_ptr<const Codec> element_;  // how one element travels
};

}  // namespace postgres
