// SHA-256 of bytes that come in chunks (FIPS 180-4, done by OpenSSL). Movable, owned by one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct SHA256state_st;

namespace base {

class Sha256 {
 public:
  Sha256();

  void update(std::string_view bytes);

  // 64 lower case hexadecimal digits. Ends the computation: nothing else may be called afterwards.
  std::string hex();

 private:
  struct Free {
    void operator()(SHA256state_st* state) const;
  };
  std::unique_ptr<SHA256state_st, Free> state_;
};

}  // namespace base
