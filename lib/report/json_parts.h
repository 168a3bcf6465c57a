// The JSON objects that more than one form is made of: counts, decisions, values, who and where. Only within report.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "outcome/import_outcome.h"

namespace report {

using ordered_json = nlohmann::ordered_json;

enum class Layout { kIndented, kOneLine };

// ASCII only, so that no name can steer a terminal that the object is printed on; a byte that is not UTF-8 becomes
// U+FFFD instead of an error. No newline at the end.
std::string dumped(const ordered_json& object, Layout layout);

// Appends what dumped() makes of a text, without an object in between.
void append_json_text(std::string& to, std::string_view text);

ordered_json counts_json(const outcome::VerdictCounts& counts);

// {"form": "null" | "whole" | "cut" | "masked", ...}
ordered_json value_json(const outcome::ShownValue& value);

// Members that have nothing to say are absent; record, verdict and key never are.
ordered_json decision_json(const outcome::Decision& row);

// Appends ,"key":…} and what else decision_json says after "rewritten", up to its end. Reports have millions.
void append_decision_rest(std::string& to, const outcome::Decision& row);

ordered_json database_json(const outcome::DatabaseInfo& info);
ordered_json file_json(const outcome::FileIdentity& file);
ordered_json target_json(const outcome::TargetIdentity& target);

double seconds(std::chrono::nanoseconds duration);

}  // namespace report
