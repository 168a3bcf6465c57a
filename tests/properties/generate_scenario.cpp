#include "properties/generate_scenario.h"

#include <algorithm>
#include <set>

#include "properties/dice.h"
#include "properties/generate_text.h"
#include "properties/generate_type.h"
#include "properties/generate_value.h"
#include "properties/sql.h"
#include "support/server.h"

namespace properties {
namespace {

using Key = std::vector<std::size_t>;  // places of columns that a foreign key may refer to

class Maker {
 public:
  Maker(std::uint64_t seed, int size) : dice_(seed), size_(static_cast<std::size_t>(size)) {}

  Scenario make() {
    make_schemas();
    for (std::size_t i = dice_.below(5); i > 0; --i) make_user_type();
    const std::size_t tables = 1 + dice_.below(6);
    for (std::size_t i = 0; i < tables; ++i) make_table();
    for (std::size_t i = 0; i < tables; ++i) make_foreign_keys(i);
    for (std::size_t i = 0; i < tables; ++i) make_rows(i);
    for (std::size_t i = 0; i < tables; ++i) {
      for (Row& row : scenario_.tables[i].rows) refer_to_parents(scenario_.tables[i], row);
    }
    static const std::vector<Difference> differences{Difference::kNone, Difference::kNone, Difference::kDroppedColumns,
                                                     Difference::kColumnOrder};
    scenario_.difference = dice_.pick(differences);
    return std::move(scenario_);
  }

 private:
  // What the generator knows of a table beyond its SQL; parallel to scenario_.tables.
  struct Notes {
    std::vector<Type> types;  // by column
    std::vector<Key> keys;
    std::optional<std::size_t> partition_column;
    bool inherited_from = false;
  };

  std::string new_name() {
    std::string name = random_name(dice_);
    while (name.starts_with("pg_") || !names_.insert(name).second) name = "n" + std::to_string(dice_.below(100000));
    return name;
  }

  std::string new_column_name(const Table& table) {
    std::string name = random_name(dice_);
    static const std::set<std::string> system{"tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"};
    const auto taken = [&] {
      return system.contains(name) || std::any_of(table.columns.begin(), table.columns.end(),
                                                  [&](const Column& column) { return column.name == name; });
    };
    while (taken()) name = "c" + std::to_string(table.columns.size()) + "_" + std::to_string(dice_.below(1000));
    return name;
  }

  void make_schemas() {
    scenario_.schemas.push_back(dice_.once_in(3) ? new_name() : "public");
    for (std::size_t i = dice_.below(3); i > 0; --i) scenario_.schemas.push_back(new_name());
  }

  void make_user_type() {
    std::vector<Type> there = user_types_;
    for (int i = 0; i < 6; ++i) there.push_back(dice_.pick(type_makers())(dice_));
    if (dice_.once_in(3)) there.push_back(array_of(dice_.pick(there)));
    MadeType made = make_type(dice_, dice_.pick(scenario_.schemas), new_name(), there);
    scenario_.statements.push_back(made.create_sql);
    user_types_.push_back(std::move(made.type));
  }

  Type any_type() {
    Type type = !user_types_.empty() && dice_.once_in(4) ? dice_.pick(user_types_) : dice_.pick(type_makers())(dice_);
    return dice_.once_in(4) && !type.array ? array_of(type) : type;
  }

  Type key_type() {
    Type type = any_type();
    while (!type.ordered) type = any_type();
    return type;
  }

  std::size_t add_column(Type type, const std::string& tail = "") {
    Table& table = scenario_.tables.back();
    table.columns.push_back({new_column_name(table), type.sql, tail, false, {}});
    notes_.back().types.push_back(std::move(type));
    return table.columns.size() - 1;
  }

  void make_table() {
    Table table;
    table.schema = dice_.pick(scenario_.schemas);
    table.name = new_name();
    if (dice_.once_in(10)) table.before = "CREATE UNLOGGED TABLE";
    scenario_.tables.push_back(std::move(table));
    notes_.emplace_back();
    inherit();
    if (dice_.once_in(25)) return;  // without a column of its own
    if (!scenario_.tables.back().inherits && dice_.once_in(6)) make_partitions();
    make_key();
    const std::size_t most = 1 + size_ / 12;
    for (std::size_t i = dice_.below(most + 1); i > 0; --i) make_column();
    make_rules();
  }

  void inherit() {
    const std::size_t mine = scenario_.tables.size() - 1;
    if (mine == 0 || !dice_.once_in(8)) return;
    const std::size_t parent = dice_.below(mine);
    if (notes_[parent].partition_column) return;
    Table& table = scenario_.tables.back();
    table.inherits = parent;
    if (scenario_.tables[parent].before != table.before) table.before = "CREATE TABLE";
    table.columns = scenario_.tables[parent].columns;
    notes_.back().types = notes_[parent].types;
    notes_[parent].inherited_from = true;
  }

  void make_partitions() {
    static const std::vector<std::string> columns{"int4", "text", "timestamptz"};
    const std::string type = dice_.pick(columns);
    std::function<std::string(Dice&)> value = [](Dice& d) { return random_integer(d, 4); };
    if (type == "text") value = [](Dice& d) { return random_text(d, 5); };
    if (type == "timestamptz") value = [](Dice& d) { return random_timestamp(d, "Z"); };
    const std::size_t place = add_column({type, value}, dice_.once_in(2) ? "NOT NULL" : "");
    notes_.back().partition_column = place;
    Table& table = scenario_.tables.back();
    table.before = "CREATE TABLE";
    const std::string key = quote(table.columns[place].name);
    const auto part = [&](const std::string& root, const std::string& bounds, const std::string& more = "") {
      const std::string name = quote(table.schema) + "." + quote(new_name());
      table.partitions.push_back("CREATE TABLE " + name + " PARTITION OF " + root + " " + bounds + more);
      return name;
    };
    const std::string root = table.qualified_name();
    switch (dice_.below(3)) {
      case 0:
        table.after = " PARTITION BY HASH (" + key + ")";
        part(root, "FOR VALUES WITH (MODULUS 2, REMAINDER 0)");
        part(root, "FOR VALUES WITH (MODULUS 2, REMAINDER 1)");
        break;
      case 1: {
        table.after = " PARTITION BY LIST (" + key + ")";
        if (type == "int4") part(root, "FOR VALUES IN (1, 2, NULL)");
        const std::string rest = part(root, "DEFAULT", " PARTITION BY HASH (" + key + ")");
        part(rest, "FOR VALUES WITH (MODULUS 2, REMAINDER 0)");
        part(rest, "FOR VALUES WITH (MODULUS 2, REMAINDER 1)");
        break;
      }
      default: {
        table.after = " PARTITION BY RANGE (" + key + ")";
        const std::string border = type == "int4" ? "(5)" : type == "text" ? "('m')" : "('2000-01-01 00:00Z')";
        part(root, "FOR VALUES FROM (MINVALUE) TO " + border);
        part(root, dice_.once_in(2) ? "DEFAULT" : "FOR VALUES FROM " + border + " TO (MAXVALUE)");
      }
    }
  }

  void make_key() {
    switch (dice_.below(7)) {
      case 0:
        return;  // none: a multiset of rows
      case 1: {
        static const std::vector<std::string> tails{"GENERATED ALWAYS AS IDENTITY", "GENERATED BY DEFAULT AS IDENTITY",
                                                    "GENERATED ALWAYS AS IDENTITY (START -5 INCREMENT -1)",
                                                    "GENERATED BY DEFAULT AS IDENTITY (START 7 INCREMENT 10)"};
        static const std::vector<int> bytes{2, 4, 8};
        const int width = dice_.pick(bytes);
        const std::string type = width == 2 ? "int2" : width == 4 ? "int4" : "int8";
        primary_key({add_column({type, [width](Dice& d) { return random_integer(d, width); }}, dice_.pick(tails))});
        return;
      }
      case 2: {
        const std::size_t place = add_column({"int4", [](Dice& d) { return random_integer(d, 4); }});
        scenario_.tables.back().columns[place].type = dice_.once_in(2) ? "serial" : "int4";
        if (scenario_.tables.back().columns[place].type == "int4") {
          scenario_.tables.back().columns[place].tail =
              "DEFAULT pg_catalog.nextval(" + literal(shared_sequence()) + "::regclass)";
        }
        primary_key({place});
        return;
      }
      case 3: {
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < 2 + dice_.below(2); ++i) places.push_back(add_column(key_type()));
        dice_.shuffle(places);
        primary_key(places);
        return;
      }
      case 4: {
        const std::size_t place = add_column(key_type(), "NOT NULL");
        unique({place}, "");
        return;
      }
      default:
        primary_key({add_column(key_type())});
    }
  }

  const std::string& shared_sequence() {
    if (sequence_.empty()) {
      sequence_ = quote(dice_.pick(scenario_.schemas)) + "." + quote(new_name());
      scenario_.statements.push_back("CREATE SEQUENCE " + sequence_ + (dice_.once_in(3) ? " MAXVALUE 1000" : ""));
    }
    return sequence_;
  }

  std::vector<std::string> names_of(const std::vector<std::size_t>& places) {
    std::vector<std::string> names;
    for (const std::size_t place : places) names.push_back(scenario_.tables.back().columns[place].name);
    return names;
  }

  std::vector<std::size_t> with_partition_column(std::vector<std::size_t> places) {
    const auto& partition = notes_.back().partition_column;
    if (partition && std::find(places.begin(), places.end(), *partition) == places.end()) places.push_back(*partition);
    return places;
  }

  void primary_key(std::vector<std::size_t> places) {
    places = with_partition_column(std::move(places));
    const auto names = names_of(places);
    scenario_.tables.back().rules.push_back({"PRIMARY KEY (" + list_of(names) + ")", false, names});
    notes_.back().keys.push_back(places);
  }

  void unique(std::vector<std::size_t> places, const std::string& tail) {
    places = with_partition_column(std::move(places));
    const auto names = names_of(places);
    const bool nulls = tail == " NULLS NOT DISTINCT";
    scenario_.tables.back().rules.push_back(
        {std::string("UNIQUE") + (nulls ? tail : "") + " (" + list_of(names) + ")" + (nulls ? "" : tail), false,
         names});
    if (tail.empty() || nulls) notes_.back().keys.push_back(places);
  }

  void make_column() {
    Type type = any_type();
    std::string tail;
    if (dice_.once_in(4)) tail = "NOT NULL";
    // A constant of type regrole may not stand in a default.
    const bool may_be_default = !type.sql.starts_with('"') && !type.sql.starts_with("reg");
    if (may_be_default && dice_.once_in(10)) tail += " DEFAULT " + literal(type.value(dice_));
    const std::size_t place = add_column(std::move(type), tail);
    if (!dice_.once_in(10)) return;
    Table& table = scenario_.tables.back();
    const std::string source = table.columns[place].name;
    table.columns.push_back({new_column_name(table),
                             "boolean",
                             "GENERATED ALWAYS AS (" + quote(source) + " IS NULL) STORED",
                             true,
                             {source}});
    notes_.back().types.push_back({"boolean", [](Dice&) { return "true"; }});
  }

  void make_rules() {
    Table& table = scenario_.tables.back();
    const Notes& notes = notes_.back();
    for (std::size_t place = 0; place < table.columns.size(); ++place) {
      if (!dice_.once_in(8) || table.columns[place].generated) continue;
      const std::string name = quote(table.columns[place].name);
      const std::vector<std::string> names{table.columns[place].name};
      const Type& type = notes.types[place];
      switch (dice_.below(notes.partition_column ? 2 : 7)) {
        case 0:
          table.rules.push_back({"CHECK (pg_catalog.num_nulls(" + name + ") < 2)", false, names});
          break;
        case 1:
          if (type.ordered)
            unique({place}, dice_.once_in(2) || support::server_version() < 15 ? "" : " NULLS NOT DISTINCT");
          break;
        case 2:
          if (type.ordered) unique({place}, dice_.once_in(2) ? " DEFERRABLE" : " DEFERRABLE INITIALLY DEFERRED");
          break;
        case 3:
          if (type.ordered)
            table.rules.push_back(
                {"CREATE UNIQUE INDEX ON " + table.qualified_name() + " (" + name + ") WHERE " + name + " IS NOT NULL",
                 true, names});
          break;
        case 4:
          if (type.sql == "text") {
            table.rules.push_back({"CREATE UNIQUE INDEX ON " + table.qualified_name() + " (pg_catalog.lower(" + name +
                                       "), (" + name + " || 'x'))",
                                   true, names});
          }
          break;
        case 5:
          if (type.ordered && type.referable)
            table.rules.push_back({"EXCLUDE USING btree (" + name + " WITH =)", false, names});
          break;
        default:
          if (type.sql.ends_with("range") && !type.sql.ends_with("multirange"))
            table.rules.push_back({"EXCLUDE USING gist (" + name + " WITH &&)", false, names});
      }
    }
  }

  void make_foreign_keys(std::size_t number) {
    if (notes_[number].inherited_from || scenario_.tables[number].inherits || scenario_.tables[number].columns.empty())
      return;
    for (std::size_t i = dice_.below(3); i > 0; --i) {
      const std::size_t parent = dice_.below(scenario_.tables.size());
      const bool lasting =
          scenario_.tables[parent].before == "CREATE TABLE" || scenario_.tables[number].before != "CREATE TABLE";
      if (!notes_[parent].keys.empty() && lasting) make_foreign_key(number, parent);
    }
  }

  void make_foreign_key(std::size_t number, std::size_t parent) {
    const Key key = dice_.pick(notes_[parent].keys);
    const auto not_referable = [&](std::size_t place) { return !notes_[parent].types[place].referable; };
    if (std::any_of(key.begin(), key.end(), not_referable)) return;
    Table& table = scenario_.tables[number];
    ForeignKey foreign_key;
    foreign_key.parent = parent;
    const bool required = dice_.once_in(4);
    for (const std::size_t place : key) {
      const Type type = notes_[parent].types[place];
      foreign_key.parent_columns.push_back(scenario_.tables[parent].columns[place].name);
      table.columns.push_back({new_column_name(table), type.sql, required ? "NOT NULL" : "", false, {}});
      foreign_key.columns.push_back(table.columns.back().name);
      notes_[number].types.push_back(type);
    }
    static const std::vector<std::string> tails{"",
                                                "",
                                                "MATCH FULL",
                                                "DEFERRABLE",
                                                "DEFERRABLE INITIALLY DEFERRED",
                                                "ON DELETE CASCADE ON UPDATE CASCADE",
                                                "MATCH FULL ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED"};
    foreign_key.tail = dice_.pick(tails);
    table.foreign_keys.push_back(std::move(foreign_key));
  }

  void make_rows(std::size_t number) {
    Table& table = scenario_.tables[number];
    const std::size_t rows = dice_.below(4 + size_ / 3);
    for (std::size_t i = 0; i < rows; ++i) {
      if (!table.rows.empty() && dice_.once_in(8)) {
        table.rows.push_back(Row(dice_.pick(table.rows)));  // twice the same: kept where there is no key
        continue;
      }
      Row row;
      for (std::size_t place = 0; place < table.columns.size(); ++place) {
        if (table.columns[place].generated) continue;
        const bool required = table.columns[place].tail.find("NOT NULL") != std::string::npos;
        row.push_back(!required && dice_.once_in(5) ? std::nullopt
                                                    : std::optional(notes_[number].types[place].value(dice_)));
      }
      table.rows.push_back(std::move(row));
    }
  }

  // Points a row's foreign keys at rows that are offered: of any table, its own too, so that cycles come about.
  void refer_to_parents(const Table& table, Row& row) {
    const auto field_of = [](const Table& of, const std::string& column) {
      const auto written = of.written_columns();
      return static_cast<std::size_t>(std::find(written.begin(), written.end(), column) - written.begin());
    };
    for (const ForeignKey& key : table.foreign_keys) {
      const Table& parent = scenario_.tables[key.parent];
      if (parent.rows.empty() || dice_.once_in(10) || !row[field_of(table, key.columns.front())]) continue;
      const Row from = dice_.pick(parent.rows);
      for (std::size_t i = 0; i < key.columns.size(); ++i)
        row[field_of(table, key.columns[i])] = from[field_of(parent, key.parent_columns[i])];
    }
  }

  Dice dice_;
  const std::size_t size_;
  Scenario scenario_;
  std::vector<Notes> notes_;
  std::vector<Type> user_types_;
  std::set<std::string> names_{"extensions", "public", "information_schema"};
  std::string sequence_;
};

}  // namespace

Scenario make_scenario(std::uint64_t seed, int size) { return Maker(seed, size).make(); }

rc::Gen<Scenario> scenarios() {
  return rc::gen::shrink(
      rc::gen::withSize([](int size) {
        return rc::gen::map(rc::gen::noShrink(rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>())),
                            [size](std::uint64_t seed) { return make_scenario(seed, size); });
      }),
      [](const Scenario& scenario) { return rc::seq::fromContainer(smaller(scenario)); });
}

}  // namespace properties
