#include "transfer/equal_records.h"

#include <algorithm>
#include <utility>

namespace transfer {

void EqualRecords::choose(engine::Target& target, const Plan& plan, std::uint64_t file_bytes) {
  constexpr std::uint64_t kSmallBytes = std::uint64_t{16} << 10;
  digests_.reset();
  const digests::Tries tries = digests::tries();
  if (tries == digests::Tries::kNever || plan.tables.empty()) return;
  if (!plan.mapped.header.conflict.empty()) return;  // how its records are judged they say themselves
  if (tries != digests::Tries::kAlways && file_bytes < kSmallBytes) return;
  const std::vector<bool> may = target.may_hold_equal_rows(plan.tables);
  std::vector<bool> wanted;
  for (std::size_t i = 0; i < plan.table_of_section.size(); ++i) {
    const std::optional<std::size_t>& table = plan.table_of_section[i];
    wanted.push_back(table && may[*table] && plan.reshapes[i].empty());
  }
  if (std::ranges::find(wanted, true) != wanted.end())
    digests_ = digests::RecordDigests::begin(std::move(wanted), file_bytes);
}

std::optional<digests::RecordDigests> EqualRecords::choose_of_base(std::size_t sections, std::uint64_t base_bytes) {
  if (!digests_) return std::nullopt;
  digests_->keep_equal();
  return digests_->beside(std::vector<bool>(sections, true), base_bytes);
}

format::OnRecord EqualRecords::taker() {
  if (!digests_) return {};
  return [this](std::size_t section, std::string_view record) { digests_->take(section, record); };
}

void EqualRecords::taken() {
  if (digests_) digests_->finish();
}

void EqualRecords::find(engine::Target& target, const Plan& plan, const format::Header& header,
                        const Conversions& conversions, base::Progress& progress) {
  all_.assign(header.tables.size(), false);
  if (!digests_) return;
  digests_->forget_equal();
  progress.phase("compare", 0, header.tables.size());
  for (std::size_t i = 0; i < header.tables.size(); ++i) {
    const bool goes_as_it_is = plan.table_of_section[i] && plan.reshapes[i].empty() && !conversions.of_section[i] &&
                               plan.mapped.constants[i].empty();
    if (!goes_as_it_is || digests_->section(i) == nullptr) continue;
    progress.table(format::section_name(header.tables[i].name, header.schemas));
    all_[i] = target.find_unchanged(*plan.table_of_section[i], record_columns(header, i), *digests_, i);
  }
  if (std::ranges::find(all_, true) == all_.end()) return;
  for (std::size_t i = 0; i < header.tables.size(); ++i)
    all_[i] = all_[i] || (plan.table_of_section[i] && plan.tables[*plan.table_of_section[i]].rows == 0);
}

bool EqualRecords::has_all(const Plan& plan) const {
  if (std::ranges::find(all_, true) == all_.end()) return false;
  for (std::size_t i = 0; i < plan.table_of_section.size(); ++i) {
    if (plan.table_of_section[i] && !has_all(i)) return false;
  }
  return true;
}

bool EqualRecords::forget() {
  all_.clear();
  return std::exchange(digests_, std::nullopt).has_value();
}

}  // namespace transfer
