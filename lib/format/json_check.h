// Says whether a text is strict JSON (RFC 8259): for what the fast readers leave unread, and for documents no seal
// vouches for. Numbers may have any size, keys may repeat: both are for whoever stores the value to judge. Constant
// memory, no recursion.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace format {

struct JsonFault {
  std::size_t offset = 0;  // in the text
  const char* what = "";
};

// The first fault of a text that must be exactly one JSON value with nothing but white space around it; empty: it is
// sound. Also faults: invalid UTF-8, lone surrogates, nesting deeper than ContainerScanner::kMaxDepth.
std::optional<JsonFault> find_json_fault(std::string_view text);

bool is_json_number(std::string_view token);
bool is_json_literal(std::string_view token);  // true, false or null

}  // namespace format
