// Two values of a column side by side, what differs between them marked. Only within report.
#pragma once

#include <string>

#include "engine/decision.h"

namespace report {

// One value as table cell content.
std::string value_html(const engine::ShownValue& value);

struct ComparedValues {
  std::string before;
  std::string after;
};

// As value_html, with <mark> around the part between their common beginning and their common end. Long equal parts are
// folded (<details>), never dropped.
ComparedValues compared_html(const engine::ShownValue& before, const engine::ShownValue& after);

// <table> of column, target and file.
std::string changes_html(const std::vector<engine::ColumnChange>& changes);

}  // namespace report
