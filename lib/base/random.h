// Bytes that nobody can guess, from the kernel. Any thread.
#pragma once

#include <cstddef>
#include <string>

namespace base {

std::string random_bytes(std::size_t bytes);
// As hexadecimal digits, two a byte.
std::string random_hex(std::size_t bytes);

}  // namespace base
