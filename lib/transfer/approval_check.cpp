#include "transfer/approval_check.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/terminal.h"
#include "report/wording.h"
#include "transfer/approval_words.h"
#include "transfer/clock.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;
using outcome::Decision;
using outcome::Merged;
using outcome::Verdict;

constexpr std::size_t kMostRows = 10;  // of a table, that are told one by one
constexpr std::size_t kIdDigits = 12;
// Beside the number of an approved row that the file lacks and that is gone: another one may have its number now.
constexpr std::uint64_t kIsGone = std::uint64_t{1} << 63;

const std::string* find(const std::vector<outcome::Fact>& facts, const std::string& name) {
  const auto found = std::ranges::find(facts, name, &outcome::Fact::name);
  return found == facts.end() ? nullptr : &found->value;
}

// Plans of older versions hold their number alone.
bool are_others(const std::string* before, const std::string* now) {
  const auto has_digest = [](const std::string* value) {
    return value != nullptr && value->find(' ') != std::string::npos;
  };
  return has_digest(before) && has_digest(now) && *before != *now;
}

}  // namespace

// The plan's lines of one section after the other, as they are expected before or after the merge.
class ApprovalCheck::Expected {
 public:
  Expected(report::ApprovalReader& plan, Merged merged) : lines_(plan.lines()), foretold_(plan.foretold()) {
    advance(lines_, line_);
    if (merged == Merged::kBefore && plan.rehearsed()) advance(foretold_, told_);
  }

  void begin(const std::string& table) { prefix_ = "{\"table\":" + table + ",\"record\":"; }

  // The record of the next line of this section; 0: there is none.
  std::uint64_t record() const {
    const std::uint64_t line = record_of(line_);
    const std::uint64_t told = record_of(told_);
    return line == 0 || (told != 0 && told < line) ? told : line;
  }
  // Where both speak of a record, what was foretold of it is what counts before the merge.
  std::string_view line() const { return record_of(told_) == record() ? told_ : line_; }
  // Of its row; not of what was foretold of a row that is as it was.
  std::string key() const { return record_of(line_) == record() ? report::read_line(line_).decision.key : ""; }
  void next() {
    const std::uint64_t current = record();
    if (record_of(told_) == current) advance(foretold_, told_);
    if (record_of(line_) == current) advance(lines_, line_);
  }
  bool ended() const { return line_.empty() && told_.empty(); }

 private:
  static void advance(report::ApprovalLines& lines, std::string_view& line) {
    if (!lines.next(line)) line = {};
  }
  std::uint64_t record_of(std::string_view line) const {
    std::uint64_t record = 0;
    if (line.starts_with(prefix_)) std::from_chars(line.data() + prefix_.size(), line.data() + line.size(), record);
    return record;
  }

  report::ApprovalLines lines_;
  report::ApprovalLines foretold_;
  std::string_view line_;
  std::string_view told_;
  std::string prefix_;
};

ApprovalCheck::ApprovalCheck(const ApprovedPlan& approved, std::vector<ApprovedSection> sections)
    : approved_(approved), sections_(std::move(sections)) {}

void ApprovalCheck::fail(const std::string& differences) const {
  const outcome::Approval& plan = approved_.plan->approval();
  throw Error(ErrorKind::kSchema,
              "the plan no longer holds (" + plan.id.substr(0, kIdDigits) + ", " +
                  base::printable(approved_.plan->path()) + "):" + differences,
              "nothing was written; make a new plan with --dry-run --report and let it be approved");
}

void ApprovalCheck::demand_file(const outcome::Approval& now) const {
  const outcome::Approval& plan = approved_.plan->approval();
  std::string differences;
  if (!plan.expires_at.empty() && timestamp_now() > plan.expires_at)
    differences += "\n  it expired at " + base::printable(plan.expires_at);
  const auto demand_same = [&](const char* other, const outcome::ApprovedFile& then,
                               const outcome::ApprovedFile& here) {
    if (then == here) return;
    differences += std::string("\n  it was made ") + other + ": sha256 " + base::printable(then.sha256) + " over " +
                   std::to_string(then.bytes) + " bytes, here it is " + here.sha256 + " over " +
                   std::to_string(here.bytes);
  };
  demand_same("for another file", plan.file, now.file);
  demand_same("with another base", plan.base, now.base);
  demand_same("with other rejects of its base", plan.base_rejects, now.base_rejects);
  if (!differences.empty()) fail(differences);
}

void ApprovalCheck::demand_target(const outcome::Approval& now) const {
  const outcome::Approval& plan = approved_.plan->approval();
  std::string differences;
  for (const outcome::Fact& fact : plan.target) {
    if (fact.name == "schema_version") continue;  // of older plans: VACUUM moves it, and the objects tell more
    const std::string* value = find(now.target, fact.name);
    if (value != nullptr && *value == fact.value) continue;
    differences += "\n  it was made for another target: " + base::printable(fact.name) + " " +
                   base::printable(fact.value) + ", here it is " +
                   (value == nullptr ? "not known" : base::printable(*value));
  }
  if (!differences.empty()) fail(differences);
  for (const outcome::Fact& object : plan.objects) {
    const std::string* value = find(now.objects, object.name);
    if (value != nullptr && *value == object.value) continue;
    differences += "\n  the target's catalog was changed: " + base::printable(object.name) +
                   (value == nullptr ? " is gone, or switched off" : " is another");
  }
  for (const outcome::Fact& object : now.objects) {
    if (find(plan.objects, object.name) == nullptr)
      differences +=
          "\n  the target's catalog was changed: " + base::printable(object.name) + " is new, or switched on";
  }
  if (!differences.empty()) fail(differences);
}

// Rows that are done already have nobody follow them any more.
void ApprovalCheck::demand_followers(const std::vector<outcome::Fact>& now) const {
  const std::vector<outcome::Fact>& approved = approved_.plan->approval().followers;
  const auto rows = [](const std::string* count) { return count == nullptr ? 0 : std::stoull(*count); };
  std::string differences;
  const auto compare = [&](const outcome::Fact& fact) {
    const std::uint64_t before = rows(find(approved, fact.name));
    const std::uint64_t follow = rows(find(now, fact.name));
    if (follow == before && !are_others(find(approved, fact.name), find(now, fact.name))) return;
    if (follow < before && approved_.done_rows == DoneRows::kTolerated) return;
    if (follow == before) {
      differences += "\n  rows of " + base::printable(fact.name) +
                     " follow the updates: as many as were approved, but others, or otherwise";
      return;
    }
    differences += "\n  rows of " + base::printable(fact.name) + " follow the updates: " + std::to_string(follow) +
                   ", approved were " + std::to_string(before);
  };
  for (const outcome::Fact& fact : approved) compare(fact);
  for (const outcome::Fact& fact : now) {
    if (find(approved, fact.name) == nullptr) compare(fact);
  }
  if (!differences.empty()) fail(differences);
}

std::string ApprovalCheck::differences(engine::Target& target, Merged merged) {
  moved_.clear();
  Expected expected(*approved_.plan, merged);
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    expected.begin(report::json_name(sections_[i].name));
    if (sections_[i].plan) compare(target, i, expected, merged);
  }
  if (!expected.ended())
    throw Error(ErrorKind::kFile, base::printable(approved_.plan->path()) + " decides on tables that do not take part",
                "make a new plan with --dry-run --report");
  if (moved_.empty()) return {};
  if (merged == Merged::kBefore) target.gather_details();
  look_closer(target);
  return text(merged);
}

void ApprovalCheck::compare(engine::Target& target, std::size_t section, Expected& expected, Merged merged) {
  const std::string table = report::json_name(sections_[section].name);
  const std::uint64_t rows = sections_[section].rows;
  // What the plan decides on and nobody does now: it is unchanged, or gone.
  const auto pass_one = [&] {
    Decision approved = report::read_line(expected.line()).decision;
    const bool is_written = approved.verdict == Verdict::kInsert || approved.verdict == Verdict::kUpdate ||
                            approved.verdict == Verdict::kDelete;
    const bool is_done = is_written && approved_.done_rows == DoneRows::kTolerated;
    const std::uint64_t record = approved.record > rows ? approved.record | kIsGone : approved.record;
    if (approved.verdict != Verdict::kUnchanged && !is_done) note(section, record, std::move(approved));
    expected.next();
  };
  const auto pass_over = [&](std::uint64_t record) {
    while (expected.record() != 0 && (record == 0 || expected.record() < record)) pass_one();
  };
  // Rows that the file lacks are numbered anew where one came or went: their keys tell.
  const auto compare_missing = [&](const outcome::Fingerprint& now) {
    pass_over(rows + 1);
    while (expected.record() != 0 && outcome::comes_before(expected.key(), now.key)) pass_one();
    if (expected.record() == 0 || expected.key() != now.key) return note(section, now.record, std::nullopt);
    Decision approved = report::read_line(expected.line()).decision;
    if (!report::same_decision(approved, now, merged)) note(section, now.record, std::move(approved));
    expected.next();
  };
  target.for_each_fingerprint(*sections_[section].plan, merged, [&](const outcome::Fingerprint& now) {
    if (now.record > rows) return compare_missing(now);
    pass_over(now.record);
    if (expected.record() != now.record) return note(section, now.record, std::nullopt);
    if (!report::surely_same(expected.line(), table, now, merged)) {
      Decision approved = report::read_line(expected.line()).decision;
      const bool is_new = approved.verdict == Verdict::kUnchanged;
      if (!report::same_decision(approved, now, merged))
        note(section, now.record, is_new ? std::nullopt : std::optional(std::move(approved)));
    }
    expected.next();
  });
  pass_over(0);
}

void ApprovalCheck::note(std::size_t section, std::uint64_t record, std::optional<Decision> approved) {
  MovedTable& table = moved_[section];
  ++table.rows;
  if (table.first.size() < kMostRows) table.first[record].approved = std::move(approved);
}

// What is decided now on the rows that are told one by one.
void ApprovalCheck::look_closer(engine::Target& target) {
  for (auto& [section, table] : moved_) {
    auto& rows = table.first;
    const std::uint64_t last = rows.empty() ? 0 : rows.rbegin()->first;
    target.for_each_decision(*sections_[section].plan, engine::Decisions::kAll, [&](const Decision& decision) {
      const auto moved = rows.find(decision.record);
      if (moved != rows.end()) moved->second.now = decision;
      return decision.record < last;
    });
  }
}

std::string ApprovalCheck::text(Merged merged) const {
  std::string text;
  if (merged == Merged::kAfter)
    text = "\n  the merge did what it does not hold (a plan of --rehearse holds what the target's own code does):";
  for (const auto& [section, table] : moved_) {
    text += "\n  " + base::printable(sections_[section].name) + ": " + report::rows(table.rows) +
            (table.rows == 1 ? " differs" : " differ");
    for (const auto& [record, moved] : table.first) {
      if (!moved.approved && !moved.now) continue;
      text += "\n    " + base::printable(sections_[section].name) + " " + moved_row(moved.approved, moved.now, merged);
    }
    if (table.rows > table.first.size()) text += "\n    … and " + report::more_rows(table.rows - table.first.size());
  }
  return text;
}

}  // namespace transfer
