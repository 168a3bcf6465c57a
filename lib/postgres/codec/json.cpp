#include "postgres/codec/json.h"

#include <cstring>

#include "format/json_text.h"
#include "postgres/codec/json_numbers.h"
#include "postgres/codec/json_scan.h"
#include "postgres/codec/wire.h"

namespace postgres {

namespace {

using format::Value;
using format::ValueKind;

enum class Storage { kJson, kJsonb };
enum class Place { kColumn, kElement };

constexpr char kJsonbVersion = 1;
constexpr std::size_t kMaximumDepth = 900;  // readers of the file stop at 1000, brackets of the record included
constexpr std::string_view kValueKey = "$json";
constexpr std::string_view kTextKey = "$json_text";

template <Storage storage>
std::string_view text_of(const Codec& codec, std::string_view field) {
  if constexpr (storage == Storage::kJsonb) {
    if (field.empty() || field.front() != kJsonbVersion) throw_malformed(codec);
    field.remove_prefix(1);
  }
  if (field.empty()) throw_malformed(codec);
  return field;
}

bool holds_backslash(std::string_view text) { return std::memchr(text.data(), '\\', text.size()) != nullptr; }

// Would the text come back changed, or not at all, if it were in a record as it is?
template <Storage storage>
bool needs_text(std::string_view text) {
  // A document of this depth takes at least two brackets a level.
  if (text.size() > 2 * kMaximumDepth && is_deeper_than(text, kMaximumDepth)) return true;
  constexpr Exponents kExponents = storage == Storage::kJson ? Exponents::kAny : Exponents::kNone;
  if (has_number_beyond_doubles(text, kExponents)) return true;
  if constexpr (storage == Storage::kJson) {
    if (is_json_space(text.front()) || is_json_space(text.back())) return true;
    if (holds_backslash(text)) {
      return has_lone_surrogate(text) || (text.front() == '"' && has_optional_escape(text));
    }
  }
  return false;
}

// Is it an object whose only key is a wrapper's, however that key is spelled?
bool is_wrapper(std::string_view object, JsonMembers& members) {
  const std::size_t quote = object.find_first_not_of(" \n\r\t", 1);
  if (quote == std::string_view::npos || quote + 1 >= object.size()) return false;
  if (object[quote + 1] != '$' && object[quote + 1] != '\\') return false;  // nearly always
  return only_key(object, members) && (members.key == kValueKey || members.key == kTextKey);
}

template <Place place>
bool needs_wrapper(std::string_view text) {
  if (text.front() == '{') {
    JsonMembers members;
    return is_wrapper(text, members);
  }
  return text == "null" || (place == Place::kElement && text.front() == '[');
}

template <Storage storage, Place place>
void decode_json(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  const std::string_view text = text_of<storage>(codec, field);
  if (needs_text<storage>(text)) [[unlikely]] {
    out.append("{\"$json_text\": ");
    format::append_json_string(out, text);
    out.append('}');
  } else if (needs_wrapper<place>(text)) {
    out.append("{\"$json\": ");
    out.append_in_pieces(text);
    out.append('}');
  } else {
    out.append_in_pieces(text);
  }
}

template <Storage storage>
void print_json(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  out.append(text_of<storage>(codec, field));
}

// Appends the content of a JSON object: without its wrapper if it is one.
bool append_object(const Codec& codec, base::ByteBuffer& out, std::string_view text, std::string& reason) {
  JsonMembers members;
  if (!is_wrapper(text, members)) return out.append(text), true;
  if (members.count != 1) return refuse(reason, "an object that holds \"" + members.key + "\" more than once");
  if (members.key == kValueKey) return out.append(members.value), true;
  if (!append_unescaped(out, members.value)) {
    return refuse(reason, "the content of \"$json_text\" where " + codec.name() + " is expected is not a string");
  }
  return true;
}

template <Storage storage>
bool append_json(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  switch (value.kind) {
    case ValueKind::kString:
      if (storage == Storage::kJsonb && value.text.find('\0') != std::string_view::npos) {
        return refuse(reason, "holds NUL, which PostgreSQL cannot store");
      }
      format::append_json_string(out, value.text);
      return true;
    case ValueKind::kObject:
      return append_object(codec, out, value.text, reason);
    case ValueKind::kBoolean:
    case ValueKind::kNumber:
    case ValueKind::kArray:
      out.append(value.text);
      return true;
    default:
      return refuse_kind(codec, value, reason);
  }
}

bool stands_for_itself(const Value& value) {
  JsonMembers members;
  return value.kind == ValueKind::kArray || (value.kind == ValueKind::kObject && !is_wrapper(value.text, members));
}

template <Storage storage>
bool lend_json(const Codec& codec, base::ByteBuffer& out, std::string_view text, std::string& reason) {
  constexpr std::string_view kVersion{&kJsonbVersion, storage == Storage::kJsonb ? 1 : 0};
  if (!open_field_of(codec, out, kVersion.size() + text.size(), reason)) return false;
  out.append(kVersion);
  out.lend(text);
  return true;
}

template <Storage storage>
bool encode_json(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.text.size() >= base::ByteBuffer::kLargeBytes && stands_for_itself(value))
    return lend_json<storage>(codec, out, value.text, reason);
  const std::size_t opened = open_field(out);
  if constexpr (storage == Storage::kJsonb) out.append(kJsonbVersion);
  return append_json<storage>(codec, out, value, reason) && close_field(codec, out, opened, reason);
}

template <Storage storage>
bool scan_json(const Codec& codec, base::ByteBuffer& out, std::string_view text, std::string& reason) {
  const std::size_t opened = open_field(out);
  if constexpr (storage == Storage::kJsonb) out.append(kJsonbVersion);
  out.append(text);
  return close_field(codec, out, opened, reason);
}

template <Storage storage, Place place>
constexpr CodecFunctions functions() {
  return {decode_json<storage, place>, encode_json<storage>, print_json<storage>, scan_json<storage>};
}

}  // namespace

constinit const CodecFunctions kJsonFunctions = functions<Storage::kJson, Place::kColumn>();
constinit const CodecFunctions kJsonbFunctions = functions<Storage::kJsonb, Place::kColumn>();
constinit const CodecFunctions kJsonElementFunctions = functions<Storage::kJson, Place::kElement>();
constinit const CodecFunctions kJsonbElementFunctions = functions<Storage::kJsonb, Place::kElement>();

}  // namespace postgres
