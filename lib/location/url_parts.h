// The pieces of a database URL, as the two parsers (url.cpp, prisma_url.cpp) hand them to each other. Inside this room.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "location/url.h"

namespace location {

// Keyword and value, decoded; each keyword once, the last value counts, as in libpq.
class UrlParameters {
 public:
  void set(const std::string& keyword, std::string value);
  std::optional<std::string> take(std::string_view keyword);
  const std::string* find(std::string_view keyword) const;
  std::vector<std::pair<std::string, std::string>>& all() { return all_; }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

// Every connection keyword of libpq 15 to 17.
const std::vector<std::string>& libpq_keywords();

// The query parameters that only Prisma knows, with those that are ignored.
const std::vector<std::string>& prisma_keywords();

// Parameters of providers and drivers that steer a pool, a cache or a log that these tools do not have.
bool is_harmless(std::string_view keyword);

// Takes Prisma's parameters out of `parameters` and puts what libpq has for them in their place.
void translate_prisma(UrlParameters& parameters, DatabaseUrl& url);

}  // namespace location
