// What each tool calls its ledger, and the columns that its releases have given it.
#include "catalog/ledger.h"

namespace catalog {
namespace {

std::vector<Ledger> ledgers_of_node() {
  return {
      {.tool = "Prisma",
       .table = "_prisma_migrations",
       .columns = {"finished_at", "migration_name"},
       .optional = {"id", "checksum", "logs", "rolled_back_at", "started_at", "applied_steps_count"},
       .newest = "SELECT migration_name FROM %s WHERE finished_at IS NOT NULL ORDER BY finished_at DESC, "
                 "migration_name DESC LIMIT 1"},
      {"Drizzle", "__drizzle_migrations", {"id", "hash", "created_at"}, {"name", "applied_at"}},
      {"TypeORM", "migrations", {"id", "timestamp bigint", "name"}},
      {"TypeORM", "typeorm_metadata", {"type", "database", "schema", "table", "name", "value"}},
      {"Sequelize", "SequelizeMeta", {"name"}, {"createdAt", "updatedAt", "created_at", "updated_at"}},
      {"Sequelize", "SequelizeData", {"name"}, {"createdAt", "updatedAt", "created_at", "updated_at"}},
      // Objection has Knex keep its ledger.
      {"Knex", "knex_migrations", {"id", "name", "batch", "migration_time"}},
      {"Knex", "knex_migrations_lock", {"is_locked"}, {"index"}},
      {"MikroORM", "mikro_orm_migrations", {"id", "name", "executed_at"}},
      {"Kysely", "kysely_migration", {"name", "timestamp"}},
      {"Kysely", "kysely_migration_lock", {"id", "is_locked"}},
      {"node-pg-migrate", "pgmigrations", {"id", "name", "run_on"}},
      {"db-migrate of Node", "migrations", {"id", "name", "run_on"}},
      {"postgres-migrations", "migrations", {"id", "name", "hash", "executed_at"}},
      {"Graphile Migrate", "migrations", {"hash", "previous_hash", "filename", "date"}, {}, "graphile_migrate"},
      {"Graphile Migrate", "current", {"filename", "content", "date"}, {}, "graphile_migrate"},
      {"AdonisJS", "adonis_schema", {"id", "name", "batch", "migration_time"}},
      {"AdonisJS", "adonis_schema_versions", {"version"}},
      {"Strapi", "strapi_migrations", {"id", "name", "time"}},
      {"Strapi", "strapi_migrations_internal", {"id", "name", "time"}},
      {"Strapi", "strapi_database_schema", {"id", "schema", "time", "hash"}},
      {"Directus", "directus_migrations", {"version", "name", "timestamp"}},
      {"Payload", "payload_migrations", {"id", "name", "batch", "updated_at", "created_at"}},
  };
}

std::vector<Ledger> ledgers_of_jvm_and_net() {
  return {
      {.tool = "Flyway",
       .table = "flyway_schema_history",
       .columns = {"installed_rank", "script"},
       .optional = {"version", "description", "type", "checksum", "installed_by", "installed_on", "execution_time",
                    "success"},
       .newest = "SELECT script FROM %s ORDER BY installed_rank DESC LIMIT 1"},
      {"Flyway",
       "schema_version",
       {"installed_rank", "version", "description", "type", "script", "checksum", "installed_by", "installed_on",
        "execution_time", "success"},
       {"version_rank"}},
      {"Liquibase",
       "databasechangelog",
       {"id", "author", "filename", "dateexecuted", "orderexecuted", "exectype", "md5sum"},
       {"description", "comments", "tag", "liquibase", "contexts", "labels", "deployment_id"}},
      {"Liquibase", "databasechangeloglock", {"id", "locked", "lockgranted", "lockedby"}},
      {"Play",
       "play_evolutions",
       {"id", "hash", "applied_at", "apply_script", "revert_script", "state", "last_problem"}},
      {"Play", "play_evolutions_lock", {"lock"}},
      {"Entity Framework", "__EFMigrationsHistory", {"MigrationId", "ProductVersion"}, {"ContextKey", "Model"}},
      {"Entity Framework", "__EFMigrationsHistory", {"migration_id", "product_version"}},
      {"Entity Framework", "__EFMigrationsLock", {"Id", "Timestamp"}},
      {"FluentMigrator", "VersionInfo", {"Version", "AppliedOn", "Description"}},
      {"DbUp", "schemaversions", {"schemaversionsid", "scriptname", "applied"}},
  };
}

std::vector<Ledger> ledgers_of_php_ruby_python() {
  return {
      {"Laravel", "migrations", {"id", "migration", "batch int"}},
      {"Doctrine", "doctrine_migration_versions", {"version", "executed_at", "execution_time"}},
      {"Doctrine", "migration_versions", {"version"}, {"executed_at", "execution_time"}},
      {"Phinx", "phinxlog", {"version", "migration_name", "start_time", "end_time"}, {"breakpoint"}},
      {"Yii", "migration", {"version", "apply_time int"}},
      {"CodeIgniter", "migrations", {"id", "version", "class", "group", "namespace", "time", "batch"}},
      {.tool = "Rails, dbmate or Supabase",
       .table = "schema_migrations",
       .columns = {"version"},
       .newest = "SELECT CAST(version AS text) FROM %s ORDER BY version DESC LIMIT 1"},
      {"Rails", "ar_internal_metadata", {"key", "value"}, {"created_at", "updated_at"}},
      {"Sequel", "schema_migrations", {"filename"}},
      {"Sequel", "schema_info", {"version"}},
      {.tool = "Django",
       .table = "django_migrations",
       .columns = {"app", "id", "name"},
       .optional = {"applied"},
       .newest = "SELECT app || '.' || name FROM %s ORDER BY id DESC LIMIT 1"},
      {.tool = "Alembic",
       .table = "alembic_version",
       .columns = {"version_num"},
       .newest = "SELECT version_num FROM %s ORDER BY version_num DESC LIMIT 1"},
      {"Aerich", "aerich", {"id", "version", "app", "content"}},
      {"yoyo", "_yoyo_migration", {"migration_hash", "migration_id", "applied_at_utc"}},
      {"yoyo", "_yoyo_migrations", {"migration_hash", "migration_id", "applied_at_utc"}},
      {"yoyo", "_yoyo_migration", {"id", "ctime"}},
      {"yoyo",
       "_yoyo_log",
       {"id", "migration_hash", "migration_id", "operation", "username", "hostname", "comment", "created_at_utc"}},
      {"yoyo", "_yoyo_version", {"version", "installed_at_utc"}},
      {"yoyo", "yoyo_lock", {"locked", "ctime", "pid"}},
  };
}

std::vector<Ledger> ledgers_of_compiled_languages() {
  return {
      {"Ecto", "schema_migrations", {"version", "inserted_at"}},
      {"golang-migrate", "schema_migrations", {"version", "dirty"}},
      {"goose", "goose_db_version", {"id", "version_id", "is_applied", "tstamp"}},
      {"gorp", "gorp_migrations", {"id", "applied_at"}},
      {"bun", "bun_migrations", {"id", "name", "group_id", "migrated_at"}},
      {"bun", "bun_migration_locks", {"id", "table_name"}},
      {"tern", "schema_version", {"version"}},
      {"Atlas",
       "atlas_schema_revisions",
       {"version", "description", "type", "applied", "total", "executed_at", "execution_time", "hash"},
       {"error", "error_stmt", "partial_hashes", "operator_version"}},
      {"sqlx", "_sqlx_migrations", {"version", "description", "installed_on", "success", "checksum", "execution_time"}},
      {"diesel", "__diesel_schema_migrations", {"version", "run_on"}},
      {"refinery", "refinery_schema_history", {"version", "name", "applied_on", "checksum"}},
      {"SeaORM", "seaql_migrations", {"version", "applied_at"}},
  };
}

// Tools that keep a schema of their own, where their everyday names cannot be the user's.
std::vector<Ledger> ledgers_in_schemas() {
  return {
      {"Hasura", "schema_migrations", {"version", "dirty"}, {}, "hdb_catalog"},
      {"Hasura", "migration_settings", {"setting", "value"}, {}, "hdb_catalog"},
      {"Hasura",
       "hdb_version",
       {"hasura_uuid", "version", "upgraded_on"},
       {"cli_state", "console_state", "ee_client_id", "ee_client_secret"},
       "hdb_catalog"},
      {"Hasura", "hdb_source_catalog_version", {"version", "upgraded_on"}, {}, "hdb_catalog"},
      {"Hasura", "hdb_metadata", {"id", "metadata"}, {"resource_version"}, "hdb_catalog"},
      {"Hasura",
       "hdb_schema_notifications",
       {"id", "notification", "resource_version", "instance_id"},
       {"updated_at"},
       "hdb_catalog"},
      {"Supabase",
       "schema_migrations",
       {"version"},
       {"statements", "name", "created_by", "idempotency_key", "rollback"},
       "supabase_migrations"},
      {"Supabase", "seed_files", {"path", "hash"}, {}, "supabase_migrations"},
      {"Supabase", "migrations", {"version", "inserted_at"}, {}, "supabase_functions"},
      {"sqitch", "releases", {"version", "installed_at", "installer_name", "installer_email"}, {}, "sqitch"},
      {"sqitch", "projects", {"project", "uri", "created_at", "creator_name", "creator_email"}, {}, "sqitch"},
      {"sqitch",
       "changes",
       {"change_id", "change", "project", "note", "committed_at", "committer_name", "committer_email", "planned_at",
        "planner_name", "planner_email"},
       {"script_hash"},
       "sqitch"},
      {"sqitch",
       "tags",
       {"tag_id", "tag", "project", "change_id", "note", "committed_at", "committer_name", "committer_email",
        "planned_at", "planner_name", "planner_email"},
       {},
       "sqitch"},
      {"sqitch", "dependencies", {"change_id", "type", "dependency", "dependency_id"}, {}, "sqitch"},
      {"sqitch",
       "events",
       {"event", "change_id", "change", "project", "note", "requires", "conflicts", "tags", "committed_at",
        "committer_name", "committer_email", "planned_at", "planner_name", "planner_email"},
       {},
       "sqitch"},
  };
}

std::vector<Ledger> make_list() {
  // The first is our own.
  std::vector<Ledger> list = {{.tool = "db-migrate",
                               .table = "migrations",
                               .columns = {"applied_at", "checksum", "name"},
                               .optional = {"id", "duration"},
                               .newest = "SELECT name FROM %s"}};
  for (const auto& part : {ledgers_of_node(), ledgers_of_jvm_and_net(), ledgers_of_php_ruby_python(),
                           ledgers_of_compiled_languages(), ledgers_in_schemas()})
    list.insert(list.end(), part.begin(), part.end());
  return list;
}

}  // namespace

const std::vector<Ledger>& all_ledgers() {
  static const std::vector<Ledger> list = make_list();
  return list;
}

}  // namespace catalog
