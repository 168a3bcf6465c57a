#include "engine/reasons.h"

#include <fmt/format.h>

namespace engine::reasons {

std::string key_taken(Quote quote, const std::string& index, const std::string& key, const std::string& holder,
                      const std::string& why) {
  std::string reason = fmt::format("{} || {}", quote(index + ": the target holds "), key);
  if (!holder.empty()) reason += " || ' as ' || " + holder;
  if (!why.empty()) reason += " || " + quote(why);
  return reason;
}

std::string key_repeated(Quote quote, const std::string& index, const std::string& key) {
  return fmt::format("{} || {}", quote(index + ": more than one record of the file claims "), key);
}

std::string no_parent(Quote quote, const std::string& foreign_key, const std::string& parent,
                      const std::string& parent_key) {
  return fmt::format("{} || {} || ' is neither in the target nor among the accepted rows of the file'",
                     quote(fmt::format("{}: the parent {} ", foreign_key, parent)), parent_key);
}

std::string target_is_newer(Quote quote, const std::string& column, const std::string& in_target,
                            const std::string& in_file) {
  return fmt::format("{} || {} || ' against ' || {}", quote(fmt::format("the target's row is newer: {} ", column)),
                     in_target, in_file);
}

std::string check_violated(Quote quote, const std::string& check) { return quote("violates the check " + check); }

std::string records_are_unread(std::uint64_t records) {
  return fmt::format(
      "not deleted: {} of the file {} left out of this table before its keys were compared, and this row may be {}",
      records == 1 ? "a record" : std::to_string(records) + " records", records == 1 ? "was" : "were",
      records == 1 ? "its own" : "one of theirs");
}

}  // namespace engine::reasons
