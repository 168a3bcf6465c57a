// SHA-256 of bytes that come in chunks (FIPS 180-4, done by OpenSSL). Movable, owned by one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace base {

class Sha256 {
 public:
  Sha256();

  void update(std::string_view bytes);

  // 64 lower case hexadecimal digits. Ends the computation: nothing else may be called afterwards.
  std::string hex();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace base
