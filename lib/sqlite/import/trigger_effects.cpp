#include "sqlite/import/trigger_effects.h"

#include <algorithm>
#include <set>

#include "engine/write_order.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::any_of(names, [&](const std::string& other) { return same_name(other, name); });
}

bool is_written(const TableTrigger& trigger) { return trigger.event.kind != TriggerEvent::Kind::kDelete; }

bool is_fired(const TableDetails& table, const TableTrigger& trigger) {
  return table.may_lose_rows || is_written(trigger);
}

}  // namespace

bool fires_triggers(const TableDetails& table) {
  return std::ranges::any_of(table.triggers, [&](const TableTrigger& trigger) { return is_fired(table, trigger); });
}

bool fires_triggers(const std::vector<TableDetails>& all) {
  return std::ranges::any_of(all, [](const TableDetails& table) { return fires_triggers(table); });
}

std::vector<std::string> writers_of(const TableDetails& table, const std::vector<TableDetails>& all) {
  std::vector<std::string> writers;
  for (const TableDetails& other : all) {
    for (const TableTrigger& trigger : other.triggers) {
      if (!is_fired(other, trigger) || !contains(trigger.event.written, table.table.name.name)) continue;
      const bool own = &other == &table || other.table.name == table.table.name;
      writers.push_back(own ? trigger.name : trigger.name + " of " + other.table.name.name);
    }
  }
  return writers;
}

std::vector<bool> reached_tables(const std::vector<StagedTable>& tables, const std::vector<TableDetails>& all) {
  std::vector<std::string> written;
  if (fires_triggers(all)) {
    for (const TableDetails& table : all) {
      for (const TableTrigger& trigger : table.triggers)
        written.insert(written.end(), trigger.event.written.begin(), trigger.event.written.end());
    }
  }
  // What is no table may be a view, whose triggers may write anything.
  const bool any =
      std::ranges::any_of(written, [&](const std::string& name) { return find_table(all, name) == nullptr; });
  std::set<const TableDetails*> reached;
  for (const TableDetails& table : all) {
    const bool follows = std::ranges::any_of(
        table.on_update, [](const std::string& action) { return action != "NO ACTION" && action != "RESTRICT"; });
    if (any || follows || contains(written, table.table.name.name)) reached.insert(&table);
  }
  // Rows go with a parent that goes.
  for (std::size_t before = 0; before < reached.size() && !written.empty();) {
    before = reached.size();
    for (const TableDetails& table : all) {
      const bool is_child = std::ranges::any_of(table.table.foreign_keys, [&](const catalog::ForeignKey& key) {
        return reached.contains(find_table(all, key.parent.name));
      });
      if (is_child) reached.insert(&table);
    }
  }
  std::vector<bool> those;
  for (const StagedTable& table : tables)
    those.push_back(reached.contains(find_table(all, table.details.table.name.name)));
  return those;
}

bool writes_itself(const TableDetails& table, const std::vector<TableDetails>& all) {
  std::vector<const TableDetails*> reached{&table};
  for (std::size_t i = 0; i < reached.size(); ++i) {
    for (const TableTrigger& trigger : reached[i]->triggers) {
      const bool starts = i > 0 || trigger.event.kind == TriggerEvent::Kind::kInsert;
      if (!starts) continue;
      if (contains(trigger.event.written, table.table.name.name)) return true;
      for (const std::string& name : trigger.event.written) {
        const TableDetails* next = find_table(all, name);
        if (next != nullptr && std::ranges::count(reached, next) == 0) reached.push_back(next);
      }
    }
  }
  return false;
}

bool is_watched(const TableDetails& table, const std::vector<TableDetails>& all) {
  if (fires_triggers(table)) return true;
  return std::ranges::any_of(all, [&](const TableDetails& other) {
    return std::ranges::any_of(other.triggers, [&](const TableTrigger& trigger) {
      return is_fired(other, trigger) && contains(trigger.event.named, table.table.name.name);
    });
  });
}

std::vector<std::string> awaited_columns(const TableDetails& table) {
  std::vector<std::string> columns;
  for (const TableTrigger& trigger : table.triggers) {
    if (trigger.event.kind != TriggerEvent::Kind::kUpdate) continue;
    for (const catalog::Column& column : table.table.columns) {
      if (contains(trigger.event.columns, column.name) && !contains(columns, column.name))
        columns.push_back(column.name);
    }
  }
  return columns;
}

std::vector<std::vector<std::size_t>> order_for_triggers(const std::vector<StagedTable>& tables,
                                                         const std::vector<std::vector<std::size_t>>& components) {
  engine::WriteOrder order(engine::tables_of(tables), components);
  for (std::size_t own = 0; own < tables.size(); ++own) {
    for (const TableTrigger& trigger : tables[own].details.triggers) {
      if (!is_written(trigger)) continue;
      for (std::size_t other = 0; other < tables.size(); ++other) {
        const std::string& name = tables[other].details.table.name.name;
        if (!contains(trigger.event.named, name)) continue;
        const bool writes = contains(trigger.event.written, name);
        order.prefer(writes ? own : other, writes ? other : own);
      }
    }
  }
  order.arrange();
  std::vector<std::vector<std::size_t>> ordered;
  for (const std::size_t component : order.sequence()) ordered.push_back(components[component]);
  return ordered;
}

}  // namespace sqlite
