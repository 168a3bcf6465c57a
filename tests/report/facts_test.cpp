#include "report/facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/commands.h"
#include "report/outcomes.h"

namespace report {
namespace {

using outcome::Meaning;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// With a plan, into a database that a URL named.
outcome::ImportOutcome a_plan(std::vector<outcome::ImportedTable> tables) {
  outcome::ImportOutcome outcome = an_import(std::move(tables));
  outcome.target.option = "--url postgresql://app@db/prod";
  outcome.options = {"--match users=email", "--dry-run"};
  outcome.approval.emplace();
  outcome.plan_file = "audit.json";
  return outcome;
}

std::vector<std::string> texts(const outcome::ImportOutcome& outcome) {
  std::vector<std::string> all;
  for (const Fact& fact : facts(outcome)) all.push_back(fact.text);
  return all;
}

TEST(Facts, AreNoneOfAnImportWithoutAny) {
  EXPECT_THAT(facts(a_plan({a_table("t", {1, 1, 0, 0, 0, 0, 0})})), IsEmpty());
}

TEST(Facts, TellWhichSecretsAndRightsChange) {
  auto users = a_table("users", {9, 6, 3, 0, 0, 0, 0});
  users.effects.changed_columns = {{"name", 3}, {"role", 2, Meaning::kRights}, {"passwordHash", 3, Meaning::kSecret}};
  users.inserted_values = {{"role", Meaning::kRights, {{"AGENT", 4}, {"ADMIN", 2}}, 0}};
  auto links = a_table("_PermissionToRole", {4, 4, 0, 0, 0, 0, 0});
  links.meaning = Meaning::kRights;

  EXPECT_THAT(texts(a_plan({users, links})),
              ElementsAre("users.role says who may do what, and changes in 2 rows of the target.",
                          "6 rows inserted into users say who may do what by role: AGENT 4, ADMIN 2.",
                          "_PermissionToRole says who may do what: 4 rows inserted, 0 updated.",
                          "users.passwordHash holds secrets (passwords, hashes, tokens): those of 3 rows of the target "
                          "are replaced."));
}

TEST(Facts, HaveARemedyThatIsACompleteCommand) {
  auto users = a_table("users", {130, 0, 130, 0, 0, 0, 0});
  users.effects.newer_rows = 91;

  const std::vector<Fact> all = facts(a_plan({users}));

  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].text, "91 of 130 updates overwrite rows that are newer in the target than in the file: users 91.");
  EXPECT_EQ(all[0].command,
            "db-import exports/app.json --match users=email --url postgresql://app@db/prod --keep-newer "
            "--dry-run --report audit-2.json");
}

TEST(Facts, SayHowManyRowsMatchingWouldLetInAndWhichAreHeldBack) {
  auto users = a_table("My users", {8, 0, 0, 5, 3, 0, 0});
  users.causes = {{outcome::Verdict::kConflict, "users_email_key", 3}};
  users.effects.blocking = {{"users_email_key", 3, 14, {"email"}, 2}};

  const std::vector<Fact> all = facts(a_plan({users}));

  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].text, "3 rows of My users claim a key that other rows of the target hold (users_email_key).");
  EXPECT_EQ(all[0].remedy, "Finding rows by email would let 2 of them in, and may let in the 14 rows held back:");
  EXPECT_THAT(all[0].command, HasSubstr(" --match 'My users=email' "));
  EXPECT_EQ(all[1].text, "3 rows of My users, left out for users_email_key, hold back 14 rows that only need them.");
}

TEST(Facts, ComeWithoutRemediesOnceItIsDone) {
  auto users = a_table("users", {130, 0, 130, 0, 0, 0, 0});
  users.effects.newer_rows = 91;
  auto outcome = a_plan({users});
  outcome.ending = outcome::Ending::kCommitted;

  EXPECT_EQ(facts(outcome)[0].command, "");
}

TEST(Commands, ApplyThePlanWithTheTargetAndWithoutWhatThePlanSettles) {
  auto outcome = a_plan({a_table("t", {1, 1, 0, 0, 0, 0, 0})});
  EXPECT_EQ(next_step(outcome).command, "db-import exports/app.json --url postgresql://app@db/prod --apply audit.json");

  outcome.options = {"--env-file '.env production'", "--atomic", "--lock-tables", "-n"};
  outcome.target.option.clear();
  EXPECT_EQ(next_step(outcome).command,
            "db-import exports/app.json --env-file '.env production' --lock-tables --apply audit.json");
}

TEST(Commands, OfABlockedImportTakeTheBlockAwayInsteadOfApplyingIt) {
  auto outcome = a_plan({a_table("t", {2, 1, 0, 0, 1, 0, 0})});
  outcome.options.emplace_back("--atomic");
  outcome.blocked = true;
  outcome.blocked_by = "--atomic";

  EXPECT_EQ(next_step(outcome).command,
            "db-import exports/app.json --match users=email --url postgresql://app@db/prod --dry-run --report "
            "audit-2.json");
}

TEST(Commands, OfARoleThatLacksPrivilegesAreGrantsAndNothingIsReady) {
  auto outcome = a_plan({a_table("t", {2, 2, 0, 0, 0, 0, 0})});
  outcome.missing_grants = {"GRANT INSERT ON public.t TO app", "GRANT UPDATE ON public.t TO app"};

  EXPECT_EQ(judgement(outcome), Judgement::kBlocked);
  EXPECT_EQ(next_step(outcome).command, "GRANT INSERT ON public.t TO app;\nGRANT UPDATE ON public.t TO app;");
  EXPECT_EQ(facts(outcome)[0].text, "The import would end with status 8: its role lacks 2 privileges.");
}

TEST(Commands, SayWhatTheyTakeForGranted) {
  auto outcome = a_plan({});
  outcome.target.info.engine = "postgresql";
  outcome.folder = "/srv/app";

  EXPECT_EQ(assumptions(outcome),
            "Run it in /srv/app, which names of files are relative to. The password is not in it: PGPASSWORD or "
            "~/.pgpass gives it, where one is asked for.");
}

}  // namespace
}  // namespace report
