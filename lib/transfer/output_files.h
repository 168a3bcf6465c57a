// The files that a command writes, held against those that it must not touch: what it reads, the files of its database,
// its other outputs, and whatever lies there already and is not its own to replace. The same file is the same whatever
// path leads to it: what is there is told by device and inode, what is not by its folder and name. One thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "transfer/options.h"

namespace transfer {

class OutputFiles {
 public:
  // What becomes of a file that is there already.
  enum class Existing {
    kStays,
    kByForce,  // replaced where the user says so
    kReport,   // the same, and a report of ours always
    kKey,      // the same, and the key of a plan: one that is there has lost its plan
  };

  // `kept`: what no output may replace. kReplace is the user's word for anything else; but a plan, an undo file and
  // what is signed stay.
  OutputFiles(std::vector<KeptFile> kept, base::Overwrite overwrite);

  // Adds an output ("the report"), and asks at once for all that can be known before its time: throws as its
  // base::AtomicFile would, or kUsage where it would take the place of a kept file, of another output, or of what is
  // there and stays.
  void add(const std::string& path, const std::string& what, Existing existing);

  // The question of add() once more, for the moment of replacing: files come and go. For outputs that were added.
  base::MayReplace guard(const std::string& path) const;

  // Whether something is there, or will be.
  bool is_taken(const std::string& path) const;

 private:
  struct Output {
    std::string path;
    std::string what;
    Existing existing;
  };

  base::MayReplace guard(const Output& output) const;
  void demand_no_kept_file(const Output& output) const;
  void demand_replaceable(const Output& output) const;

  std::vector<KeptFile> kept_;
  base::Overwrite overwrite_;
  std::vector<Output> outputs_;
};

// And what is read, in words; "-" is standard input.
std::vector<KeptFile> with_input(std::vector<KeptFile> kept, const std::string& input,
                                 const std::string& what = "the file that is imported");

// The files of an SQLite database: the file itself and those that SQLite keeps beside it.
std::vector<KeptFile> files_of_sqlite(const std::string& path);

}  // namespace transfer
