#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "location/url.h"

namespace location {
namespace {

// What a URL says, without its password, once more as a URL.
std::string again(const std::string& url) {
  const DatabaseUrl parsed = parse_database_url(url);
  return url_without_password(parsed.parameters, parsed.schema);
}

TEST(UrlText, IsTheSamePlaceWithoutThePassword) {
  EXPECT_EQ(again("postgresql://app:geheim@db.example:5433/app_dev"), "postgresql://app@db.example:5433/app_dev");
  EXPECT_EQ(again("postgres://app:g%40h@db/app?sslmode=require&schema=My%20schema"),
            "postgresql://app@db/app?sslmode=require&schema=My%20schema");
  EXPECT_EQ(again("postgresql:///app?host=/run/pg&port=54329&password=geheim"),
            "postgresql:///app?host=%2Frun%2Fpg&port=54329");
}

TEST(UrlText, KeepsSeveralHostsAndAddressesInBrackets) {
  EXPECT_EQ(again("postgresql://a:1,[::1]:2,c/app"), "postgresql://a:1,[::1]:2,c/app");
}

TEST(UrlText, IsReadBackAsWhatItWasMadeOf) {
  for (const char* url : {"postgresql://o'brien:x@h/a%2Fb%20c%3Fd", "postgresql://h:1,h2:2/d?target_session_attrs=any",
                          "postgresql://u@/d?host=/a%20b", "postgresql://[fe80::1%25eth0]/d"}) {
    const DatabaseUrl parsed = parse_database_url(url);
    const DatabaseUrl read = parse_database_url(url_without_password(parsed.parameters, parsed.schema));
    EXPECT_EQ(read.place, parsed.place) << url;
  }
}

}  // namespace
}  // namespace location
