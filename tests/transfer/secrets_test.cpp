// Which columns are nobody's business, told by their names and by what they refer to.
#include "transfer/secrets.h"

#include <gmock/gmock.h>

namespace transfer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Secrets, AreTheUsualNames) {
  for (const char* name : {"pwd",      "pass_hash",  "pw",     "hash",   "pin",  "ssn",       "card_number",
                           "jwt",      "session_id", "bearer", "cookie", "auth", "mfa_seed",  "recovery_codes",
                           "password", "otp",        "cvv",    "iban",   "salt", "privateKey"})
    EXPECT_TRUE(says_secret(name)) << name;
}

TEST(Secrets, AreKnownByAWordInsideAName) {
  for (const char* name : {"user_pwd_hash", "apiToken", "sessionId", "APIKey", "userPIN", "PIN2", "cardNumber",
                           "MFASeed", "recovery-codes", "passwordhash", "SESSIONID", "last auth", "x.jwt", "cvv2"})
    EXPECT_TRUE(says_secret(name)) << name;
}

TEST(Secrets, AreNotWhatOnlyBeginsLikeThem) {
  for (const char* name : {"author", "authority_id", "pinned", "spinning", "hashtag", "pwned", "opinion", "footprint",
                           "salted_peanuts", "compass", "passenger", "id", "number", "session", "key", "email"})
    EXPECT_FALSE(says_secret(name)) << name;
}

TEST(MaskedColumns, AreAlsoThoseThatReferToThemHoweverFar) {
  const catalog::Column token{.name = "token", .type = "text"};
  const catalog::Column ref{.name = "ref", .type = "text"};
  catalog::Table sessions{.name = {"", "sessions"}, .columns = {token}};
  catalog::Table logins{.name = {"", "logins"}, .columns = {ref}};
  logins.foreign_keys.push_back({"a", {"ref"}, {"", "sessions"}, {"token"}});
  catalog::Table steps{.name = {"", "steps"}, .columns = {ref}};
  steps.foreign_keys.push_back({"b", {"ref"}, {"", "logins"}, {"ref"}});

  EXPECT_THAT(masked_columns({steps, logins, sessions}, {.usual = true, .patterns = {}}),
              ElementsAre(ElementsAre("ref"), ElementsAre("ref"), ElementsAre("token")));
}

TEST(MaskedColumns, AreNoneWhereNobodyAsks) {
  const catalog::Table table{.name = {"", "t"}, .columns = {{.name = "password", .type = "text"}}};
  EXPECT_THAT(masked_columns({table}, {}), ElementsAre(IsEmpty()));
}

TEST(MaskedColumns, AreThoseThatTheUserNamesInAnyCase) {
  const catalog::Table table{.name = {"", "Users"}, .columns = {{.name = "Salary", .type = "int"}}};
  EXPECT_THAT(masked_columns({table}, {.usual = false, .patterns = {"users.salary"}}),
              ElementsAre(ElementsAre("Salary")));
}

}  // namespace
}  // namespace transfer
