// What moved since a plan was approved, in words: for the message that refuses it. Pure functions.
#pragma once

#include <optional>
#include <string>

#include "outcome/approval.h"
#include "outcome/decision.h"

namespace transfer {

// id=42: approved update name "A" → "B"; now conflict: …; somebody changed name from "A" to "C"
// Without a decision the row is unchanged.
std::string moved_row(const std::optional<outcome::Decision>& approved, const std::optional<outcome::Decision>& now,
                      outcome::Merged merged);

}  // namespace transfer
