// Which columns are nobody's business, told by their names and by what they refer to.
#include "transfer/secrets.h"

#include <gmock/gmock.h>

namespace transfer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(Secrets, AreTheUsualNames) {
  for (const char* name : {"pwd",      "pass_hash",  "pw",     "hash",   "pin",  "ssn",       "card_number",
                           "jwt",      "session_id", "bearer", "cookie", "auth", "mfa_seed",  "recovery_codes",
                           "password", "otp",        "cvv",    "iban",   "salt", "privateKey"})
    EXPECT_TRUE(says_secret(name)) << name;
}

TEST(Secrets, AreWhateverLetsSomebodyIn) {
  for (const char* name : {"authorization",
                           "Authorization_Header",
                           "oauth",
                           "access_code",
                           "accessCodes",
                           "security_answer",
                           "magic_link",
                           "magicLinks",
                           "reset_code",
                           "verificationCode",
                           "invite_code",
                           "ssh_key",
                           "SSHKeys",
                           "enc_key",
                           "keyfile",
                           "key_file",
                           "client_pem",
                           "dsn",
                           "sentryDSN",
                           "connection_string",
                           "connectionString",
                           "sas_url",
                           "webhook_url",
                           "slackWebhookUrl",
                           "license_key",
                           "csrf",
                           "pswd",
                           "user_psw",
                           "pword",
                           "kennwort",
                           "wachtwoord",
                           "senha",
                           "contrasena",
                           "contraseña",
                           "mot_de_passe",
                           "passwort",
                           "api_keys",
                           "DATABASE_URL",
                           "passkeys"})
    EXPECT_TRUE(says_secret(name)) << name;
}

TEST(Secrets, AreKnownByAWordInsideAName) {
  for (const char* name : {"user_pwd_hash", "apiToken", "sessionId", "APIKey", "userPIN", "PIN2", "cardNumber",
                           "MFASeed", "recovery-codes", "passwordhash", "SESSIONID", "last auth", "x.jwt", "cvv2"})
    EXPECT_TRUE(says_secret(name)) << name;
}

TEST(Secrets, AreNotWhatOnlyBeginsLikeThem) {
  for (const char* name :
       {"author", "authority_id", "pinned", "spinning", "hashtag", "pwned", "opinion", "footprint", "salted_peanuts",
        "compass", "passenger", "id", "number", "session", "key", "email",
        // of the sample systems and their kin
        "nonce", "signature", "certificate", "digest", "recovery", "code", "country_code", "postal_code", "license",
        "webhook_id", "connection_id", "url", "answer", "link", "isActive", "accessCount", "keywords", "passive",
        "access_level", "resetAt", "login_count", "loginCount", "verified", "verification_status", "invited_by",
        "file_path", "primary_key", "foreign_key", "public_key", "magic", "spem", "depasse", "passed"})
    EXPECT_FALSE(says_secret(name)) << name;
}

catalog::Table table_of(const std::string& name, const std::string& column) {
  catalog::Table table;
  table.name.name = name;
  table.columns.push_back({.name = column, .type = "text"});
  return table;
}

TEST(MaskedColumns, AreAlsoThoseThatReferToThemHoweverFar) {
  const catalog::Table sessions = table_of("sessions", "token");
  catalog::Table logins = table_of("logins", "ref");
  logins.foreign_keys.push_back({"a", {"ref"}, {"", "sessions"}, {"token"}});
  catalog::Table steps = table_of("steps", "ref");
  steps.foreign_keys.push_back({"b", {"ref"}, {"", "logins"}, {"ref"}});

  EXPECT_THAT(masked_columns({steps, logins, sessions}, {}, {.usual = true, .patterns = {}}),
              ElementsAre(ElementsAre("ref"), ElementsAre("ref"), ElementsAre("token")));
}

TEST(MaskedColumns, AreAlsoThoseThatMayBeComputedFromThem) {
  catalog::Table users = table_of("users", "search");
  users.columns.front().generated = true;
  users.columns.push_back({.name = "password", .type = "text"});
  users.columns.push_back({.name = "email", .type = "text"});

  EXPECT_THAT(masked_columns({users}, {}, {.usual = true, .patterns = {}}),
              ElementsAre(UnorderedElementsAre("password", "search")));
}

TEST(MaskedColumns, AreAlsoThoseOfTypesThatSayThatTheyHoldSecrets) {
  const auto type = [](const std::string& name, catalog::TypeKind kind, const std::string& base,
                       std::vector<catalog::Attribute> attributes) {
    catalog::UserType made;
    made.name = name;
    made.kind = kind;
    made.base = base;
    made.attributes = std::move(attributes);
    return made;
  };
  const catalog::Types types = {
      type("public.login", catalog::TypeKind::kComposite, "", {{"name", "text"}, {"password", "text"}}),
      type("public.logins", catalog::TypeKind::kDomain, "public.login[]", {}),
      type("public.\"passwordHash\"", catalog::TypeKind::kDomain, "text", {}),
      type("public.address", catalog::TypeKind::kComposite, "", {{"street", "text"}}),
      type("public.inside_itself", catalog::TypeKind::kComposite, "", {{"part", "public.inside_itself[]"}})};
  catalog::Table table;
  for (const char* name :
       {"public.login", "public.logins[]", "public.\"passwordHash\"", "public.address", "public.inside_itself", "text"})
    table.columns.push_back({.name = name, .type = name});

  EXPECT_THAT(masked_columns({table}, types, {.usual = true, .patterns = {}}),
              ElementsAre(ElementsAre("public.login", "public.logins[]", "public.\"passwordHash\"")));
}

TEST(MaskedColumns, AreNoneWhereNobodyAsks) {
  EXPECT_THAT(masked_columns({table_of("t", "password")}, {}, {}), ElementsAre(IsEmpty()));
}

TEST(MaskedColumns, AreThoseThatTheUserNamesInAnyCase) {
  EXPECT_THAT(masked_columns({table_of("Users", "Salary")}, {}, {.usual = false, .patterns = {"users.salary"}}),
              ElementsAre(ElementsAre("Salary")));
}

}  // namespace
}  // namespace transfer
