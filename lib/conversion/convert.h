// The values of one engine's file as the columns of another take them. Of SQLite: by the target's type and by what each
// column really holds, never by the declared type. Decided once a column, from its profile, before the first record is
// staged; what cannot be decided is said, not guessed. A value that does not fit stays as it is: the target's codec
// refuses the row with its reason.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "catalog/table.h"
#include "conversion/profile.h"
#include "format/value.h"

namespace conversion {

// How the times of a column of SQLite are written, where its values do not tell: numbers since 1970, or only text.
enum class TimeReading { kIso, kSeconds, kMilliseconds };
// What becomes of a text without a character in it.
enum class EmptyText { kKept, kNull };
// What a blob of SQLite is taken as.
enum class BlobAs { kBytes, kText };

// What a column of the target asks for.
enum class Wanted {
  kUntouched,  // the value as it is in the file
  kAnything,   // of a type that is not known here
  kBoolean,
  kNumber,
  kText,
  kDay,
  kTimestamp,
  kTimestamptz,
  kUuid,
  kBytes,
  kJson,
  kArray,
  kDocument,  // text, into an engine without JSON: the document itself, so that its texts keep their quotes
};
// `type` as the catalog of PostgreSQL writes it.
Wanted wanted_by(const std::string& type);

struct ColumnConversion {
  Wanted wanted = Wanted::kUntouched;
  std::optional<TimeReading> numbers;  // how the numbers of a column of times are read
  EmptyText empty_text = EmptyText::kKept;
  BlobAs blobs = BlobAs::kBytes;
};

// Rewrites the values of one table's records. The result views its own buffers and the record: good until the next.
class Conversion {
 public:
  explicit Conversion(std::vector<ColumnConversion> columns);

  // More values than columns are passed on as they are.
  std::span<const format::Value> convert(std::span<const format::Value> record);
  bool changes_nothing() const;
  // Whether a value as the target writes it, taken into the file, would come back as it is.
  bool takes_its_own(std::size_t column) const;

 private:
  std::vector<ColumnConversion> columns_;
  std::vector<format::Value> values_;
  std::vector<std::string> texts_;  // by column
};

// What the user wants of one column.
struct ColumnWish {
  std::optional<TimeReading> times;
  EmptyText empty_text = EmptyText::kKept;
  BlobAs blobs = BlobAs::kBytes;
};

struct DecidedColumn {
  ColumnConversion conversion;
  std::vector<std::string> notes;  // "t.c: seconds since 1970 taken as times"
  std::string unclear;             // empty: decided; else what the column holds
};

// `column` is how messages call it: "table.column".
enum class Role { kPlain, kForeignKey };
DecidedColumn decide(const std::string& column, const std::string& target_type, Role role, const ColumnProfile& profile,
                     const ColumnWish& wish);

}  // namespace conversion
