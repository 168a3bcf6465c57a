#include "catalog/loose_columns.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace catalog {
namespace {

using Words = std::vector<std::string>;

constexpr std::array<std::string_view, 8> kIdWords = {"id", "ids", "uid", "uuid", "fk", "ref", "pk", "nr"};
constexpr std::array<std::string_view, 5> kTypeWords = {"type", "class", "kind", "model", "table"};
// Who, rather than how many.
constexpr std::array<std::string_view, 20> kWhoWords = {
    "by",       "owner",   "author", "creator", "assignee", "parent", "sender",    "recipient", "receiver", "reviewer",
    "approver", "manager", "editor", "writer",  "reporter", "boss",   "requester", "member",    "customer", "actor"};
// Numbers below are counts, ages and places in a list as well.
constexpr std::uint64_t kDigitsOfNoCount = 4;
constexpr std::uint64_t kCharactersOfNoWord = 8;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

// "createdBy_userID" → created, by, user, id.
Words words_of(std::string_view name) {
  Words words(1);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool after_capital = i > 0 && is_upper(name[i - 1]);
    const bool small_follows = i + 1 < name.size() && name[i + 1] >= 'a' && name[i + 1] <= 'z';
    const bool ends = c == '_' || c == '-' || c == ' ' || c == '.';
    if (ends || (is_upper(c) && (!after_capital || small_follows))) words.emplace_back();
    if (!ends) words.back() += is_upper(c) ? static_cast<char>(c + 32) : c;
  }
  std::erase_if(words, [](const std::string& word) { return word.empty(); });
  return words;
}

std::string joined(const Words& words, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < words.size(); ++i) text += words[i];
  return text;
}

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// "user" of user_id, owner_user_id and userid; the words without what says that it is a key.
Words without_id(Words words) {
  while (words.size() > 1 && is_one_of(kIdWords, words.back())) words.pop_back();
  if (words.size() == 1 && words[0].size() > 2 && words[0].ends_with("id")) words[0].resize(words[0].size() - 2);
  return words;
}

Pointer pointer_of(const std::string& column, const std::string& table, const std::vector<TableName>& tables) {
  const Words words = words_of(column);
  const Words rest = without_id(words);
  const std::string whole = joined(rest, 0);
  const bool has_id = whole.size() < joined(words, 0).size();
  const std::vector<std::string> names = names_of(table);
  if (contains(names, whole) && (has_id || whole != names.back())) return Pointer::kNamed;
  const bool is_of_another = std::ranges::any_of(
      tables, [&](const TableName& name) { return name.name != table && contains(names_of(name.name), whole); });
  if (is_of_another) return Pointer::kOther;
  for (std::size_t i = 1; has_id && i < rest.size(); ++i)
    if (contains(names, joined(rest, i))) return Pointer::kNamed;
  const bool is_some_id = (has_id && words.size() > 1) || (!rest.empty() && is_one_of(kWhoWords, rest.back()));
  return is_some_id ? Pointer::kSomeId : Pointer::kOther;
}

struct TypeColumn {
  std::string name;
  bool says_so = false;  // owner_type; a text entity beside entityId may be its name instead
};

TypeColumn type_column_of(const Table& child, const std::string& column, KeyKind (*kind_of)(const std::string&)) {
  const Words prefix = without_id(words_of(column));
  if (prefix == words_of(column)) return {};
  for (const Column& other : child.columns) {
    Words words = words_of(other.name);
    if (other.name == column || kind_of(other.type) == KeyKind::kInteger) continue;
    const bool says_so = words.size() > 1 && is_one_of(kTypeWords, words.back());
    if (says_so) words.pop_back();
    if (words == prefix) return {other.name, says_so};
  }
  return {};
}

bool is_of_a_key(const Table& table, const std::string& column) {
  return std::ranges::any_of(table.foreign_keys, [&](const ForeignKey& key) { return contains(key.columns, column); });
}

bool may_hold(KeyKind keys, KeyKind values, Pointer pointer) {
  if (values == keys) return keys != KeyKind::kText || pointer != Pointer::kOther;
  return values == KeyKind::kText && pointer != Pointer::kOther;
}

}  // namespace

// The last one is the name itself.
std::vector<std::string> names_of(const std::string& table) {
  const Words words = words_of(table);
  const std::string name = joined(words, 0);
  std::vector<std::string> names;
  if (name.ends_with("ies")) names.push_back(name.substr(0, name.size() - 3) + "y");
  if (name.ends_with("es")) names.push_back(name.substr(0, name.size() - 2));
  if (name.ends_with("s") && !name.ends_with("ss")) names.push_back(name.substr(0, name.size() - 1));
  if (name.ends_with("people")) names.push_back(name.substr(0, name.size() - 6) + "person");
  if (name.ends_with("children")) names.push_back(name.substr(0, name.size() - 3));
  if (names.empty()) names.push_back(name + "s");
  names.push_back(name);
  return names;
}

std::vector<LooseColumn> loose_columns(const Table& child, const Table& parent, KeyKind kind,
                                       KeyKind (*kind_of)(const std::string& type),
                                       const std::vector<TableName>& tables) {
  std::vector<LooseColumn> found;
  for (const Column& column : child.columns) {
    LooseColumn loose{column.name, pointer_of(column.name, parent.name.name, tables), column.type.ends_with("[]"), {}};
    const std::string type = loose.is_array ? column.type.substr(0, column.type.size() - 2) : column.type;
    if (!may_hold(kind, kind_of(type), loose.pointer) || is_of_a_key(child, column.name)) continue;
    // Its own key is what it is, unless it says whose it is.
    if (loose.pointer != Pointer::kNamed && contains(child.identity(), column.name)) continue;
    const TypeColumn type_column =
        loose.pointer == Pointer::kNamed ? TypeColumn{} : type_column_of(child, column.name, kind_of);
    if (!type_column.says_so) found.push_back(loose);
    loose.type_column = type_column.name;
    if (!type_column.name.empty()) found.push_back(std::move(loose));
  }
  return found;
}

bool points(const LooseColumn& column, KeyKind kind, const LooseValues& values) {
  if (values.moved == 0) return false;
  if (!column.type_column.empty() || column.pointer == Pointer::kNamed || kind == KeyKind::kUuid) return true;
  const bool all_known = values.known == values.filled;
  if (kind == KeyKind::kText) return all_known || values.shortest >= kCharactersOfNoWord;
  return all_known && (column.pointer == Pointer::kSomeId || values.shortest >= kDigitsOfNoCount);
}

}  // namespace catalog
