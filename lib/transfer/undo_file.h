// The file that takes an import back: written while its transaction is open, whole and on the disk under its name
// before COMMIT is sent, and gone again where the transaction is rolled back. What is not published leaves nothing. One
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "base/progress.h"
#include "engine/target.h"
#include "transfer/options.h"
#include "transfer/plan.h"

namespace transfer {

class UndoFile {
 public:
  // After the merge of `plan`: what taking it back needs, bound to `target`. What is at the path is asked for by
  // `may_replace`; what cannot be written is kInputOutput.
  UndoFile(const std::string& path, base::MayReplace may_replace, engine::Target& target, const Plan& plan,
           base::Progress& progress);
  // Of a transaction that has ended otherwise than by a commit: removes what was published. Told to `progress` where
  // that fails.
  ~UndoFile();
  UndoFile(const UndoFile&) = delete;
  UndoFile& operator=(const UndoFile&) = delete;

  // Right before the commit.
  void publish();
  // The transaction is committed, or may be: the file stays.
  void keep() { kept_ = true; }

  std::uint64_t rows() const { return rows_; }

 private:
  base::AtomicFile file_;
  base::Progress& progress_;
  std::uint64_t rows_ = 0;
  bool published_ = false;
  bool kept_ = false;
};

// Commits what `target` has written; `undo` takes it back, and is there whenever the import is.
void commit_import(engine::Target& target, UndoFile* undo, const std::function<void(Commit)>& on_commit);

}  // namespace transfer
