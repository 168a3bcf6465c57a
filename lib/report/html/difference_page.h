// A comparison of two exports as one page, complete in itself, opened offline; as page.h says of the report of an
// import. No text from a file or a database becomes markup.
#pragma once

#include <string>

#include "outcome/difference.h"

namespace report {

std::string difference_html(const outcome::Difference& difference);

}  // namespace report
