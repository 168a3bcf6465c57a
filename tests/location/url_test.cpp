#include "location/url.h"

#include <gmock/gmock.h>

#include <random>

#include "base/temporary_folder.h"

namespace location {

using base::Error;
using base::error_of;
using base::ErrorKind;
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

Error refusal(const std::string& url) {
  return error_of([&] { parse_database_url(url); });
}

auto parameters(const std::string& url) { return parse_database_url(url).parameters; }

TEST(Url, TakesAFullUrlApart) {
  const DatabaseUrl url = parse_database_url("postgresql://app:secret@db.example:5433/app_dev?sslmode=require");

  EXPECT_EQ(url.engine, Engine::kPostgres);
  EXPECT_THAT(url.parameters,
              UnorderedElementsAre(Pair("user", "app"), Pair("password", "secret"), Pair("host", "db.example"),
                                   Pair("port", "5433"), Pair("dbname", "app_dev"), Pair("sslmode", "require")));
  EXPECT_EQ(url.place, "PostgreSQL database app_dev on db.example port 5433 as app");
}

TEST(Url, LeavesMissingPartsToLibpq) {
  EXPECT_THAT(parameters("postgres://"), IsEmpty());
  EXPECT_THAT(parameters("postgresql:///app"), UnorderedElementsAre(Pair("dbname", "app")));
  EXPECT_THAT(parameters("postgresql://host"), UnorderedElementsAre(Pair("host", "host")));
  EXPECT_THAT(parameters("postgresql://user@"), UnorderedElementsAre(Pair("user", "user")));
  EXPECT_EQ(parse_database_url("postgres://").place, "PostgreSQL");
}

TEST(Url, DecodesEveryPart) {
  EXPECT_THAT(parameters("postgresql://a%40b:p%3Ass%2f%25@h%6Fst/d%20b?application_name=x%26y"),
              UnorderedElementsAre(Pair("user", "a@b"), Pair("password", "p:ss/%"), Pair("host", "host"),
                                   Pair("dbname", "d b"), Pair("application_name", "x&y")));
}

TEST(Url, ReadsIpv6AndSeveralHosts) {
  EXPECT_THAT(parameters("postgresql://[::1]:5433/db"),
              UnorderedElementsAre(Pair("host", "::1"), Pair("port", "5433"), Pair("dbname", "db")));
  EXPECT_THAT(parameters("postgresql://a:1,[fe80::2],c:3"),
              UnorderedElementsAre(Pair("host", "a,fe80::2,c"), Pair("port", "1,,3")));
  EXPECT_THAT(parameters("postgresql://a,b"), UnorderedElementsAre(Pair("host", "a,b")));
  EXPECT_THAT(parameters("postgresql://a:1,"), UnorderedElementsAre(Pair("host", "a,"), Pair("port", "1,")));
}

TEST(Url, ReadsAUnixSocketFolder) {
  EXPECT_THAT(parameters("postgresql://%2Ftmp/db"), UnorderedElementsAre(Pair("host", "/tmp"), Pair("dbname", "db")));
  EXPECT_THAT(parameters("postgresql://localhost/db?host=/tmp"),
              UnorderedElementsAre(Pair("host", "/tmp"), Pair("dbname", "db")));
}

TEST(Url, TheLastOfAParameterGivenTwiceCounts) {
  EXPECT_THAT(parameters("postgresql:///db?dbname=x&dbname=y"), UnorderedElementsAre(Pair("dbname", "y")));
}

TEST(Url, TakesAnUnescapedAtInThePasswordAsPrismaDoes) {
  EXPECT_THAT(
      parameters("postgresql://u:p@ss@host/db"),
      UnorderedElementsAre(Pair("user", "u"), Pair("password", "p@ss"), Pair("host", "host"), Pair("dbname", "db")));
}

TEST(Url, SuggestsTheNearestParameter) {
  const Error error = refusal("postgresql:///db?ssl_mode=require");

  EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  EXPECT_THAT(error.what(), HasSubstr("\"ssl_mode\""));
  EXPECT_EQ(error.hint(), "did you mean sslmode?");
}

TEST(Url, PassesLibpqParametersThrough) {
  for (const std::string keyword : {"connect_timeout", "options", "target_session_attrs", "hostaddr", "service",
                                    "channel_binding", "require_auth", "load_balance_hosts", "sslnegotiation"})
    EXPECT_THAT(parameters("postgresql://?" + keyword + "=x"), UnorderedElementsAre(Pair(keyword, "x")));
  EXPECT_THAT(parameters("postgresql://?ssl=true"), UnorderedElementsAre(Pair("sslmode", "require")));
}

TEST(PrismaUrl, GivesTheSchemaAndForgetsThePool) {
  const DatabaseUrl url = parse_database_url(
      "postgresql://h/db?schema=app&connection_limit=5&pool_timeout=2&statement_cache_size=0&pgbouncer=true");

  EXPECT_EQ(url.schema, "app");
  EXPECT_THAT(url.parameters, UnorderedElementsAre(Pair("host", "h"), Pair("dbname", "db")));
  EXPECT_THAT(url.warnings, IsEmpty());
}

TEST(PrismaUrl, TurnsSecondsIntoMilliseconds) {
  EXPECT_THAT(parameters("postgresql://?socket_timeout=30"), UnorderedElementsAre(Pair("tcp_user_timeout", "30000")));
  for (const std::string bad : {"", "x", "-1", "1.5", "99999999999", "2147484"})
    EXPECT_EQ(refusal("postgresql://?socket_timeout=" + bad).kind(), ErrorKind::kUsage) << bad;
}

TEST(PrismaUrl, TranslatesSslaccept) {
  EXPECT_THAT(parameters("postgresql://?sslaccept=strict&sslmode=prefer"),
              UnorderedElementsAre(Pair("sslmode", "verify-full")));
  const DatabaseUrl lax = parse_database_url("postgresql://?sslaccept=accept_invalid_certs");
  EXPECT_THAT(lax.parameters, UnorderedElementsAre(Pair("sslmode", "require")));
  EXPECT_EQ(lax.warnings.size(), 1U);
  EXPECT_EQ(refusal("postgresql://?sslaccept=maybe").kind(), ErrorKind::kUsage);
}

TEST(PrismaUrl, NeverWeakensWhatSslmodeAsksFor) {
  EXPECT_THAT(parameters("postgresql://?sslmode=verify-full&sslaccept=accept_invalid_certs"),
              UnorderedElementsAre(Pair("sslmode", "verify-full")));
  EXPECT_EQ(refusal("postgresql://?sslmode=disable&sslaccept=strict").kind(), ErrorKind::kUsage);
}

TEST(PrismaUrl, ReadsSslcertAsTheAuthorityOnlyBesideItsOwnParameters) {
  EXPECT_THAT(parameters("postgresql://?sslcert=a.pem&schema=public"),
              UnorderedElementsAre(Pair("sslrootcert", "a.pem")));
  EXPECT_THAT(parameters("postgresql://?sslcert=a.pem"), UnorderedElementsAre(Pair("sslcert", "a.pem")));
  EXPECT_THAT(parameters("postgresql://?sslcert=a.pem&sslkey=a.key&schema=public"),
              UnorderedElementsAre(Pair("sslcert", "a.pem"), Pair("sslkey", "a.key")));
}

TEST(SqliteUrl, ReadsEveryFormOfThePath) {
  const std::vector<std::pair<std::string, std::string>> forms = {
      {"sqlite:dev.db", "dev.db"},
      {"sqlite://dev.db", "dev.db"},
      {"sqlite:///var/dev.db", "/var/dev.db"},
      {"file:./dev.db?connection_limit=1&socket_timeout=5", "./dev.db"},
      {"file:my%20file%3F.db", "my file?.db"},
      {"sqlite:we ird#?%20.db", "we ird#?%20.db"},
      {"SQLITE:///tmp/100%/a?b=c&d", "/tmp/100%/a?b=c&d"},
      {"sqlite:a:b@c", "a:b@c"}};

  for (const auto& [text, path] : forms) {
    EXPECT_EQ(parse_database_url(text).engine, Engine::kSqlite) << text;
    EXPECT_EQ(parse_database_url(text).path, path) << text;
  }
  EXPECT_EQ(parse_database_url("sqlite:dev.db").place, "SQLite file dev.db");
}

TEST(SqliteUrl, RefusesNoPathAndUnknownParameters) {
  EXPECT_EQ(refusal("sqlite:").kind(), ErrorKind::kUsage);
  EXPECT_EQ(refusal("file:?connection_limit=1").kind(), ErrorKind::kUsage);
  EXPECT_THAT(refusal("file:dev.db?connection_limt=1").hint(), HasSubstr("connection_limit"));
}

TEST(Url, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(refusal("mysql://u:pw@h/db").what(), HasSubstr("mysql://"));
  EXPECT_THAT(refusal("prisma://accelerate/?api_key=k").hint(), HasSubstr("postgresql://"));
  EXPECT_THAT(refusal("\"postgresql://h/db\"").hint(), HasSubstr("quotes"));
  for (const std::string text :
       {"", "dev.db", "host=localhost password=pw", "postgresql:/x", "postgresql://h:0", "postgresql://h:65536",
        "postgresql://[::1", "postgresql://[]", "postgresql://[::1]x", "postgresql://h/%zz", "postgresql://h/%4",
        "postgresql://h/%00", "postgresql://?sslmode"})
    EXPECT_EQ(refusal(text).kind(), ErrorKind::kUsage) << text;
  EXPECT_EQ(refusal(std::string("postgresql://h/d\0b", 18)).kind(), ErrorKind::kUsage);
}

TEST(Url, EscapesControlCharactersInThePlace) {
  EXPECT_EQ(parse_database_url("postgresql://h/a%1b%5b31m").place, "PostgreSQL database a\\x1b[31m on h");
}

// Whatever stands unescaped in a password, neither the place nor a warning nor an error may show a piece of it.
TEST(Url, NeverShowsAPieceOfThePassword) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const std::string specials = "@:/?#&=%[],+ $";
  const std::string tails[] = {"@host:5432/db", "@host/db?schema=public", "@host/db?sslmod=x", "@[::1]/db?a=b@c"};
  for (int round = 0; round < 20'000; ++round) {
    std::string password;
    for (int piece = 0; piece < 4; ++piece) {
      password += "ZQ7";
      password += specials[random() % specials.size()];
    }
    std::string shown;
    const std::string text = "postgresql://user:" + password + tails[random() % std::size(tails)];
    try {
      const DatabaseUrl url = parse_database_url(text);
      shown = url.place + url.schema;
      for (const std::string& warning : url.warnings) shown += warning;
    } catch (const Error& error) {
      shown = std::string(error.what()) + error.hint();
    }
    ASSERT_THAT(shown, Not(HasSubstr("ZQ7"))) << text;
  }
}

TEST(Url, KeepsAPasswordOfTheQueryOutOfThePlace) {
  const DatabaseUrl url = parse_database_url("postgresql://u@h/db?password=secret&sslpassword=hidden");

  EXPECT_THAT(url.parameters, testing::Contains(Pair("password", "secret")));
  EXPECT_EQ(url.place, "PostgreSQL database db on h as u");
}

TEST(DatabaseUrl, MayStandBetweenBlanks) {
  EXPECT_THAT(parameters(" \tpostgresql://host/app\r\n"),
              UnorderedElementsAre(Pair("host", "host"), Pair("dbname", "app")));
  EXPECT_EQ(parse_database_url(" sqlite:a b.db \n").path, "a b.db");
}

TEST(DatabaseUrl, AsksForBracketsAroundAnIpv6Address) {
  for (const char* host : {"::1:5432", "::1", "fe80::1", "2001:db8::1:5432", "::1,a"})
    EXPECT_THAT(refusal(std::string("postgresql://ada@") + host + "/app").hint(), HasSubstr("[::1]:5432")) << host;
}

TEST(DatabaseUrl, SaysWhichSslmodeIsMeant) {
  EXPECT_EQ(refusal("postgresql://h/a?sslmode=no-verify").hint(), "write sslmode=require");
  EXPECT_EQ(refusal("postgresql://h/a?sslmode=requir").hint(), "write sslmode=require");
  EXPECT_EQ(refusal("postgresql://h/a?sslmode=verify_full").hint(), "write sslmode=verify-full");
  EXPECT_THAT(refusal("postgresql://h/a?sslmode=on").hint(), HasSubstr("verify-full"));
}

TEST(DatabaseUrl, LetsParametersOfProvidersPassThatSteerNothingHere) {
  for (const char* parameter : {"supa=base-pooler.x", "workaround=supabase-pooler.vercel", "uselibpqcompat=true",
                                "pool_mode=transaction", "serverVersion=16&charset=utf8", "prepareThreshold=0"})
    EXPECT_THAT(parameters(std::string("postgresql://h/a?") + parameter),
                UnorderedElementsAre(Pair("host", "h"), Pair("dbname", "a")))
        << parameter;
}

TEST(DatabaseUrl, OfAnotherProgramIsAnsweredWithWhatToWrite) {
  EXPECT_THAT(refusal("jdbc:postgresql://h/a").hint(), HasSubstr("take jdbc: away"));
  EXPECT_THAT(refusal("postgresql+psycopg2://u:p@h/a").hint(), HasSubstr("write postgresql://"));
  EXPECT_THAT(refusal("psql 'postgresql://u:p@h/a'").hint(), HasSubstr("take psql"));
  EXPECT_THAT(refusal("DATABASE_URL=postgresql://u:p@h/a").hint(), HasSubstr("take DATABASE_URL= away"));
  EXPECT_THAT(refusal("postgresql:/u:p@h/a").hint(), HasSubstr("two slashes"));
}

}  // namespace
}  // namespace location
