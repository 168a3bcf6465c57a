#include "engine/record_limit.h"

#include "base/error.h"
#include "base/terminal.h"
#include "format/record_limit.h"

namespace engine {

void fail_record_too_long(const std::string& table, const std::string& key) {
  throw base::Error(base::ErrorKind::kSchema,
                    base::printable(table) + ": the row " + (key.empty() ? "that comes next" : base::printable(key)) +
                        " is longer than " + std::to_string(format::kMaxRecordBytes >> 20) +
                        " MiB as JSON, which is more than an import takes of one record",
                    "leave the row out with --where, or the table with -T, and move it another way");
}

std::string shown_in_key(const std::string& json) {
  constexpr std::size_t kMost = 100;
  if (json.size() <= kMost) return json;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(json[end]) & 0xC0) == 0x80) --end;
  return json.substr(0, end) + "…";
}

}  // namespace engine
