// What becomes of one row of the file and what a reviewer needs to judge it: its key, the reason, the values that
// change. Plain values, made by a target, shown by report. Values are shown, never imported from here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "outcome/verdict.h"

namespace outcome {

// A value of more characters is cut in a report; a key never is.
inline constexpr std::uint64_t kShownCharacters = 1024;

// A value as a report may show it: in the database's own text form.
struct ShownValue {
  enum class Form {
    kNull,
    kWhole,
    kCut,     // text: the first kShownCharacters characters
    kMasked,  // text: the first eight hexadecimal digits of the value's SHA-256
  };
  Form form = Form::kNull;
  std::string text;
  std::uint64_t characters = 0;  // of the whole value
  bool operator==(const ShownValue&) const = default;
};

struct ColumnChange {
  std::string column;
  ShownValue before;                 // the target's
  ShownValue after;                  // the file's
  std::optional<ShownValue> base{};  // of a row that both sides changed: the base's, where it has one
  bool operator==(const ColumnChange&) const = default;
};

struct ColumnValue {
  std::string column;
  ShownValue value;
  bool operator==(const ColumnValue&) const = default;
};

// A row of the file whose verdict is not `unchanged`, or that is gone from the target since the base; or a row of the
// target that the file lacks.
struct Decision {
  std::uint64_t record = 0;  // its number in the table's section, from 1; those of missing rows follow, by their keys
  bool missing = false;      // the file lacks it: `values` are the target's
  std::uint64_t offset = 0;  // of its first byte in the file (in the document, where that is compressed)
  Verdict verdict = Verdict::kInvalid;
  std::string key;         // "id=c17…" as it will be in the target; the whole row where the table has no identity
  std::string file_key;    // the key in the file, where a natural key gave the row another one; otherwise empty
  std::string reason;      // of a row left out: a sentence for the user
  std::string constraint;  // of a row left out: the index, constraint or key that speaks against it, if one does
  std::string holder;      // of a conflict: the key of the target's row that holds what this row claims
  // update: what changes; conflict with a holder: in what the file's row differs from the holder.
  std::vector<ColumnChange> changes;
  std::vector<ColumnValue>
      values;  // insert: what goes in, in the order of the file's columns; missing: what goes, or stays
  bool target_is_newer = false;        // update and skipped: the target's row was changed later than the file's
  std::string digest;                  // update and conflict, for an approval: of the target's whole row as it was
  std::string remark;                  // of a sample: why it is shown
  std::vector<std::string> rewritten;  // after the merge: columns that the target's own code gave another value
};

}  // namespace outcome
