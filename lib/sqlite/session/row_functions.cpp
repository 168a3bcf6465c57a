#include "sqlite/session/row_functions.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/sha256.h"
#include "sqlite/session/cell.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

Cell cell_of(sqlite3_value* value) {
  Cell cell;
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      cell.storage = StorageClass::kInteger;
      cell.integer = sqlite3_value_int64(value);
      break;
    case SQLITE_FLOAT:
      cell.storage = StorageClass::kReal;
      cell.real = sqlite3_value_double(value);
      break;
    case SQLITE_TEXT: {
      cell.storage = StorageClass::kText;
      const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
      cell.bytes = {text == nullptr ? "" : text, static_cast<std::size_t>(sqlite3_value_bytes(value))};
      break;
    }
    case SQLITE_BLOB: {
      cell.storage = StorageClass::kBlob;
      const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
      cell.bytes = {bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_value_bytes(value))};
      break;
    }
    default:
      break;
  }
  return cell;
}

void differs(sqlite3_context* context, int count, sqlite3_value** values) {
  for (int i = 0; i + 1 < count; i += 2) {
    if (!same(cell_of(values[i]), cell_of(values[i + 1]))) return sqlite3_result_int(context, 1);
  }
  sqlite3_result_int(context, 0);
}

// C code calls these: no exception may leave them.
template <typename Work>
void guarded(sqlite3_context* context, const Work& work) noexcept {
  try {
    work();
  } catch (...) {
    sqlite3_result_error_nomem(context);
  }
}

void image(sqlite3_context* context, int count, sqlite3_value** values) {
  guarded(context, [&] {
    std::string bytes;
    for (int i = 0; i < count; ++i) append_image(bytes, cell_of(values[i]));
    sqlite3_result_blob64(context, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
  });
}

void text(sqlite3_context* context, int, sqlite3_value** values) {
  guarded(context, [&] {
    const std::string words = shown(cell_of(values[0]));
    sqlite3_result_text64(context, words.data(), words.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  });
}

// digest(key, value): what is shown in place of a masked value.
void digest(sqlite3_context* context, int, sqlite3_value** values) {
  guarded(context, [&] {
    const std::string words = masked_digest(cell_of(values[0]).bytes, shown(cell_of(values[1])));
    const std::string text = "(masked, digest " + words + ")";
    sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  });
}

// row_digest(key, image): of a whole row, for an approval.
void row_digest(sqlite3_context* context, int, sqlite3_value** values) {
  guarded(context, [&] {
    base::Sha256 digest;
    digest.update(cell_of(values[0]).bytes);
    digest.update(cell_of(values[1]).bytes);
    const std::string text = digest.hex().substr(0, 32);
    sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  });
}

// FNV-1a of each value's image.
void states(sqlite3_context* context, int count, sqlite3_value** values) {
  guarded(context, [&] {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string all;
    std::string bytes;
    for (int i = 0; i < count; ++i) {
      bytes.clear();
      append_image(bytes, cell_of(values[i]));
      std::uint32_t state = 2166136261U;
      for (const char byte : bytes) state = (state ^ static_cast<unsigned char>(byte)) * 16777619U;
      all += ' ';
      for (int digit = kStateDigits; digit-- > 0;) all += kDigits[(state >> (4 * digit)) & 15U];
    }
    sqlite3_result_text64(context, all.data(), all.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  });
}

// One call for every `most` parts.
std::vector<std::string> calls(const char* function, const std::vector<std::string>& parts, std::size_t most) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < parts.size(); at += most) {
    const auto end = parts.begin() + static_cast<std::ptrdiff_t>(std::min(parts.size(), at + most));
    const std::vector<std::string> some(parts.begin() + static_cast<std::ptrdiff_t>(at), end);
    all.push_back(std::string(function) + "(" + join(some, ", ") + ")");
  }
  return all;
}

}  // namespace

std::string masked_digest(std::string_view key, std::string_view text) {
  constexpr std::size_t kDigits = 8;
  base::Sha256 digest;
  digest.update(key);
  digest.update(text);
  return digest.hex().substr(0, kDigits);
}

std::string image_call(const std::vector<std::string>& values) {
  const std::vector<std::string> images = calls("db_transfer_image", values, 100);
  if (images.empty()) return "x''";
  return images.size() == 1 ? images.front() : "db_transfer_image(" + join(images, ", ") + ")";
}

std::string differs_call(const std::vector<std::string>& pairs) {
  const std::vector<std::string> all = calls("db_transfer_differs", pairs, 60);
  return all.empty() ? "0" : "(" + join(all, " OR ") + ")";
}

std::string states_call(const std::vector<std::string>& values) {
  const std::vector<std::string> all = calls("db_transfer_states", values, 100);
  return all.empty() ? "''" : join(all, " || ");
}

int add_row_functions(sqlite3* database) {
  constexpr int kHow = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  const auto add = [&](const char* name, int arguments, auto function) {
    return sqlite3_create_function_v2(database, name, arguments, kHow, nullptr, function, nullptr, nullptr, nullptr);
  };
  int code = add("db_transfer_differs", -1, differs);
  if (code == SQLITE_OK) code = add("db_transfer_image", -1, image);
  if (code == SQLITE_OK) code = add("db_transfer_text", 1, text);
  if (code == SQLITE_OK) code = add("db_transfer_digest", 2, digest);
  if (code == SQLITE_OK) code = add("db_transfer_row_digest", 2, row_digest);
  if (code == SQLITE_OK) code = add("db_transfer_states", -1, states);
  return code;
}

}  // namespace sqlite
