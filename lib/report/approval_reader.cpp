#include "report/approval_reader.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/sha256.h"
#include "base/spool.h"
#include "base/terminal.h"
#include "report/approval_json.h"
#include "report/recognise.h"

namespace report {
namespace {

using base::Error;
using base::ErrorKind;
using json = ordered_json;

constexpr std::size_t kChunkBytes = std::size_t{256} << 10;
constexpr std::size_t kMostHeadBytes = std::size_t{256} << 20;

std::string_view without_comma(std::string_view line) {
  if (line.ends_with(',')) line.remove_suffix(1);
  return line;
}

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Error(ErrorKind::kFile, base::printable(path) + " " + what,
              "make a plan: db-import FILE --dry-run --report audit.json");
}

// Refuses at once what is no report, for that may be of any size.
base::InputFile copy_of(const std::string& path) {
  base::InputFile input = base::InputFile::open(path);
  base::Spool spool;
  std::string chunk(kChunkBytes, '\0');
  bool first = true;
  while (const std::size_t bytes = input.read(chunk.data(), chunk.size())) {
    const std::string_view read = std::string_view(chunk).substr(0, bytes);
    if (first && !is_report(read.substr(0, kEnoughToRecognise))) fail(path, "is no report of db-import");
    first = false;
    spool.write(read);
  }
  return spool.finish(input.name());
}

// Finds the parts of a plan by the lines that begin and end them, and holds it against its seal and its id.
class Scan {
 public:
  Scan(const std::string& path, base::InputFile& file) : path_(path), file_(file) {}

  void run() {
    base::LineReader all(file_, 0, file_.size());
    std::string_view line;
    while (!sealed_ && all.next(line)) {
      begin_ = end_;
      end_ += line.size() + 1;
      if (part_ == Part::kAfter && line.starts_with(kSealBegin)) {
        verify(line.substr(kSealBegin.size()));
      } else {
        hash_.update(line);
        hash_.update("\n");
        take(line);
      }
    }
    if (part_ == Part::kHead) read_head();
    if (!sealed_) fail(path_, "is cut short: its seal is missing");
    if (!all.next(line) || line != "}" || end_ + 2 != file_.size())
      fail(path_, "is not as it was written, after its seal");
    if (id_->hex() != approval.id) fail(path_, "was changed since it was written: its id is not that of what it says");
  }

  outcome::Approval approval;
  bool rehearsed = false;
  LineRange lines;
  LineRange foretold;

 private:
  enum class Part { kHead, kDecisions, kForetold, kAfter };

  void take(std::string_view line) {
    switch (part_) {
      case Part::kHead:
        return take_head(line);
      case Part::kDecisions:
      case Part::kForetold:
        return take_line(line);
      case Part::kAfter:
        if (line != kForetoldBegin || rehearsed) fail(path_, "is not as it was written, after its decisions");
        id_->begin_foretold();
        rehearsed = true;
        foretold = {end_, end_};
        part_ = Part::kForetold;
    }
  }

  void take_head(std::string_view line) {
    if (line == kDecisionsBegin) {
      read_head();
      id_.emplace(approval);
      lines = {end_, end_};
      part_ = Part::kDecisions;
      return;
    }
    head_.append(line).append("\n");
    if (head_.size() > kMostHeadBytes) fail(path_, "is no report of db-import");
  }

  void take_line(std::string_view line) {
    if (line == kListEnd) {
      part_ = Part::kAfter;
      return;
    }
    id_->add(without_comma(line));
    (part_ == Part::kDecisions ? lines : foretold).end = end_;
    decisions_ += part_ == Part::kDecisions ? 1 : 0;
  }

  void read_head() {
    if (!is_report(head_)) fail(path_, "is no report of db-import");
    if (!head_.starts_with("{")) fail(path_, "is a report for people; --apply takes the .json of the same dry run");
    json head;
    try {
      head = json::parse(head_.substr(0, head_.rfind(',')) + "}");
    } catch (const json::exception&) {
      fail(path_, "is cut short, or not as it was written");
    }
    const int version = head["report"].value("version", 0);
    if (version == 1)
      fail(path_, "is a report of version 1, which an older db-import wrote: it binds neither target nor rows");
    if (version != 2) fail(path_, "is a report of a version that this program does not know");
    if (!head.contains("plan"))
      fail(path_, "is the report of an import, no plan: only a dry run or a rehearsal can be approved");
    try {
      approval = approval_of(head["plan"]);
    } catch (const json::exception&) {
      fail(path_, "holds a plan that is not as it was written");
    }
  }

  void verify(std::string_view seal) {
    try {
      const json object = json::parse(seal);
      sealed_ =
          object.at("decisions") == decisions_ && object.at("bytes") == begin_ && object.at("sha256") == hash_.hex();
    } catch (const json::exception&) {
    }
    if (!sealed_) fail(path_, "was changed since it was written: its seal does not match");
  }

  const std::string& path_;
  base::InputFile& file_;
  Part part_ = Part::kHead;
  std::uint64_t begin_ = 0;  // of the line
  std::uint64_t end_ = 0;
  std::string head_;
  std::optional<PlanId> id_;
  base::Sha256 hash_;
  std::uint64_t decisions_ = 0;
  bool sealed_ = false;
};

}  // namespace

bool ApprovalLines::next(std::string_view& line) {
  if (!lines_.next(line)) return false;
  line = without_comma(line);
  return true;
}

ApprovalReader::ApprovalReader(const std::string& path) : path_(path), file_(copy_of(path)) {
  Scan scan(path_, file_);
  scan.run();
  approval_ = scan.approval;
  rehearsed_ = scan.rehearsed;
  lines_ = scan.lines;
  foretold_ = scan.foretold;
}

}  // namespace report
