#include "catalog/ledger.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace catalog {
namespace {

// The digits that a name begins with, so that the longer number is the greater one.
std::string_view number_of(std::string_view name) {
  const std::string_view digits = name.substr(0, std::min(name.find_first_not_of("0123456789"), name.size()));
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

char lower(char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte; }

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

// "timestamp bigint": the name, and what the type begins with.
bool fits(std::string_view wanted, const Column& column) {
  const std::size_t blank = wanted.find(' ');
  if (!same_name(wanted.substr(0, blank), column.name)) return false;
  if (blank == std::string_view::npos) return true;
  const std::string_view type = wanted.substr(blank + 1);
  return same_name(type, std::string_view(column.type).substr(0, type.size()));
}

bool has_columns_of(const Table& table, const Ledger& ledger) {
  const auto is_in_table = [&](const std::string& wanted) {
    return std::ranges::any_of(table.columns, [&](const Column& column) { return fits(wanted, column); });
  };
  const auto is_of_ledger = [&](const Column& column) {
    const auto fits_it = [&](const std::string& wanted) { return fits(wanted, column); };
    return std::ranges::any_of(ledger.columns, fits_it) || std::ranges::any_of(ledger.optional, fits_it);
  };
  return std::ranges::all_of(ledger.columns, is_in_table) && std::ranges::all_of(table.columns, is_of_ledger);
}

}  // namespace

const std::vector<Ledger>& known_ledgers() {
  static const std::vector<Ledger> ledgers = [] {
    std::vector<Ledger> list;
    std::ranges::copy_if(all_ledgers(), std::back_inserter(list),
                         [](const Ledger& ledger) { return !ledger.newest.empty(); });
    return list;
  }();
  return ledgers;
}

const Ledger& own_ledger() { return all_ledgers().front(); }

std::string last_entry(const std::vector<std::string>& entries) {
  const auto last = std::max_element(entries.begin(), entries.end(), [](const std::string& a, const std::string& b) {
    const std::string_view x = number_of(a);
    const std::string_view y = number_of(b);
    return std::tuple(x.size(), x, std::string_view(a)) < std::tuple(y.size(), y, std::string_view(b));
  });
  return last == entries.end() ? std::string{} : *last;
}

const Ledger* ledger_of(const Table& table) {
  const auto found = std::ranges::find_if(all_ledgers(), [&](const Ledger& ledger) {
    return same_name(ledger.table, table.name.name) && (ledger.schema.empty() || ledger.schema == table.name.schema) &&
           has_columns_of(table, ledger);
  });
  return found == all_ledgers().end() ? nullptr : &*found;
}

}  // namespace catalog
