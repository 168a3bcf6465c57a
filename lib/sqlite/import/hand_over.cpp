#include "sqlite/import/hand_over.h"

#include "sqlite/session/sql_text.h"

namespace sqlite {
HandOver::HandOver(Connection& connection, const StagedTable& table) : connection_(connection), table_(table) {
  connection_.execute("DELETE FROM " + table_.order);
  connection_.execute("DELETE FROM " + table_.parked);
}

// The holder waits for a key itself, and is neither written nor set aside yet.
std::string HandOver::unsatisfied(const std::string& claim) const {
  const std::string holder = claim + ".freed_by";
  return "EXISTS (SELECT 1 FROM " + table_.claims + " w WHERE w.record = " + holder +
         ") AND NOT EXISTS (SELECT 1 FROM " + table_.order + " o WHERE o.record = " + holder +
         ") AND NOT EXISTS (SELECT 1 FROM " + table_.parked + " p WHERE p.record = " + holder + ")";
}

std::string HandOver::is_in_circle() const { return unsatisfied("c"); }

void HandOver::arrange() {
  // Chains begin at their free end.
  connection_.execute("INSERT INTO " + table_.order + " (record) SELECT DISTINCT c.record FROM " + table_.claims +
                      " c WHERE NOT EXISTS (SELECT 1 FROM " + table_.claims + " d WHERE d.record = c.record AND " +
                      unsatisfied("d") + ") ORDER BY c.record");
  drain();
}

// Every row that is in order lets those follow that waited for it alone: each claim is looked at once.
void HandOver::drain() {
  Statement next =
      connection_.prepare("SELECT place, record FROM " + table_.order + " WHERE place > ? ORDER BY place LIMIT 1");
  Statement follow =
      connection_.prepare("INSERT OR IGNORE INTO " + table_.order + " (record) SELECT DISTINCT c.record FROM " +
                          table_.claims + " c WHERE c.freed_by = ? AND NOT EXISTS (SELECT 1 FROM " + table_.claims +
                          " d WHERE d.record = c.record AND " + unsatisfied("d") + ")");
  while (true) {
    next.bind_integer(1, drained_);
    if (!next.next()) break;
    drained_ = next.integer(0);
    const std::int64_t record = next.integer(1);
    next.reset();
    follow.bind_integer(1, record);
    follow.execute();
    follow.reset();
  }
}

void HandOver::open_circles() {
  std::int64_t record = 0;
  while (true) {
    {
      Statement waiting = connection_.prepare("SELECT c.record FROM " + table_.claims + " c WHERE c.record > " +
                                              std::to_string(record) + " AND NOT EXISTS (SELECT 1 FROM " +
                                              table_.order + " o WHERE o.record = c.record) ORDER BY c.record LIMIT 1");
      if (!waiting.next()) return;
      record = waiting.integer(0);
    }
    const std::string holders = "(SELECT d.freed_by FROM " + table_.claims +
                                " d WHERE d.record = " + std::to_string(record) + " AND " + unsatisfied("d") + ")";
    connection_.execute("INSERT OR IGNORE INTO " + table_.parked + " SELECT * FROM " + holders);
    // With it go all others that waited for the same rows.
    connection_.execute("INSERT OR IGNORE INTO " + table_.order + " (record) SELECT DISTINCT c.record FROM " +
                        table_.claims + " c WHERE c.freed_by IN (SELECT e.freed_by FROM " + table_.claims +
                        " e WHERE e.record = " + std::to_string(record) + ") AND NOT EXISTS (SELECT 1 FROM " +
                        table_.claims + " d WHERE d.record = c.record AND " + unsatisfied("d") + ")");
    drain();
  }
}

}  // namespace sqlite
