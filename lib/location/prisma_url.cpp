#include <algorithm>
#include <charconv>
#include <limits>

#include "base/error.h"
#include "location/url_parts.h"

namespace location {

using base::Error;
using base::ErrorKind;
namespace {

// They steer Prisma's pool and statement cache, which these tools do not have.
constexpr std::string_view kIgnored[] = {"connection_limit", "pool_timeout", "statement_cache_size", "pgbouncer"};

void translate_timeout(UrlParameters& parameters) {
  const auto timeout = parameters.take("socket_timeout");
  if (!timeout) return;
  int timeout_s = -1;
  const char* end = timeout->data() + timeout->size();
  const auto [stopped, error] = std::from_chars(timeout->data(), end, timeout_s);
  constexpr int kLongest_s = std::numeric_limits<int>::max() / 1000;
  if (error != std::errc() || stopped != end || timeout_s < 0 || timeout_s > kLongest_s)
    throw Error(ErrorKind::kUsage, "the URL's socket_timeout is not a number of seconds",
                "write socket_timeout=30 for half a minute");
  if (parameters.find("tcp_user_timeout") == nullptr)
    parameters.set("tcp_user_timeout", std::to_string(timeout_s * 1000));
}

void translate_sslaccept(UrlParameters& parameters, DatabaseUrl& url) {
  const auto accept = parameters.take("sslaccept");
  if (!accept) return;
  const std::string* given = parameters.find("sslmode");
  const std::string mode = given == nullptr ? "" : *given;
  const bool verifies = mode == "verify-ca" || mode == "verify-full";
  if (*accept == "strict") {
    if (mode == "disable")
      throw Error(ErrorKind::kUsage, "the URL's sslaccept=strict contradicts its sslmode=disable",
                  "leave one of them out");
    parameters.set("sslmode", "verify-full");
  } else if (*accept == "accept_invalid_certs") {
    // A mode that was asked for by libpq's own word is not weakened, and not switched on where it is off.
    if (!verifies && mode != "disable") parameters.set("sslmode", "require");
    if (!verifies && mode != "disable")
      url.warnings.emplace_back(
          "sslaccept=accept_invalid_certs: the connection is encrypted, but the server's certificate is not checked");
  } else {
    throw Error(ErrorKind::kUsage, "the URL's sslaccept is neither strict nor accept_invalid_certs",
                "write sslaccept=strict");
  }
}

}  // namespace

const std::vector<std::string>& prisma_keywords() {
  static const std::vector<std::string> keywords = [] {
    std::vector<std::string> all(std::begin(kIgnored), std::end(kIgnored));
    all.insert(all.end(), {"schema", "socket_timeout", "sslaccept"});
    return all;
  }();
  return keywords;
}

void translate_prisma(UrlParameters& parameters, DatabaseUrl& url) {
  const auto& only_prisma = prisma_keywords();
  const bool is_prisma = std::any_of(only_prisma.begin(), only_prisma.end(),
                                     [&](const std::string& keyword) { return parameters.find(keyword) != nullptr; });
  for (const std::string_view keyword : kIgnored) parameters.take(keyword);
  if (auto schema = parameters.take("schema")) url.schema = std::move(*schema);
  translate_timeout(parameters);
  translate_sslaccept(parameters, url);
  // Prisma's sslcert is the authority's certificate. Beside a key of its own, or beside an authority, it can only be
  // libpq's: the client's.
  const bool libpq_meaning = parameters.find("sslkey") != nullptr || parameters.find("sslrootcert") != nullptr;
  if (!is_prisma || libpq_meaning) return;
  if (auto certificate = parameters.take("sslcert")) parameters.set("sslrootcert", std::move(*certificate));
}

}  // namespace location
