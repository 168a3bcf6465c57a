// Where finished bytes go: a file, standard output, memory in a test. Called with large chunks only.
#pragma once

#include <string_view>

namespace base {

class ByteSink {
 public:
  ByteSink() = default;
  ByteSink(const ByteSink&) = delete;
  ByteSink& operator=(const ByteSink&) = delete;
  virtual ~ByteSink() = default;

  // Takes all of `bytes` or throws Error(kInputOutput).
  virtual void write(std::string_view bytes) = 0;

  // Makes what was written durable and visible under its final name; without it nothing stays behind.
  virtual void finish() = 0;
};

}  // namespace base
