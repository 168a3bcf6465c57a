// Two values of a column side by side, what differs between them marked. Only within this room.
#pragma once

#include <string>

#include "outcome/decision.h"

namespace report {

// One value as table cell content.
std::string value_html(const outcome::ShownValue& value);

// The same of a long value shortened, to be put among others.
std::string short_value_html(const outcome::ShownValue& value);

struct ComparedValues {
  std::string before;
  std::string after;
};

// As value_html, with <mark> around the part between their common beginning and their common end. Long equal parts are
// folded (<details>), never dropped.
ComparedValues compared_html(const outcome::ShownValue& before, const outcome::ShownValue& after);

// <table> of column, target and file.
std::string changes_html(const std::vector<outcome::ColumnChange>& changes);

}  // namespace report
