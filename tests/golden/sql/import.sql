BEGIN ISOLATION LEVEL REPEATABLE READ, READ WRITE;

SET LOCAL search_path = E''; SET LOCAL DateStyle = E'ISO, YMD'; SET LOCAL IntervalStyle = E'postgres'; SET LOCAL TimeZone = E'UTC'; SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = E'hex'; SET LOCAL row_security = E'off'; SET LOCAL lc_monetary = 'C'; SET LOCAL xmloption = 'content'; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL standard_conforming_strings = on; SET LOCAL array_nulls = on; SET LOCAL quote_all_identifiers = off; SET LOCAL constraint_exclusion = off; SET LOCAL jit = off; SET LOCAL lock_timeout = 5000;

LOCK TABLE ONLY "public"."customers", ONLY "public"."orders" IN SHARE UPDATE EXCLUSIVE MODE;

SELECT pg_catalog.pg_backend_pid();

CREATE TEMPORARY TABLE pg_temp.verdict (plan pg_catalog.int4, record pg_catalog.int8, verdict pg_catalog."char", digest pg_catalog.text) ON COMMIT DROP;
    CREATE INDEX ON pg_temp.verdict (plan, record);

CREATE TEMPORARY TABLE pg_temp.claim (plan pg_catalog.int4, place pg_catalog.int4, record pg_catalog.int8, holder_table pg_catalog.oid, holder_row pg_catalog.tid,
    freed_by pg_catalog.int8) ON COMMIT DROP;
    CREATE INDEX ON pg_temp.claim (plan, record);

CREATE TEMPORARY TABLE pg_temp.reject (plan pg_catalog.int4, record pg_catalog.int8, verdict pg_catalog."char", key pg_catalog.bytea, reason pg_catalog.bytea,
    "constraint" pg_catalog.bytea, holder pg_catalog.bytea, holder_table pg_catalog.oid,
    holder_row pg_catalog.tid) ON COMMIT DROP;
    CREATE INDEX ON pg_temp.reject (plan, record);

CREATE TEMPORARY TABLE pg_temp.stage_shared_0 ON COMMIT DROP AS
    SELECT NULL::pg_catalog.int4 AS plan, NULL::pg_catalog.int8 AS record, (SELECT t."id" FROM "public"."customers" AS t) AS c1, (SELECT t."email" FROM "public"."customers" AS t) AS c2, (SELECT t."credit" FROM "public"."customers" AS t) AS c3, (SELECT t."id" FROM "public"."orders" AS t) AS c4, (SELECT t."placed_at" FROM "public"."orders" AS t) AS c5 WITH NO DATA;
    CREATE INDEX ON pg_temp.stage_shared_0 (plan, record);

CREATE TEMPORARY TABLE key_order (plan pg_catalog.int4, record pg_catalog.int8, observed pg_catalog.text,
    round pg_catalog.int4, pass pg_catalog.int4, depth pg_catalog.int8, chain pg_catalog.int8,
    PRIMARY KEY (plan, record)) ON COMMIT DROP;
CREATE TEMPORARY TABLE key_wait (plan pg_catalog.int4, record pg_catalog.int8, freed_by pg_catalog.int8,
    single pg_catalog.bool, alone pg_catalog.bool) ON COMMIT DROP;
CREATE INDEX ON pg_temp.key_wait (plan, record);
CREATE INDEX ON pg_temp.key_wait (plan, freed_by);
CREATE TEMPORARY TABLE key_aside (plan pg_catalog.int4, place pg_catalog.int4, record pg_catalog.int8,
    rank pg_catalog.int8, tried pg_catalog.bool) ON COMMIT DROP;

SAVEPOINT segment;
COPY pg_temp.stage_shared_0 (plan, record, c1, c2, c3) FROM STDIN (FORMAT binary);

RELEASE SAVEPOINT segment;
SAVEPOINT segment;
COPY pg_temp.stage_shared_0 (plan, record, c4, c1, c5) FROM STDIN (FORMAT binary);

RELEASE SAVEPOINT segment;
ANALYZE pg_temp.stage_shared_0 (plan, record);

INSERT INTO pg_temp.verdict (plan, record, verdict)
SELECT 0, s."record", CASE WHEN t.tableoid IS NULL THEN 'i' ELSE 'u' END
FROM (SELECT record AS "record", c1 AS "id", c2 AS "email", c3 AS "credit" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 0) s
LEFT JOIN ONLY "public"."customers" t ON s."id" OPERATOR(pg_catalog.=) t."id"
WHERE (t.tableoid IS NULL OR (s."email" IS DISTINCT FROM t."email" OR ROW(s."credit")::pg_catalog.record OPERATOR(pg_catalog.*<>) ROW(t."credit")::pg_catalog.record));

SAVEPOINT claims;
INSERT INTO pg_temp.claim (plan, place, record, holder_table, holder_row, freed_by)
SELECT 0, 0, s."record", t.tableoid, t.ctid, NULL::pg_catalog.int8
FROM (SELECT s."record", s."id", "email" AS "db-transfer key 1" FROM (SELECT record AS "record", c1 AS "id", c2 AS "email", c3 AS "credit" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 0) s
WHERE s."record" IN (SELECT v.record FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 0) v)) s
JOIN (SELECT t.tableoid, t.ctid, t."id", "email" AS "db-transfer key 1" FROM ONLY "public"."customers" t) t ON s."db-transfer key 1" OPERATOR(pg_catalog.=) t."db-transfer key 1"
WHERE (s."id" OPERATOR(pg_catalog.=) t."id") IS NOT TRUE;

RELEASE SAVEPOINT claims;
ANALYZE pg_temp.claim;

UPDATE pg_temp.claim c SET freed_by = v.record
FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 0) v
JOIN (SELECT record AS "record", c1 AS "id", c2 AS "email", c3 AS "credit" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 0) s ON s."record" = v.record
JOIN ONLY "public"."customers" t ON s."id" OPERATOR(pg_catalog.=) t."id"
WHERE v.verdict = 'u' AND c.place = 0 AND c.holder_table = t.tableoid AND c.holder_row = t.ctid AND c.plan OPERATOR(pg_catalog.=) 0;

ANALYZE pg_temp.claim;

UPDATE pg_temp.claim c SET freed_by = NULL
FROM (SELECT s."record", s."id", "email" AS "db-transfer key 1" FROM (SELECT record AS "record", c1 AS "id", c2 AS "email", c3 AS "credit" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 0) s
WHERE s."record" IN (SELECT v.record FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 0) v)) k, (SELECT s."record", s."id", "email" AS "db-transfer key 1" FROM (SELECT record AS "record", c1 AS "id", c2 AS "email", c3 AS "credit" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 0) s
WHERE s."record" IN (SELECT v.record FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 0) v)) s
WHERE k."record" = c.freed_by AND s."record" = c.record AND c.place = 0 AND k."db-transfer key 1" OPERATOR(pg_catalog.=) s."db-transfer key 1" AND c.plan OPERATOR(pg_catalog.=) 0;

INSERT INTO pg_temp.reject (plan, record, verdict, key, reason, "constraint", holder, holder_table, holder_row)
SELECT DISTINCT ON (s."record") 0, s."record", 'c',
  pg_catalog.convert_to(E'id=' || COALESCE(s."id"::pg_catalog.text, 'null'), 'UTF8'),
  pg_catalog.convert_to(E'customers_email_key: the target holds ' || E'email=' || COALESCE(s."db-transfer key 1"::pg_catalog.text, 'null') || ' as ' || E'id=' || COALESCE(t."id"::pg_catalog.text, 'null'), 'UTF8'),
  pg_catalog.convert_to(E'customers_email_key', 'UTF8'), pg_catalog.convert_to(E'id=' || COALESCE(t."id"::pg_catalog.text, 'null'), 'UTF8'), t.tableoid, t.ctid
FROM (SELECT s."record", s."id", "email" AS "db-transfer key 1" FROM (SELECT record AS "record", c1 AS "id", c2 AS "email", c3 AS "credit" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 0) s
WHERE s."record" IN (SELECT v.record FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 0) v)) s
JOIN (SELECT place, record, holder_table, holder_row, freed_by FROM pg_temp.claim WHERE plan OPERATOR(pg_catalog.=) 0) c ON c.record = s."record"
JOIN ONLY "public"."customers" t ON t.tableoid = c.holder_table AND t.ctid = c.holder_row
WHERE c.place = 0 AND c.freed_by IS NULL;

DELETE FROM pg_temp.verdict v
USING (SELECT record, verdict, key, reason, "constraint", holder, holder_table, holder_row FROM pg_temp.reject WHERE plan OPERATOR(pg_catalog.=) 0) r
WHERE r.record = v.record AND v.plan OPERATOR(pg_catalog.=) 0;

DELETE FROM pg_temp.claim c
WHERE NOT EXISTS (SELECT FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 0) v WHERE v.record = c.record) AND c.plan OPERATOR(pg_catalog.=) 0;

SELECT FROM (SELECT place, record, holder_table, holder_row, freed_by FROM pg_temp.claim WHERE plan OPERATOR(pg_catalog.=) 0) c LIMIT 1;

SAVEPOINT judged;
INSERT INTO pg_temp.reject (plan, record, verdict, key, reason, "constraint", holder, holder_table, holder_row)
SELECT DISTINCT ON (s."record") 0, s."record", 'c',
  pg_catalog.convert_to(E'id=' || COALESCE(s."id"::pg_catalog.text, 'null'), 'UTF8'),
  pg_catalog.convert_to(E'customers_email_key: more than one record of the file claims ' || E'email=' || COALESCE(s."db-transfer key 1"::pg_catalog.text, 'null'), 'UTF8'),
  pg_catalog.convert_to(E'customers_email_key', 'UTF8'), NULL, NULL, NULL
FROM (
SELECT k.*
FROM (SELECT s."record", s."id", "email" AS "db-transfer key 1" FROM (SELECT record AS "record", c1 AS "id", c2 AS "email", c3 AS "credit" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 0) s
WHERE s."record" IN (SELECT v.record FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 0) v)) k
JOIN (
  SELECT k."db-transfer key 1"
  FROM (SELECT s."record", s."id", "email" AS "db-transfer key 1" FROM (SELECT record AS "record", c1 AS "id", c2 AS "email", c3 AS "credit" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 0) s
WHERE s."record" IN (SELECT v.record FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 0) v)) k
  WHERE NOT (k."db-transfer key 1" IS NOT DISTINCT FROM NULL)
  GROUP BY k."db-transfer key 1"
  HAVING pg_catalog.count(*) > 1) d ON k."db-transfer key 1" OPERATOR(pg_catalog.=) d."db-transfer key 1") s;

RELEASE SAVEPOINT judged;
SAVEPOINT judged;
INSERT INTO pg_temp.reject (plan, record, verdict, key, reason, "constraint", holder, holder_table, holder_row)
SELECT DISTINCT ON (s."record") 0, s."record", 'x',
  pg_catalog.convert_to(E'id=' || COALESCE(s."id"::pg_catalog.text, 'null'), 'UTF8'),
  pg_catalog.convert_to(E'violates the check customers_credit_check', 'UTF8'),
  pg_catalog.convert_to(E'customers_credit_check', 'UTF8'), NULL, NULL, NULL
FROM (SELECT record AS "record", c1 AS "id", c2 AS "email", c3 AS "credit" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 0) s
WHERE s."record" IN (SELECT v.record FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 0) v)
  AND ((credit >= (0)::numeric)) IS FALSE;

RELEASE SAVEPOINT judged;

INSERT INTO pg_temp.verdict (plan, record, verdict)
SELECT 1, s."record", CASE WHEN t.tableoid IS NULL THEN 'i' ELSE 'u' END
FROM (SELECT record AS "record", c4 AS "id", c1 AS "customer_id", c5 AS "placed_at" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 1) s
LEFT JOIN ONLY "public"."orders" t ON s."id" OPERATOR(pg_catalog.=) t."id"
WHERE (t.tableoid IS NULL OR (s."customer_id" IS DISTINCT FROM t."customer_id" OR s."placed_at" IS DISTINCT FROM t."placed_at"));

INSERT INTO pg_temp.reject (plan, record, verdict, key, reason, "constraint", holder, holder_table, holder_row)
SELECT DISTINCT ON (s."record") 1, s."record", 'x',
  pg_catalog.convert_to(E'id=' || COALESCE(s."id"::pg_catalog.text, 'null'), 'UTF8'),
  pg_catalog.convert_to(E'orders_customer_id_fkey: the parent customers ' || E'id=' || s."customer_id"::pg_catalog.text || ' is neither in the target nor among the accepted rows of the file', 'UTF8'),
  pg_catalog.convert_to(E'orders_customer_id_fkey', 'UTF8'), NULL, NULL, NULL
FROM (SELECT s.* FROM (SELECT record AS "record", c4 AS "id", c1 AS "customer_id", c5 AS "placed_at" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 1) s
WHERE s."record" IN (SELECT v.record FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 1) v) AND s."customer_id" IS DISTINCT FROM NULL AND NOT EXISTS (SELECT FROM (SELECT record AS "record", c1 AS "id", c2 AS "email", c3 AS "credit" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 0) p JOIN (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 0) w ON w.record = p."record" WHERE p."id" OPERATOR("pg_catalog".=) s."customer_id") OFFSET 0) s WHERE (EXISTS (SELECT FROM ONLY "public"."customers" p WHERE p."id" OPERATOR("pg_catalog".=) s."customer_id")) IS FALSE;

DELETE FROM pg_temp.verdict v
USING (SELECT record, verdict, key, reason, "constraint", holder, holder_table, holder_row FROM pg_temp.reject WHERE plan OPERATOR(pg_catalog.=) 1) r
WHERE r.record = v.record AND v.plan OPERATOR(pg_catalog.=) 1;

INSERT INTO pg_temp.reject (plan, record, verdict, key, reason, "constraint", holder, holder_table, holder_row)
SELECT DISTINCT ON (s."record") 1, s."record", 'x',
  pg_catalog.convert_to(E'id=' || COALESCE(s."id"::pg_catalog.text, 'null'), 'UTF8'),
  pg_catalog.convert_to(E'orders_customer_id_fkey: the parent customers ' || E'id=' || s."customer_id"::pg_catalog.text || ' is neither in the target nor among the accepted rows of the file', 'UTF8'),
  pg_catalog.convert_to(E'orders_customer_id_fkey', 'UTF8'), NULL, NULL, NULL
FROM (SELECT s.* FROM (SELECT record AS "record", c4 AS "id", c1 AS "customer_id", c5 AS "placed_at" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 1) s
WHERE s."record" IN (SELECT v.record FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 1) v) AND NOT EXISTS (SELECT FROM (SELECT record, verdict, key, reason, "constraint", holder, holder_table, holder_row FROM pg_temp.reject WHERE plan OPERATOR(pg_catalog.=) 1) r WHERE r.record = s."record") AND s."customer_id" IS DISTINCT FROM NULL AND NOT EXISTS (SELECT FROM (SELECT record AS "record", c1 AS "id", c2 AS "email", c3 AS "credit" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 0) p JOIN (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 0) w ON w.record = p."record" WHERE p."id" OPERATOR("pg_catalog".=) s."customer_id") OFFSET 0) s WHERE (EXISTS (SELECT FROM ONLY "public"."customers" p WHERE p."id" OPERATOR("pg_catalog".=) s."customer_id")) IS FALSE;

SELECT x.verdict, pg_catalog.count(*) AS rows
FROM (SELECT v.verdict FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 0) v UNION ALL SELECT r.verdict FROM (SELECT record, verdict, key, reason, "constraint", holder, holder_table, holder_row FROM pg_temp.reject WHERE plan OPERATOR(pg_catalog.=) 0) r) x
GROUP BY x.verdict;

SELECT pg_catalog.sum(w.n)::pg_catalog.int8 FROM (
SELECT pg_catalog.count(*) AS n
FROM (SELECT record, verdict, key, reason, "constraint", holder, holder_table, holder_row FROM pg_temp.reject WHERE plan OPERATOR(pg_catalog.=) 1) r
JOIN (SELECT record AS "record", c4 AS "id", c1 AS "customer_id", c5 AS "placed_at" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 1) s ON s."record" OPERATOR(pg_catalog.=) r.record
WHERE r.verdict = 'x' AND r."constraint" OPERATOR(pg_catalog.=) pg_catalog.convert_to(E'orders_customer_id_fkey', 'UTF8')
  AND EXISTS (SELECT FROM (SELECT record AS "record", c1 AS "id", c2 AS "email", c3 AS "credit" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 0) p WHERE p."id" OPERATOR("pg_catalog".=) s."customer_id")) w;

SELECT x.verdict, pg_catalog.count(*) AS rows
FROM (SELECT v.verdict FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 1) v UNION ALL SELECT r.verdict FROM (SELECT record, verdict, key, reason, "constraint", holder, holder_table, holder_row FROM pg_temp.reject WHERE plan OPERATOR(pg_catalog.=) 1) r) x
GROUP BY x.verdict;

SET CONSTRAINTS ALL IMMEDIATE;

SELECT pg_catalog.set_config(E'search_path', E'"$user", public', true), pg_catalog.set_config(E'DateStyle', E'ISO, MDY', true), pg_catalog.set_config(E'IntervalStyle', E'postgres', true), pg_catalog.set_config(E'TimeZone', E'Etc/UTC', true), pg_catalog.set_config(E'extra_float_digits', E'1', true), pg_catalog.set_config(E'bytea_output', E'hex', true), pg_catalog.set_config(E'row_security', E'on', true);
CREATE TEMPORARY TABLE pg_temp.judged (number pg_catalog.int8, record pg_catalog.int8) ON COMMIT DROP;

INSERT INTO pg_temp.judged SELECT 0, r.record FROM (SELECT record, verdict, key, reason, "constraint", holder, holder_table, holder_row FROM pg_temp.reject WHERE plan OPERATOR(pg_catalog.=) 0) r WHERE NOT EXISTS (SELECT FROM pg_temp.judged j WHERE j.number = 0 AND j.record = r.record);

INSERT INTO pg_temp.judged SELECT 1, r.record FROM (SELECT record, verdict, key, reason, "constraint", holder, holder_table, holder_row FROM pg_temp.reject WHERE plan OPERATOR(pg_catalog.=) 1) r WHERE NOT EXISTS (SELECT FROM pg_temp.judged j WHERE j.number = 1 AND j.record = r.record);

SELECT x.oid, pg_catalog.sum(
         pg_catalog.pg_stat_get_xact_tuples_inserted(x.part)
         OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_updated(x.part)
         OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_deleted(x.part)) AS writes,
       COALESCE(pg_catalog.sum(pg_catalog.pg_relation_filenode(x.part)::pg_catalog.int8), 0) AS files
FROM (SELECT o.oid, o.oid AS part
      FROM pg_catalog.unnest('{…}'::pg_catalog.oid[]) AS o(oid)
      UNION
      SELECT o.oid, p.relid::pg_catalog.oid
      FROM pg_catalog.unnest('{}'::pg_catalog.oid[]) AS o(oid)
      CROSS JOIN LATERAL pg_catalog.pg_partition_tree(o.oid::pg_catalog.regclass) p) x
GROUP BY x.oid;

SAVEPOINT passes;
SAVEPOINT component;

SELECT x.oid, pg_catalog.sum(
         pg_catalog.pg_stat_get_xact_tuples_inserted(x.part)
         OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_updated(x.part)
         OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_deleted(x.part)) AS writes,
       COALESCE(pg_catalog.sum(pg_catalog.pg_relation_filenode(x.part)::pg_catalog.int8), 0) AS files
FROM (SELECT o.oid, o.oid AS part
      FROM pg_catalog.unnest('{…}'::pg_catalog.oid[]) AS o(oid)
      UNION
      SELECT o.oid, p.relid::pg_catalog.oid
      FROM pg_catalog.unnest('{}'::pg_catalog.oid[]) AS o(oid)
      CROSS JOIN LATERAL pg_catalog.pg_partition_tree(o.oid::pg_catalog.regclass) p) x
GROUP BY x.oid;

SELECT pg_catalog.count(*) FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 0) v WHERE v.verdict = 'i' AND v.record BETWEEN 1 AND 4;

SAVEPOINT merge;
INSERT INTO "public"."customers" ("id", "email", "credit") OVERRIDING SYSTEM VALUE
SELECT s."id", s."email", s."credit"
FROM (SELECT record AS "record", c1 AS "id", c2 AS "email", c3 AS "credit" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 0) s
JOIN (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 0) v ON v.record = s."record"
WHERE v.verdict = 'i';

RELEASE SAVEPOINT merge;
SELECT pg_catalog.count(*) FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 0) v WHERE v.verdict = 'u' AND v.record BETWEEN 1 AND 4;

SAVEPOINT merge;
UPDATE ONLY "public"."customers" AS t SET "email" = s."email", "credit" = s."credit"
FROM (SELECT record AS "record", c1 AS "id", c2 AS "email", c3 AS "credit" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 0) s
JOIN (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 0) v ON v.record = s."record"
WHERE v.verdict = 'u' AND s."id" OPERATOR(pg_catalog.=) t."id";

RELEASE SAVEPOINT merge;
RELEASE SAVEPOINT component;
SAVEPOINT component;

SELECT x.oid, pg_catalog.sum(
         pg_catalog.pg_stat_get_xact_tuples_inserted(x.part)
         OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_updated(x.part)
         OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_deleted(x.part)) AS writes,
       COALESCE(pg_catalog.sum(pg_catalog.pg_relation_filenode(x.part)::pg_catalog.int8), 0) AS files
FROM (SELECT o.oid, o.oid AS part
      FROM pg_catalog.unnest('{…}'::pg_catalog.oid[]) AS o(oid)
      UNION
      SELECT o.oid, p.relid::pg_catalog.oid
      FROM pg_catalog.unnest('{}'::pg_catalog.oid[]) AS o(oid)
      CROSS JOIN LATERAL pg_catalog.pg_partition_tree(o.oid::pg_catalog.regclass) p) x
GROUP BY x.oid;

SELECT pg_catalog.count(*) FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 1) v WHERE v.verdict = 'i' AND v.record BETWEEN 1 AND 3;

SAVEPOINT merge;
INSERT INTO "public"."orders" ("id", "customer_id", "placed_at") OVERRIDING SYSTEM VALUE
SELECT s."id", s."customer_id", s."placed_at"
FROM (SELECT record AS "record", c4 AS "id", c1 AS "customer_id", c5 AS "placed_at" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 1) s
JOIN (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 1) v ON v.record = s."record"
WHERE v.verdict = 'i';

RELEASE SAVEPOINT merge;
SELECT pg_catalog.count(*) FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 1) v WHERE v.verdict = 'u' AND v.record BETWEEN 1 AND 3;

SAVEPOINT merge;
UPDATE ONLY "public"."orders" AS t SET "customer_id" = s."customer_id", "placed_at" = s."placed_at"
FROM (SELECT record AS "record", c4 AS "id", c1 AS "customer_id", c5 AS "placed_at" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 1) s
JOIN (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 1) v ON v.record = s."record"
WHERE v.verdict = 'u' AND s."id" OPERATOR(pg_catalog.=) t."id";

RELEASE SAVEPOINT merge;
RELEASE SAVEPOINT component;
RELEASE SAVEPOINT passes;
SET CONSTRAINTS ALL IMMEDIATE;

SELECT x.oid, pg_catalog.sum(
         pg_catalog.pg_stat_get_xact_tuples_inserted(x.part)
         OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_updated(x.part)
         OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_deleted(x.part)) AS writes,
       COALESCE(pg_catalog.sum(pg_catalog.pg_relation_filenode(x.part)::pg_catalog.int8), 0) AS files
FROM (SELECT o.oid, o.oid AS part
      FROM pg_catalog.unnest('{…}'::pg_catalog.oid[]) AS o(oid)
      UNION
      SELECT o.oid, p.relid::pg_catalog.oid
      FROM pg_catalog.unnest('{}'::pg_catalog.oid[]) AS o(oid)
      CROSS JOIN LATERAL pg_catalog.pg_partition_tree(o.oid::pg_catalog.regclass) p) x
GROUP BY x.oid;

SELECT x.oid, pg_catalog.sum(
         pg_catalog.pg_stat_get_xact_tuples_inserted(x.part)
         OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_updated(x.part)
         OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_deleted(x.part)) AS writes,
       COALESCE(pg_catalog.sum(pg_catalog.pg_relation_filenode(x.part)::pg_catalog.int8), 0) AS files
FROM (SELECT o.oid, o.oid AS part
      FROM pg_catalog.unnest('{…}'::pg_catalog.oid[]) AS o(oid)
      UNION
      SELECT o.oid, p.relid::pg_catalog.oid
      FROM pg_catalog.unnest('{}'::pg_catalog.oid[]) AS o(oid)
      CROSS JOIN LATERAL pg_catalog.pg_partition_tree(o.oid::pg_catalog.regclass) p) x
GROUP BY x.oid;

SELECT pg_catalog.sum(w.n)::pg_catalog.int8 FROM (
SELECT pg_catalog.count(*) AS n
FROM (SELECT record, verdict, key, reason, "constraint", holder, holder_table, holder_row FROM pg_temp.reject WHERE plan OPERATOR(pg_catalog.=) 1) r
JOIN (SELECT record AS "record", c4 AS "id", c1 AS "customer_id", c5 AS "placed_at" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 1) s ON s."record" OPERATOR(pg_catalog.=) r.record
WHERE r.verdict = 'x' AND r."constraint" OPERATOR(pg_catalog.=) pg_catalog.convert_to(E'orders_customer_id_fkey', 'UTF8')
  AND EXISTS (SELECT FROM (SELECT record AS "record", c1 AS "id", c2 AS "email", c3 AS "credit" FROM pg_temp.stage_shared_0 WHERE plan OPERATOR(pg_catalog.=) 0) p WHERE p."id" OPERATOR("pg_catalog".=) s."customer_id")) w;

SELECT x.verdict, pg_catalog.count(*) AS rows
FROM (SELECT v.verdict FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 1) v UNION ALL SELECT r.verdict FROM (SELECT record, verdict, key, reason, "constraint", holder, holder_table, holder_row FROM pg_temp.reject WHERE plan OPERATOR(pg_catalog.=) 1) r) x
GROUP BY x.verdict;

SELECT FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 0) v LIMIT 1;

SELECT FROM (SELECT record, verdict, digest FROM pg_temp.verdict WHERE plan OPERATOR(pg_catalog.=) 1) v LIMIT 1;

COPY (
SELECT d.record, d.verdict, d.key, pg_catalog.encode(d.key_bytes, 'hex'), pg_catalog.encode(d.reason, 'hex'),
  pg_catalog.encode(d."constraint", 'hex'), pg_catalog.encode(d.holder, 'hex'), d.digest,
  NULL, NULL, d.newer
FROM (
  SELECT r.record, r.verdict, NULL::pg_catalog.text AS key, r.key AS key_bytes, r.reason, r."constraint", r.holder,
    NULL::pg_catalog.text AS digest, false AS newer
  FROM (SELECT record, verdict, key, reason, "constraint", holder, holder_table, holder_row FROM pg_temp.reject WHERE plan OPERATOR(pg_catalog.=) 0) r
  WHERE r.verdict IN ('c', 'x')) d
ORDER BY d.record
) TO STDOUT;

COPY (
SELECT d.record, d.verdict, d.key, pg_catalog.encode(d.key_bytes, 'hex'), pg_catalog.encode(d.reason, 'hex'),
  pg_catalog.encode(d."constraint", 'hex'), pg_catalog.encode(d.holder, 'hex'), d.digest,
  NULL, NULL, d.newer
FROM (
  SELECT r.record, r.verdict, NULL::pg_catalog.text AS key, r.key AS key_bytes, r.reason, r."constraint", r.holder,
    NULL::pg_catalog.text AS digest, false AS newer
  FROM (SELECT record, verdict, key, reason, "constraint", holder, holder_table, holder_row FROM pg_temp.reject WHERE plan OPERATOR(pg_catalog.=) 1) r
  WHERE r.verdict IN ('c', 'x')) d
ORDER BY d.record
) TO STDOUT;

COPY (
SELECT d.record, d.verdict, d.key, pg_catalog.encode(d.key_bytes, 'hex'), pg_catalog.encode(d.reason, 'hex'),
  pg_catalog.encode(d."constraint", 'hex'), pg_catalog.encode(d.holder, 'hex'), d.digest,
  NULL, NULL, d.newer
FROM (
  SELECT r.record, r.verdict, NULL::pg_catalog.text AS key, r.key AS key_bytes, r.reason, r."constraint", r.holder,
    NULL::pg_catalog.text AS digest, false AS newer
  FROM (SELECT record, verdict, key, reason, "constraint", holder, holder_table, holder_row FROM pg_temp.reject WHERE plan OPERATOR(pg_catalog.=) 0) r
  WHERE r.verdict IN ('c', 'x')) d
ORDER BY d.record
) TO STDOUT;

COPY (
SELECT d.record, d.verdict, d.key, pg_catalog.encode(d.key_bytes, 'hex'), pg_catalog.encode(d.reason, 'hex'),
  pg_catalog.encode(d."constraint", 'hex'), pg_catalog.encode(d.holder, 'hex'), d.digest,
  NULL, NULL, d.newer
FROM (
  SELECT r.record, r.verdict, NULL::pg_catalog.text AS key, r.key AS key_bytes, r.reason, r."constraint", r.holder,
    NULL::pg_catalog.text AS digest, false AS newer
  FROM (SELECT record, verdict, key, reason, "constraint", holder, holder_table, holder_row FROM pg_temp.reject WHERE plan OPERATOR(pg_catalog.=) 1) r
  WHERE r.verdict IN ('c', 'x')) d
ORDER BY d.record
) TO STDOUT;

SELECT pg_catalog.set_config('search_path', E'', true);
SELECT pg_catalog.txid_current_if_assigned();

COMMIT;

