// What an import has to do, written down plainly over maps: the oracle of dry run and import. It owes nothing to their
// SQL, only to the same rules. They are judged in this order, and a row that is left out claims nothing any more:
// values that cannot be held, natural keys, the identity, the user's policies, unique keys by name, checks; then, until
// nothing changes, missing parents, keys whose holder does not give them up, and keys that other rows still refer to.
#pragma once

#include <vector>

#include "outcome/verdict.h"
#include "properties/encounter.h"
#include "properties/reference_table.h"

namespace properties {

struct Foretold {
  std::vector<std::vector<outcome::Verdict>> verdicts;  // by table and record
  std::vector<TableRows> rows;                          // of the target afterwards, by table, in no particular order
  bool blocked = false;                                 // nothing is written
  // A row claims a key that another one gives up. Whether that goes depends on the order of statements and on values to
  // spare, of which this reference knows too little: then verdicts and rows are not its to tell.
  bool handed_on = false;
};

// `before`: the target's rows, by table.
Foretold foretell(const Encounter& encounter, const std::vector<TableRows>& before);

}  // namespace properties
