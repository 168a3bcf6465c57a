// What --version prints: the release, the commit it was built from and the libraries that it runs with.
#pragma once

#include <string>

namespace cli {

std::string version_text(const std::string& program);

}  // namespace cli
