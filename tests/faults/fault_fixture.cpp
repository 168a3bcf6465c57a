#include "faults/fault_fixture.h"

#include <cstdio>

namespace faults {
namespace {

class Count : public testing::Environment {
 public:
  void TearDown() override { std::printf("%zu faults were let happen\n", injected()); }
};

[[maybe_unused]] const testing::Environment* const count = testing::AddGlobalTestEnvironment(new Count);

}  // namespace

std::size_t& injected() {
  static std::size_t count_so_far = 0;
  return count_so_far;
}

}  // namespace faults
