// Every stored input through its target once, without a fuzzer: tests/fuzz/seeds/<target>/.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fuzz/target.h"

namespace {

std::vector<std::filesystem::path> seeds_of(const std::string& target) {
  const std::filesystem::path folder = std::filesystem::path(SOURCE_DIR) / "tests/fuzz/seeds" / target;
  std::vector<std::filesystem::path> seeds;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) seeds.push_back(entry.path());
  std::sort(seeds.begin(), seeds.end());
  return seeds;
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class Seeds : public testing::TestWithParam<fuzz::Target> {};

TEST_P(Seeds, KeepEveryPromise) {
  const std::vector<std::filesystem::path> seeds = seeds_of(GetParam().name);
  EXPECT_FALSE(seeds.empty());
  for (const std::filesystem::path& seed : seeds) EXPECT_NO_THROW(GetParam().run(content(seed))) << seed;
}

TEST_P(Seeds, KeepEveryPromiseWhenTheyAreCut) {
  for (const std::filesystem::path& seed : seeds_of(GetParam().name)) {
    const std::string whole = content(seed);
    const std::size_t step = whole.size() / 100 + 1;
    for (std::size_t bytes = 0; bytes < whole.size(); bytes += step)
      EXPECT_NO_THROW(GetParam().run(whole.substr(0, bytes))) << seed << ", the first " << bytes << " bytes";
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Seeds, testing::ValuesIn(fuzz::targets()),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
