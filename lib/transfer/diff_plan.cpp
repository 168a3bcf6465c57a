#include "transfer/diff_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/suggestion.h"
#include "outcome/engine_traits.h"
#include "transfer/diff_names.h"
#include "transfer/letter_case.h"

namespace transfer {
namespace {

using catalog::Column;
using catalog::Table;
using Names = std::vector<std::string>;

bool contains(const Names& names, const std::string& name) { return std::ranges::count(names, name) > 0; }

std::string joined(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// By place in the table: its place among the values of a record.
std::vector<std::size_t> value_places(const Table& table) {
  std::vector<std::size_t> places;
  std::size_t next = 0;
  for (const Column& column : table.columns) places.push_back(column.generated ? next : next++);
  return places;
}

// A type of the only schema of a side is called without it, so that schemas of two names can be compared.
std::string plain_type(const std::string& type, const format::Header& header) {
  const std::string prefix = header.schemas.size() == 1 ? header.schemas.front() + "." : ".";
  return type.starts_with(prefix) ? type.substr(prefix.size()) : type;
}

// The same of values whose attributes stay where they are.
catalog::Reshape in_its_order(catalog::Reshape shape) {
  for (std::size_t i = 0; i < shape.attribute.size(); ++i) shape.attribute[i] = i;
  for (catalog::Reshape& part : shape.parts) part = in_its_order(std::move(part));
  return shape;
}

// SQLite takes types in any case.
bool differ_beyond_case(const std::string& a, const std::string& b) {
  return a != b && !base::differs_in_case_only(a, b);
}

class PairMaker {
 public:
  PairMaker(const MappedSide& a, const MappedSide& b) : a_(a), b_(b) {}

  TablePair make(std::size_t table_a, std::size_t table_b) {
    pair_.a = table_a;
    pair_.b = table_b;
    pair_.name = a_.name(table_a);
    if (b_.name(table_b) != pair_.name) pair_.other = b_.name(table_b);
    of_a_ = a_.table(table_a);
    of_b_ = b_.table(table_b);
    if (a_.ignores_case() || b_.ignores_case()) take_names_of_b();
    add_columns();
    tell_missing();
    choose_key();
    note_large_objects();
    return std::move(pair_);
  }

 private:
  bool crosses() const { return a_.is_typed() != b_.is_typed(); }

  void take_names_of_b() {
    Names notes;
    const Table renamed = under_names_of(of_b_, of_a_, pair_.name, notes);
    const auto rename = [&](Names& columns) {
      for (std::string& column : columns) column = renamed.columns[MappedSide::place_of(of_a_, column)].name;
    };
    rename(of_a_.primary_key);
    for (Names& key : of_a_.unique_keys) rename(key);
    for (catalog::ForeignKey& key : of_a_.foreign_keys) rename(key.columns);
    of_a_.columns = renamed.columns;
  }

  // A column whose values are not in the records of both sides is not compared; tell_missing() says so.
  void add_columns() {
    const std::vector<std::size_t> values_a = value_places(of_a_);
    const std::vector<std::size_t> values_b = value_places(of_b_);
    bool reshapes = false;
    const auto values = [](const Table& table) {
      return static_cast<std::size_t>(std::ranges::count(table.columns, false, &Column::generated));
    };
    pair_.reshape_a.resize(values(of_a_));
    pair_.reshape_b.resize(values(of_b_));
    for (std::size_t i = 0; i < of_a_.columns.size(); ++i) {
      const Column& column = of_a_.columns[i];
      const Column* there = of_b_.find_column(column.name);
      if (column.generated || there == nullptr || there->generated) continue;
      const std::size_t place_b = MappedSide::place_of(of_b_, column.name);
      ColumnPair made{column.name, values_a[i], values_b[place_b], {}, {}, {}, false, is_masked(i, place_b)};
      made.refers = refers(of_a_, column.name) || refers(of_b_, column.name);
      if (crosses()) {
        const MappedSide& typed = a_.is_typed() ? a_ : b_;
        made.type = catalog::base_of(a_.is_typed() ? column.type : there->type, typed.mapped.header.types);
        made.form_a = made.form_b = join::form_of_postgres(made.type);
      } else {
        made.form_a = form(a_, column);
        made.form_b = form(b_, *there);
        join::bring_together(made.form_a, made.form_b);
        reshapes = fit(column, *there, values_a[i], values_b[place_b]) || reshapes;
      }
      pair_.columns.push_back(std::move(made));
    }
    if (reshapes) return;
    pair_.reshape_a.clear();
    pair_.reshape_b.clear();
  }

  bool is_masked(std::size_t column_a, std::size_t column_b) const {
    return contains(a_.masked[*pair_.a], a_.table(*pair_.a).columns[column_a].name) ||
           contains(b_.masked[*pair_.b], of_b_.columns[column_b].name);
  }

  static bool refers(const Table& table, const std::string& column) {
    return std::ranges::any_of(table.foreign_keys,
                               [&](const catalog::ForeignKey& key) { return contains(key.columns, column); });
  }

  static join::ValueForm form(const MappedSide& side, const Column& column) {
    if (!side.is_typed()) return join::form_of_sqlite(column.type);
    return join::form_of_postgres(catalog::base_of(column.type, side.mapped.header.types));
  }

  // Tells types that differ; true: values of A come in another order of their attributes.
  bool fit(const Column& column, const Column& there, std::size_t value_a, std::size_t value_b) {
    const format::Header& header_a = a_.mapped.header;
    const format::Header& header_b = b_.mapped.header;
    const std::string type_a = plain_type(column.type, header_a);
    const std::string type_b = plain_type(there.type, header_b);
    const bool same = a_.is_typed() ? type_a == type_b : !differ_beyond_case(type_a, type_b);
    if (!same) return differ(column, "is " + type_a + " in A and " + type_b + " in B"), false;
    const std::string base_a = plain_type(catalog::base_of(column.type, header_a.types), header_a);
    const std::string base_b = plain_type(catalog::base_of(there.type, header_b.types), header_b);
    if (base_a != base_b)
      return differ(column, "is " + type_a + ", a domain over " + base_a + " in A and over " + base_b + " in B"), false;
    const Names labels_a = labels(catalog::base_of(column.type, header_a.types), header_a.types);
    const Names labels_b = labels(catalog::base_of(there.type, header_b.types), header_b.types);
    if (labels_a != labels_b && !labels_a.empty() && !labels_b.empty())
      differ(column,
             fmt::format("is {}, with the labels {} in A and {} in B", type_a, joined(labels_a), joined(labels_b)));
    if (!a_.is_typed()) return false;
    if (names_attributes(column.type, header_a.types) != names_attributes(there.type, header_b.types))
      pair_.notes.push_back(column.name +
                            " is composite, and an older file does not name the attributes of its type: "
                            "they are compared in their order");
    catalog::TypeFit fit = catalog::fit_type(column.type, header_a.types, there.type, header_b.types);
    if (!fit.misfits.empty()) differ(column, "is of the type " + type_a + ", which is another one in A and in B");
    const bool reshapes = fit.reshape.kind != catalog::Reshape::Kind::kNone;
    pair_.reshape_b[value_b] = in_its_order(fit.reshape);
    pair_.reshape_a[value_a] = std::move(fit.reshape);
    return reshapes;
  }

  // Of an enum, or an array of one. Files of 0.1 do not say them.
  static Names labels(std::string_view type, const catalog::Types& types) {
    while (type.ends_with("[]")) type.remove_suffix(2);
    const auto found = std::ranges::find(types, type, &catalog::UserType::name);
    return found == types.end() ? Names{} : found->labels;
  }

  static bool names_attributes(std::string_view type, const catalog::Types& types) {
    while (type.ends_with("[]")) type.remove_suffix(2);
    return std::ranges::any_of(types, [&](const catalog::UserType& known) {
      return known.kind == catalog::TypeKind::kComposite && known.name == type;
    });
  }

  void differ(const Column& column, const std::string& what) { pair_.differences.push_back(column.name + " " + what); }

  bool is_dropped(const std::string& column) const {
    return contains(a_.mapped.dropped[*pair_.a], column) || contains(b_.mapped.dropped[*pair_.b], column);
  }

  void tell_missing() {
    for (const Column& column : of_a_.columns) tell_missing(column, of_b_.find_column(column.name), "A", "B");
    for (const Column& column : of_b_.columns) {
      const Column* there = of_a_.find_column(column.name);
      if (there == nullptr || !column.generated) tell_missing(column, there, "B", "A");
    }
  }

  void tell_missing(const Column& column, const Column* there, const char* here, const char* other) {
    if (is_dropped(column.name)) {
      pair_.notes.push_back(column.name + " is not compared: the transfer file lets it be lost (\"drop\")");
    } else if (there == nullptr) {
      differ(column, std::string("is only in ") + here);
    } else if (there->generated && !column.generated) {
      differ(column, fmt::format("is computed by the database in {}, and not in {}", other, here));
    } else if (there->generated) {
      pair_.notes.push_back(column.name + " is not compared: both databases compute it, and exports do not hold it");
    }
  }

  static bool is_key(const Table& table, Names columns) {
    const auto sorted = [](Names names) { return std::ranges::sort(names), names; };
    columns = sorted(std::move(columns));
    if (sorted(table.primary_key) == columns || sorted(table.identity()) == columns) return true;
    const bool not_null = std::ranges::all_of(columns, [&](const std::string& name) {
      const Column* column = table.find_column(name);
      return column != nullptr && column->not_null;
    });
    return not_null && std::ranges::any_of(table.unique_keys, [&](const Names& key) { return sorted(key) == columns; });
  }

  std::optional<std::size_t> place_of(const std::string& column) const {
    const auto found = std::ranges::find(pair_.columns, column, &ColumnPair::name);
    return found == pair_.columns.end() ? std::nullopt
                                        : std::optional(static_cast<std::size_t>(found - pair_.columns.begin()));
  }

  bool take_key(const Names& columns) {
    if (columns.empty() || !is_key(of_a_, columns) || !is_key(of_b_, columns)) return false;
    std::vector<std::size_t> places;
    for (const std::string& column : columns) {
      const auto place = place_of(column);
      if (!place) return false;
      places.push_back(*place);
    }
    pair_.key = std::move(places);
    return true;
  }

  void choose_key() {
    const Names of_a = of_a_.identity();
    const Names of_b = of_b_.identity();
    if (take_key(of_a) || take_key(of_b)) return;
    if (of_a.empty() && of_b.empty()) return;
    const auto named = [](const Names& key) { return key.empty() ? std::string("none") : joined(key); };
    pair_.notes.push_back(fmt::format("the sides have no key in common (A: {}, B: {}): rows are compared as a whole",
                                      named(of_a), named(of_b)));
  }

  void note_large_objects() {
    for (const MappedSide* side : {&a_, &b_}) {
      for (const format::LargeObjectColumn& column : side->mapped.header.large_objects) {
        const std::string note = column.column + ": the numbers of its large objects are compared, not the objects";
        const bool of_this = column.table == (side == &a_ ? of_a_.name : of_b_.name);
        if (of_this && !contains(pair_.notes, note)) pair_.notes.push_back(note);
      }
    }
  }

  const MappedSide& a_;
  const MappedSide& b_;
  Table of_a_;  // under the names of B where case alone differs
  Table of_b_;
  TablePair pair_;
};

void note_narrowed(const MappedSide& side, const char* called, DiffPlan& plan) {
  for (const format::Narrowed& table : side.file.narrowed.value_or(std::vector<format::Narrowed>{}))
    plan.notices.push_back(fmt::format("{} holds only those rows of {} that fulfil {}", called,
                                       format::section_name(table.table, side.file.schemas), table.where));
}

TablePair only_in(const MappedSide& side, std::size_t table, bool is_a) {
  TablePair pair;
  (is_a ? pair.a : pair.b) = table;
  pair.name = side.name(table);
  return pair;
}

// False: it is skipped, or not wanted at all.
bool takes(const Wish& one, const Wish& other, const std::string& name, const Selection& selection, DiffPlan& plan) {
  if ((!one.named && !other.named) || one.excluded || other.excluded) return false;
  const bool skipped = selection.audit == Audit::kSkip && (one.audit || other.audit);
  if (skipped) plan.skipped.push_back(name);
  return !skipped;
}

void pair_tables(const MappedSide& a, const MappedSide& b, const std::vector<Table>& known, const Selection& selection,
                 DiffPlan& plan) {
  const Wishes wishes(a, b, known, selection);
  std::vector<bool> paired(b.file.tables.size(), false);
  for (std::size_t i = 0; i < a.file.tables.size(); ++i) {
    const std::optional<std::size_t> found = counterpart(a, i, b);
    const std::size_t there = found.value_or(paired.size());
    const bool is_pair = there < paired.size() && !paired[there];
    if (is_pair) paired[there] = true;
    const Wish other = is_pair ? wishes.of(b, there) : Wish{};
    if (!takes(wishes.of(a, i), other, a.name(i), selection, plan)) continue;
    plan.tables.push_back(is_pair ? PairMaker(a, b).make(i, there) : only_in(a, i, true));
  }
  for (std::size_t i = 0; i < b.file.tables.size(); ++i) {
    if (!paired[i] && takes(wishes.of(b, i), {}, b.name(i), selection, plan))
      plan.tables.push_back(only_in(b, i, false));
  }
  if (plan.tables.empty() && !(a.file.tables.empty() && b.file.tables.empty()))
    throw base::Error(base::ErrorKind::kUsage, "the options leave no table to compare",
                      "check -t, -T and --skip-audit");
}

}  // namespace

DiffPlan make_diff_plan(const format::Header& a, const format::Header& b, const std::vector<Table>& known,
                        const DiffOptions& options) {
  const MappedSide side_a(a, options);
  const MappedSide side_b(b, options);
  DiffPlan plan;
  if (side_a.is_typed() != side_b.is_typed()) {
    plan.crossing = side_a.is_typed() ? Crossing::kB : Crossing::kA;
    plan.notices.push_back(
        fmt::format("A is of {}, B of {}: values are compared as an import would take them, types "
                    "of columns are not compared",
                    outcome::traits_of(a.engine).title, outcome::traits_of(b.engine).title));
  }
  note_narrowed(side_a, "A", plan);
  note_narrowed(side_b, "B", plan);
  pair_tables(side_a, side_b, known, options.selection, plan);
  return plan;
}

}  // namespace transfer
