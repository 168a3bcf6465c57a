#include <algorithm>
#include <iterator>

#include "location/url_parts.h"

namespace location {
namespace {

template <typename Pairs>
auto position(Pairs& pairs, std::string_view keyword) {
  return std::find_if(pairs.begin(), pairs.end(), [keyword](const auto& pair) { return pair.first == keyword; });
}

}  // namespace

void UrlParameters::set(const std::string& keyword, std::string value) {
  const auto found = position(all_, keyword);
  if (found != all_.end())
    found->second = std::move(value);
  else
    all_.emplace_back(keyword, std::move(value));
}

std::optional<std::string> UrlParameters::take(std::string_view keyword) {
  const auto found = position(all_, keyword);
  if (found == all_.end()) return std::nullopt;
  std::string value = std::move(found->second);
  all_.erase(found);
  return value;
}

const std::string* UrlParameters::find(std::string_view keyword) const {
  const auto found = position(all_, keyword);
  return found == all_.end() ? nullptr : &found->second;
}

const std::vector<std::string>& libpq_keywords() {
  static const std::vector<std::string> keywords = {"application_name",
                                                    "channel_binding",
                                                    "client_encoding",
                                                    "connect_timeout",
                                                    "dbname",
                                                    "fallback_application_name",
                                                    "gssdelegation",
                                                    "gssencmode",
                                                    "gsslib",
                                                    "host",
                                                    "hostaddr",
                                                    "keepalives",
                                                    "keepalives_count",
                                                    "keepalives_idle",
                                                    "keepalives_interval",
                                                    "krbsrvname",
                                                    "load_balance_hosts",
                                                    "options",
                                                    "passfile",
                                                    "password",
                                                    "port",
                                                    "replication",
                                                    "require_auth",
                                                    "requirepeer",
                                                    "service",
                                                    "ssl_max_protocol_version",
                                                    "ssl_min_protocol_version",
                                                    "sslcert",
                                                    "sslcertmode",
                                                    "sslcompression",
                                                    "sslcrl",
                                                    "sslcrldir",
                                                    "sslkey",
                                                    "sslmode",
                                                    "sslnegotiation",
                                                    "sslpassword",
                                                    "sslrootcert",
                                                    "sslsni",
                                                    "target_session_attrs",
                                                    "tcp_user_timeout",
                                                    "user"};
  return keywords;
}

bool is_harmless(std::string_view keyword) {
  // Supabase, Neon and Vercel; node-postgres and its like; JDBC; Npgsql; Symfony and Rails.
  static constexpr std::string_view kHarmless[] = {"supa",
                                                   "workaround",
                                                   "uselibpqcompat",
                                                   "pool_mode",
                                                   "pool",
                                                   "pool_size",
                                                   "pooling",
                                                   "pooler",
                                                   "max",
                                                   "min",
                                                   "max_lifetime",
                                                   "idle_timeout",
                                                   "idleTimeoutMillis",
                                                   "max_idle_connection_lifetime",
                                                   "max_connection_lifetime",
                                                   "single_use_connections",
                                                   "prepare",
                                                   "prepared_statements",
                                                   "prepareThreshold",
                                                   "preparedStatementCacheQueries",
                                                   "preferQueryMode",
                                                   "reWriteBatchedInserts",
                                                   "binaryTransfer",
                                                   "loggerLevel",
                                                   "defaultRowFetchSize",
                                                   "ApplicationName",
                                                   "tcpKeepAlive",
                                                   "stringtype",
                                                   "serverVersion",
                                                   "charset",
                                                   "encoding",
                                                   "adapter",
                                                   "reaping_frequency",
                                                   "checkout_timeout",
                                                   "pool_max_conns",
                                                   "pool_min_conns",
                                                   "pool_max_conn_lifetime",
                                                   "pool_max_conn_idle_time"};
  return std::find(std::begin(kHarmless), std::end(kHarmless), keyword) != std::end(kHarmless);
}

}  // namespace location
