#include "cli/process_title.h"

#include <algorithm>
#include <string_view>

namespace cli {

void hide_urls(int argc, char** argv) {
  constexpr std::string_view kScheme = "postgres";
  for (int n = 1; n < argc; ++n) {
    char* const end = argv[n] + std::string_view(argv[n]).size();
    char* const url = std::search(argv[n], end, kScheme.begin(), kScheme.end());
    char* const scheme_end = std::find(url, end, ':');
    if (scheme_end != end) std::fill(scheme_end + 1, end, '*');
  }
}

}  // namespace cli
