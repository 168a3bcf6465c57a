// The members of a JSON object as they are written, one after the other: for whoever takes some of them out, or has
// checked the text as a whole. Views only; looks no further into a value than to find its end. One thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace format {

struct ObjectMember {
  std::string_view key;    // between its quotes, escaped
  std::string_view value;  // without white space around it
  std::string_view text;   // from the key's opening quote to the end of the value
};

class ObjectMembers {
 public:
  // `object` begins with its `{`.
  explicit ObjectMembers(std::string_view object) : object_(object) {}

  // False after the last one. Throws Error(kFile) for what is no object.
  bool next(ObjectMember& member);

 private:
  char at_space_end();
  void expect(char wanted);

  std::string_view object_;
  std::size_t at_ = 0;
};

}  // namespace format
