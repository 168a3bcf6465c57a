#include "transfer/foretold.h"

#include <charconv>
#include <string>
#include <string_view>

#include "base/line_reader.h"
#include "base/spool.h"
#include "report/approval_lines.h"

namespace transfer {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{256} << 10;

// What the merge may change of a decision.
std::string verdict_line(const std::string& table, const outcome::Fingerprint& decision) {
  return report::line_begin(table, {decision.record, decision.verdict, {}, decision.constraint, decision.holder, {}});
}

outcome::Fingerprint fingerprint_of(std::string_view line, std::string_view digest) {
  const outcome::Decision read = report::read_line(std::string(line) + "}").decision;
  return {read.record, read.verdict, std::string(digest), read.constraint, read.holder, {}};
}

}  // namespace

// One line a decision: what the merge may change of it, a tab, its digest.
class Foretold::Lines {
 public:
  explicit Lines(base::InputFile& file) : lines_(file, 0, file.size()) { next(); }

  void begin(const std::string& table) { prefix_ = "{\"table\":" + table + ",\"record\":"; }
  // Of the next line of the table; 0: there is none.
  std::uint64_t record() const {
    std::uint64_t record = 0;
    if (line_.starts_with(prefix_)) std::from_chars(line_.data() + prefix_.size(), line_.data() + line_.size(), record);
    return record;
  }
  std::string_view verdict() const { return line_.substr(0, line_.rfind('\t')); }
  outcome::Fingerprint fingerprint() const { return fingerprint_of(verdict(), line_.substr(line_.rfind('\t') + 1)); }
  void next() {
    if (!lines_.next(line_)) line_ = {};
  }

 private:
  base::LineReader lines_;
  std::string_view line_;
  std::string prefix_;
};

void Foretold::remember(engine::Target& target) {
  base::Spool spool;
  std::string buffer;
  for (const ApprovedSection& section : sections_) {
    if (!section.plan) continue;
    const std::string table = report::json_name(section.name);
    target.for_each_fingerprint(*section.plan, outcome::Merged::kBefore, [&](const outcome::Fingerprint& decision) {
      buffer += verdict_line(table, decision) + "\t" + decision.digest + "\n";
      if (buffer.size() < kChunkBytes) return;
      spool.write(buffer);
      buffer.clear();
    });
  }
  spool.write(buffer);
  file_.emplace(spool.finish("what was foretold"));
}

void Foretold::write_differences(engine::Target& target, Reports& reports) {
  if (!file_) return;  // there was no merge
  Lines lines(*file_);
  reports.begin_foretold();
  if (!target.merge_changed_decisions()) return;
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    if (sections_[i].plan) compare(target, i, lines, reports);
  }
}

void Foretold::compare(engine::Target& target, std::size_t section, Lines& lines, Reports& reports) {
  const std::string table = report::json_name(sections_[section].name);
  reports.begin_table(section);
  lines.begin(table);
  const auto pass_over = [&](std::uint64_t record) {
    for (; lines.record() != 0 && (record == 0 || lines.record() < record); lines.next())
      reports.write(lines.fingerprint());
  };
  target.for_each_fingerprint(*sections_[section].plan, outcome::Merged::kAfter, [&](const outcome::Fingerprint& now) {
    pass_over(now.record);
    if (lines.record() != now.record) return reports.write({now.record, outcome::Verdict::kUnchanged, {}, {}, {}, {}});
    if (lines.verdict() != verdict_line(table, now)) reports.write(lines.fingerprint());
    lines.next();
  });
  pass_over(0);
}

}  // namespace transfer
