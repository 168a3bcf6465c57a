#include "base/suggestion.h"

#include <algorithm>
#include <cstddef>

namespace base {
namespace {

// ASCII only: identifiers of options, tables and parameters; other bytes compare as they are.
char folded(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }

// Optimal string alignment, three rows of the matrix at a time.
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = folded(a[i - 1]) == folded(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) && folded(a[i - 2]) == folded(b[j - 1]))
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

// Names in a database have 63 bytes at most; what is much longer is no typing error, and comparing it costs.
constexpr std::size_t kLongestWord = 256;

}  // namespace

bool differs_in_case_only(std::string_view a, std::string_view b) {
  return a != b &&
         std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return folded(x) == folded(y); });
}

std::optional<std::string> closest(std::string_view word, const std::vector<std::string>& candidates) {
  std::optional<std::string> best;
  std::size_t fewest = 0;
  if (word.empty() || word.size() > kLongestWord) return best;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kLongestWord) continue;
    const std::size_t edits = edits_between(word, candidate);
    const std::size_t allowed = std::max<std::size_t>(1, std::max(word.size(), candidate.size()) / 3);
    // A word of one letter is one edit away from every other.
    if (edits > allowed || edits >= std::max(word.size(), candidate.size())) continue;
    if (best && edits >= fewest) continue;
    best = candidate;
    fewest = edits;
  }
  return best;
}

}  // namespace base
