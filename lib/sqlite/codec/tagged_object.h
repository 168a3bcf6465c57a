// JSON objects with exactly one member whose name begins with "$": how a file says what JSON has no form for. Looks at
// the text of a valid object without building anything.
#pragma once

#include <string>
#include <string_view>

namespace sqlite {

struct TaggedObject {
  std::string_view tag;      // "$bytes"
  std::string_view content;  // the member's value as it is written, white space around it left out
};

// False: any other object.
bool read_tagged_object(std::string_view object, TaggedObject& tagged);

// The content of a JSON string, quotes included in `text`; false when it is not one.
bool read_string(std::string_view text, std::string& content);

}  // namespace sqlite
