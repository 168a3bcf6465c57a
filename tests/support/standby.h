// A streaming standby of a throw-away server, in the folder beside it: it ends with its primary's OwnServer. Errors are
// std::runtime_error.
#pragma once

#include <string>
#include <vector>

#include "support/own_server.h"

namespace support {

class Standby {
 public:
  // The settings a primary needs, beside those of the test.
  static std::vector<std::string> primary_settings(std::vector<std::string> others = {});

  // `settings` are "NAME=VALUE". Serves queries when it is constructed.
  explicit Standby(const OwnServer& primary, const std::vector<std::string>& settings = {});

  // "host=/socket/folder port=5432 user=postgres"
  std::string connection() const { return "host=" + folder_ + " port=5432 user=postgres"; }
  const std::string& folder() const { return folder_; }
  // What psql prints of it, without a newline at the end; in the database "postgres" unless named.
  std::string value(const std::string& sql, const std::string& database = "postgres") const;
  // postgresql://…
  std::string url(const std::string& database) const;
  // Makes it a primary of its own, on a new timeline.
  void promote() const;

 private:
  std::string folder_;
};

}  // namespace support
