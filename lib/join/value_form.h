// How a value is written so that equal values are equal bytes and different ones are not, whatever the spelling of an
// edited file: escapes, blanks, numbers as texts. Of a typed engine by the column's type, of SQLite by what is written,
// which holds the storage class. Where a spelling is not known, the value stays as it is written: it may then differ
// from an equal one, and never equals a different one. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/byte_buffer.h"
#include "format/value.h"

namespace join {

struct ValueForm {
  enum class Kind {
    kAsWritten,
    kInteger,
    kDecimal,       // with its scale
    kReal,          // double precision
    kShortReal,     // single
    kRealOfSqlite,  // the same, but a text is a text
    kPadded,        // with blanks up to a fixed length
    kTimestamp,
    kTimestamptz,
    kUuid,
    kBytes,
    kDocument,        // json: its text
    kBinaryDocument,  // jsonb: its value
    kArray,
    kVerbatim,  // an element of an array of json
  };
  Kind kind = Kind::kAsWritten;
  int scale = -1;                        // of kDecimal; -1: any
  std::vector<ValueForm> elements = {};  // of kArray: one
};

// `type` as the catalog of PostgreSQL writes it; of a domain, that of its base.
ValueForm form_of_postgres(std::string_view type);
// `type` as it is declared.
ValueForm form_of_sqlite(std::string_view type);

// Of columns of two types that hold values of one kind, so that 5 and "5" are the same number.
void bring_together(ValueForm& a, ValueForm& b);

// Appends the value as a text without a zero byte: JSON, or kDocumentSign and the text of a document. Nothing of a
// value that is missing in its record.
void append_value(base::ByteBuffer& out, const ValueForm& form, const format::Value& value);
inline constexpr char kDocumentSign = 'J';

// Appends what orders by its bytes as such texts do: integers by their value, others by their text; no two are equal.
void append_key(std::string& out, std::string_view value);

// What people are shown of such a text; none: NULL. `missing` is for a value that is not there.
struct Shown {
  bool is_null = false;
  std::string text;
};
Shown shown(std::string_view value);

}  // namespace join
