#include "properties/generate_encounter.h"

#include <algorithm>

#include "properties/dice.h"
#include "support/server.h"

namespace properties {
namespace {

class EncounterMaker {
 public:
  EncounterMaker(std::uint64_t seed, int size) : dice_(seed), rows_(2 + static_cast<std::size_t>(size) / 8) {}

  Encounter make() {
    const std::size_t tables = 1 + dice_.below(3);
    for (std::size_t i = 0; i < tables; ++i) make_table(i);
    for (EncounterTable& table : encounter_.tables) make_foreign_keys(table);
    for (EncounterTable& table : encounter_.tables) {
      if (dice_.once_in(2)) make_checks(table);
      make_policies(table);
      make_target_rows(table);
    }
    for (EncounterTable& table : encounter_.tables) {
      for (Cells& row : table.target_rows) refer_to_parents(table, &EncounterTable::target_rows, row);
    }
    for (EncounterTable& table : encounter_.tables) make_file_rows(table);
    if (dice_.once_in(8)) encounter_.left_out = LeftOut::kConflictFails;
    if (dice_.once_in(8)) encounter_.left_out = LeftOut::kRollsBack;
    return std::move(encounter_);
  }

 private:
  void make_table(std::size_t number) {
    EncounterTable table;
    table.name = "t" + std::to_string(number);
    table.columns = {{"id", "int4", false},
                     {"k", "int4", dice_.once_in(3)},
                     {"m", "varchar(3)", dice_.once_in(3)},
                     {"up", "int4", false},
                     {"other", "int4", dice_.once_in(6)}};
    if (dice_.once_in(2)) table.columns.push_back({"updated_at", "timestamptz", false});
    const std::size_t kind = dice_.below(8);
    EncounterKey key{"a" + std::to_string(number), {"id"}, true, false, EncounterKey::Nulls::kDistinct, {}};
    if (kind == 5) key.columns = {"id", "other"};
    if (kind == 6) key.primary = false;
    if (kind < 7) {
      for (const std::string& name : key.columns) set_not_null(table, name);
      table.keys.push_back(key);
    }
    for (std::size_t i = dice_.below(3); i > 0; --i) make_key(table, number);
    encounter_.tables.push_back(std::move(table));
  }

  void make_key(EncounterTable& table, std::size_t number) {
    static const std::vector<std::vector<std::string>> lists{{"k"}, {"k"}, {"m"}, {"k", "m"}, {"up"}, {"other", "k"}};
    EncounterKey key;
    key.name = "b" + std::to_string(number) + std::to_string(table.keys.size());
    key.columns = dice_.pick(lists);
    if (dice_.once_in(8)) {
      key.deferrable = true;
    } else {
      if (dice_.once_in(4)) key.where = condition();
      if (dice_.once_in(4) && support::server_version() >= 15) key.nulls = EncounterKey::Nulls::kNotDistinct;
    }
    table.keys.push_back(std::move(key));
  }

  Condition condition() {
    static const std::vector<Condition> conditions{
        {Condition::Kind::kDiffers, "k", "3"},    {Condition::Kind::kDiffers, "m", "b"},
        {Condition::Kind::kFilled, "m", ""},      {Condition::Kind::kFilled, "k", ""},
        {Condition::Kind::kBothOrNone, "k", "m"}, {Condition::Kind::kBothOrNone, "up", "k"},
        {Condition::Kind::kDiffers, "other", "4"}};
    return dice_.pick(conditions);
  }

  static void set_not_null(EncounterTable& table, const std::string& name) {
    for (EncounterColumn& column : table.columns) column.not_null = column.not_null || column.name == name;
  }

  // To any table, so that there are self references and cycles; mostly to its identity.
  void make_foreign_keys(EncounterTable& table) {
    static const std::vector<std::string> columns{"up", "other"};
    for (const std::string& column : columns) {
      if (!dice_.once_in(2)) continue;
      const std::size_t mine = static_cast<std::size_t>(&table - encounter_.tables.data());
      const std::size_t parent = dice_.once_in(6) ? dice_.below(encounter_.tables.size()) : dice_.below(mine + 1);
      std::vector<EncounterKey> keys;
      for (const EncounterKey& key : encounter_.tables[parent].keys) {
        // Keys of several tables that refer to each other stay where they are.
        const bool may_move = !key.primary && parent > mine;
        if (!key.where && !key.deferrable && !may_move) keys.push_back(key);
      }
      if (keys.empty()) continue;
      const EncounterKey key = dice_.pick(keys);
      std::vector<std::string> mine_columns{column};
      if (key.columns.size() == 2) mine_columns.push_back(column == "up" ? "k" : "up");
      if (std::find(key.columns.begin(), key.columns.end(), "m") != key.columns.end()) continue;  // of another type
      table.foreign_keys.push_back(
          {"f" + std::to_string(mine) + std::to_string(table.foreign_keys.size()), mine_columns, parent, key.columns});
    }
  }

  void make_checks(EncounterTable& table) {
    for (std::size_t i = 1 + dice_.below(2); i > 0; --i) table.checks.push_back(condition());
  }

  void make_policies(EncounterTable& table) {
    if (dice_.once_in(4)) table.mode = dice_.once_in(2) ? engine::Mode::kInsert : engine::Mode::kUpdate;
    if (table.columns.back().name == "updated_at" && dice_.once_in(2)) table.newer_rows = engine::NewerRows::kKeep;
    if (!dice_.once_in(3)) return;
    static const std::vector<std::vector<std::string>> lists{{"k"}, {"m"}, {"k", "m"}};
    table.match = dice_.pick(lists);
    for (const EncounterReference& key : table.foreign_keys) {
      for (const std::string& column : key.columns) {
        if (std::find(table.match.begin(), table.match.end(), column) != table.match.end()) table.match.clear();
      }
    }
  }

  Cell value(const EncounterColumn& column) {
    static const std::vector<std::string> words{"a", "b", "c", "d", "e", "f", ""};
    static const std::vector<std::string> times{"2025-01-01 00:00:00+00", "2025-01-02 00:00:00+00",
                                                "2025-01-02 00:00:00.5+00"};
    if (!column.not_null && dice_.once_in(4)) return std::nullopt;
    if (column.type == "varchar(3)") return dice_.pick(words);
    if (column.type == "timestamptz") return dice_.pick(times);
    return std::to_string(dice_.below(rows_ + 3));
  }

  Cells row(const EncounterTable& table, std::size_t id) {
    Cells cells;
    for (const EncounterColumn& column : table.columns) cells[column.name] = value(column);
    cells["id"] = std::to_string(id);
    return cells;
  }

  void make_target_rows(EncounterTable& table) {
    for (std::size_t i = dice_.below(rows_ + 1); i > 0; --i) table.target_rows.push_back(row(table, i - 1));
    if (table.keys.empty() && !table.target_rows.empty() && dice_.once_in(2))
      table.target_rows.push_back(dice_.pick(table.target_rows));
  }

  // Now and then to none.
  void refer_to_parents(const EncounterTable& table, std::vector<Cells> EncounterTable::*side, Cells& row) {
    for (const EncounterReference& key : table.foreign_keys) {
      const auto& parents = encounter_.tables[key.parent].*side;
      if (parents.empty() || dice_.once_in(8)) continue;
      const Cells parent = dice_.pick(parents);
      for (std::size_t i = 0; i < key.columns.size(); ++i) row[key.columns[i]] = parent.at(key.parent_columns[i]);
    }
  }

  void make_file_rows(EncounterTable& table) {
    for (const Cells& there : table.target_rows) {
      if (dice_.once_in(5)) continue;
      Cells here = there;
      for (const EncounterColumn& column : table.columns) {
        if (column.name != "id" && dice_.once_in(6)) here[column.name] = value(column);
      }
      table.file_rows.push_back(std::move(here));
    }
    for (std::size_t i = dice_.below(rows_); i > 0; --i) {
      table.file_rows.push_back(row(table, rows_ + i));
      refer_to_parents(table, dice_.once_in(2) ? &EncounterTable::target_rows : &EncounterTable::file_rows,
                       table.file_rows.back());
    }
    if (table.file_rows.empty()) return;
    for (const char* column : {"k", "m", "up"}) {
      if (dice_.once_in(3)) swap_values(table, column);
    }
    if (!table.match.empty() && dice_.once_in(2)) swap_values(table, "id");
    if (dice_.once_in(2)) break_a_rule(table);
    if (dice_.once_in(3)) dice_.shuffle(table.file_rows);
  }

  void swap_values(EncounterTable& table, const std::string& column) {
    std::vector<std::size_t> places;
    for (std::size_t i = 1 + dice_.below(4); i > 0; --i) places.push_back(dice_.below(table.file_rows.size()));
    for (std::size_t i = 1; i < places.size(); ++i)
      std::swap(table.file_rows[places[i - 1]][column], table.file_rows[places[i]][column]);
  }

  void break_a_rule(EncounterTable& table) {
    Cells& broken = table.file_rows[dice_.below(table.file_rows.size())];
    switch (dice_.below(4)) {
      case 0:
        broken["m"] = "long";
        break;
      case 1:
        broken[dice_.pick(table.columns).name] = std::nullopt;
        break;
      case 2:
        broken["up"] = "999";  // no such parent
        break;
      default:
        broken["id"] = dice_.pick(table.file_rows).at("id");  // claimed twice, mostly
    }
  }

  Dice dice_;
  const std::size_t rows_;
  Encounter encounter_;
};

}  // namespace

Encounter make_encounter(std::uint64_t seed, int size) { return EncounterMaker(seed, size).make(); }

rc::Gen<Encounter> encounters() {
  return rc::gen::shrink(
      rc::gen::withSize([](int size) {
        return rc::gen::map(rc::gen::noShrink(rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>())),
                            [size](std::uint64_t seed) { return make_encounter(seed, size); });
      }),
      [](const Encounter& encounter) { return rc::seq::fromContainer(smaller(encounter)); });
}

}  // namespace properties
