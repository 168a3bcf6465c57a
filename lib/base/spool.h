// A place for the bytes of a pipe that must be read twice: a temporary file that never has a name another process
// could open, and that is gone with its last descriptor, however the program ends. Owned by one thread.
#pragma once

#include <string>
#include <string_view>

#include "base/byte_sink.h"
#include "base/descriptor.h"
#include "base/input_file.h"

namespace base {

class Spool {
 public:
  // In $TMPDIR, or in /tmp where that is not set or cannot be written. All failures are kInputOutput.
  Spool();

  void write(std::string_view bytes);

  // The bytes written, from the first one on, under a name for messages; ends the spool.
  InputFile finish(std::string name);

  // The same, as often as wanted; the spool stays.
  InputFile again(std::string name) const;

 private:
  std::string folder_;
  Descriptor file_;
};

// What is written goes to the spool, which outlives it.
class SpoolSink final : public ByteSink {
 public:
  explicit SpoolSink(Spool& spool) : spool_(spool) {}
  void write(std::string_view bytes) override { spool_.write(bytes); }
  void finish() override {}

 private:
  Spool& spool_;
};

}  // namespace base
