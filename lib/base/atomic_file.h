// Output that is there completely or not at all: bytes go to a file without a name in the folder of the target, and
// finish() makes them durable and gives them the final name. Destroyed before finish(), it leaves nothing behind; nor
// does a process that is killed, but where the file system wants a name for every file (some network ones).
// Owned by one thread. DescriptorSink is the same interface over an open descriptor (standard output).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/byte_sink.h"
#include "base/descriptor.h"

namespace base {

enum class Overwrite { kRefuse, kReplace };

// Asked with the path of a regular file that is there, before it is replaced; throws to keep it.
using MayReplace = std::function<void(const std::string& path)>;

class AtomicFile : public ByteSink {
 public:
  // Refuses (kUsage) a target that exists, unless `overwrite` is kReplace, and always one that is a symbolic link or
  // anything else but a regular file. The file has mode 0600 whatever the umask. Other failures are kInputOutput.
  AtomicFile(std::string path, Overwrite overwrite);
  // The same, where a file that is there decides for itself: asked now, and again in finish() of what is there then.
  AtomicFile(std::string path, MayReplace may_replace);
  ~AtomicFile() override;

  // After an error the temporary file is gone and only the destructor may follow.
  void write(std::string_view bytes) override;

  // Sync, publish, sync the folder. With kRefuse a file that has appeared at `path` meanwhile is left as it is
  // (kUsage).
  void finish() override;

  const std::string& path() const { return path_; }

 private:
  AtomicFile(std::string path, Overwrite overwrite, MayReplace may_replace);
  bool check_target() const;
  void create();
  bool create_nameless();
  template <typename Make>
  int make_temporary(const Make& make);
  int publish();
  void abandon() noexcept;
  void write_behind() noexcept;

  const std::string path_;
  const std::string folder_path_;
  const Overwrite overwrite_;
  const MayReplace may_replace_;  // empty: overwrite_ says it
  std::string temporary_path_;    // empty: there is none (yet, or any more)
  Descriptor file_;
  Descriptor nameless_;  // a handle of the file as long as it has no name, also when file_ is closed
  Descriptor folder_;
  std::uint64_t written_bytes_ = 0;
  std::uint64_t behind_bytes_ = 0;  // of those, on their way to the disk
};

class DescriptorSink : public ByteSink {
 public:
  // Borrows `fd`; `name` is for messages ("standard output").
  DescriptorSink(int fd, std::string name);

  void write(std::string_view bytes) override;

  // Syncs where the descriptor is a regular file; does not close it.
  void finish() override;

 private:
  const int fd_;
  const std::string name_;
};

// Makes one folder (mode 0700) unless it is there; its parent must exist.
void make_folder(const std::string& path);

}  // namespace base
