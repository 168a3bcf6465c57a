// One column's values between SQLite's cells and the file's JSON, exact for every storage class in every column: what
// comes back has the same storage class and the same bytes. Chosen once a column. Immutable; sees no database.
//
//   integer   number; beyond ±(2^53−1) a string where the column turns digits into integers, else {"$integer": "…"}
//   real      number; {"$real": "5.0"} where a reader would take the number for an integer, and for "-0.0",
//             "Infinity", "-Infinity"
//   text      string; {"$text": "<base64>"} when it is not valid UTF-8, holds NUL, or looks like PostgreSQL's bytea
//             ("\x6869") in a column for bytes
//   blob      {"$bytes": "<base64>"}
//   NULL      null
//
// A file of PostgreSQL is read as well: true and false as 1 and 0, "\x…" as a blob in a column for bytes, json values
// and arrays as their own text, {"$json": …} and {"$json_text": "…"} as what they wrap. A number that the column would
// round is refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/byte_buffer.h"
#include "format/value.h"
#include "sqlite/session/cell.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// What a column does to the values it is given (SQLite, "Datatypes", 3.1). kNone: nothing, also called BLOB.
enum class Affinity : std::uint8_t { kInteger, kText, kNone, kReal, kNumeric };

struct ColumnType {
  Affinity affinity = Affinity::kNone;
  std::string strict_type;   // INT, TEXT, ANY …; empty: the table is not STRICT
  bool holds_bytes = false;  // declared for them: BLOB, BYTEA
  bool utf16 = false;        // the database stores text as UTF-16
  bool keeps_form = false;   // the file's column is text: one that would become a number of another form is refused
};

// Whether a column of a file, of whichever engine, may hold texts whose form counts (007): all do but those of numbers
// by name, and documents, in which 5.0 is a number as well. An enum, also one called "print_kind", may have any label;
// and where a column of SQLite turns texts into numbers, no such text is in it.
bool is_text_type(std::string_view declared);

// `declared` as pragma table_xinfo gives it.
ColumnType column_type(std::string_view declared, bool strict);

class Codec {
 public:
  explicit Codec(ColumnType type) : type_(std::move(type)) {}

  // Appends the JSON value.
  void decode(base::ByteBuffer& out, const Cell& cell) const;

  // Binds the value as the column holds it; views `value` until the statement is reset. False: refused, and `reason`
  // says why in words for the user.
  [[nodiscard]] bool bind(Statement& statement, int parameter, const format::Value& value, std::string& reason) const;

 private:
  void decode_real(base::ByteBuffer& out, double value) const;
  void decode_text(base::ByteBuffer& out, std::string_view text) const;
  bool bind_number(Statement& statement, int parameter, std::string_view token, std::string& reason) const;
  bool bind_string(Statement& statement, int parameter, std::string_view text, std::string& reason) const;
  bool bind_object(Statement& statement, int parameter, std::string_view object, std::string& reason) const;
  bool bind_tagged(Statement& statement, int parameter, std::string_view tag, std::string_view content,
                   std::string& reason) const;
  bool is_numeric() const { return type_.affinity != Affinity::kText && type_.affinity != Affinity::kNone; }

  ColumnType type_;
};

}  // namespace sqlite
