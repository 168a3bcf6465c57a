BEGIN;

COMMIT;

BEGIN;

COMMIT;

BEGIN;

CREATE TABLE temp.stage_0 ("id" INTEGER COLLATE "BINARY", "email" TEXT COLLATE "BINARY", "credit" NUMERIC COLLATE "BINARY");

CREATE TABLE temp.verdict_0 (record INTEGER PRIMARY KEY, verdict TEXT, newer INTEGER);

CREATE TABLE temp.reject_0 (
  record INTEGER PRIMARY KEY, verdict TEXT, key TEXT, reason TEXT, "constraint" TEXT, holder TEXT, newer INTEGER
);

CREATE TABLE temp.claim_0 (place INTEGER, record INTEGER, freed_by INTEGER);

CREATE INDEX temp.claim_0_by_record ON claim_0 (record);

CREATE INDEX temp.claim_0_by_freed_by ON claim_0 (freed_by);

CREATE TABLE temp.order_0 (place INTEGER PRIMARY KEY, record INTEGER UNIQUE);

CREATE TABLE temp.parked_0 (record INTEGER PRIMARY KEY);

CREATE TABLE temp.stage_1 ("id" INTEGER COLLATE "BINARY", "customer_id" INTEGER COLLATE "BINARY", "placed_at" TEXT COLLATE "BINARY");

CREATE TABLE temp.verdict_1 (record INTEGER PRIMARY KEY, verdict TEXT, newer INTEGER);

CREATE TABLE temp.reject_1 (
  record INTEGER PRIMARY KEY, verdict TEXT, key TEXT, reason TEXT, "constraint" TEXT, holder TEXT, newer INTEGER
);

CREATE TABLE temp.claim_1 (place INTEGER, record INTEGER, freed_by INTEGER);

INSERT INTO temp.stage_0 (rowid, "id", "email", "credit") VALUES (?, ?, ?, ?);

INSERT INTO temp.stage_1 (rowid, "id", "customer_id", "placed_at") VALUES (?, ?, ?, ?);

CREATE INDEX temp.stage_0_key_0 ON stage_0 ("id" COLLATE "BINARY");

CREATE INDEX temp.stage_1_key_0 ON stage_1 ("id" COLLATE "BINARY");

COMMIT;

BEGIN IMMEDIATE;

INSERT OR IGNORE INTO temp.reject_0
SELECT s.rowid, 'x', 'id=' || db_transfer_text(s."id"),
       'column id: the number of a row must be an integer, not ' || typeof(s."id"),
       NULL, NULL, NULL
FROM temp.stage_0 s
WHERE typeof(s."id") <> 'integer';

INSERT OR IGNORE INTO temp.reject_1
SELECT s.rowid, 'x', 'id=' || db_transfer_text(s."id"),
       'column id: the number of a row must be an integer, not ' || typeof(s."id"),
       NULL, NULL, NULL
FROM temp.stage_1 s
WHERE typeof(s."id") <> 'integer';

INSERT OR IGNORE INTO temp.reject_0
SELECT s.rowid, 'c', 'id=' || db_transfer_text(s."id"),
       'more than one record of the file claims this key',
       NULL, NULL, NULL
FROM (
  SELECT k."id"
  FROM temp.stage_0 k
  GROUP BY k."id" COLLATE "BINARY"
  HAVING count(*) > 1) d
CROSS JOIN temp.stage_0 s ON d."id" = s."id" COLLATE "BINARY";

INSERT INTO temp.verdict_0
SELECT s.rowid, CASE WHEN t."id" IS NULL THEN 'i' ELSE 'u' END, t."id" IS NOT NULL AND 0
FROM temp.stage_0 s
LEFT JOIN main."customers" t ON s."id" = t."id" COLLATE "BINARY"
WHERE (t."id" IS NULL OR (db_transfer_differs(s."id", t."id", s."email", t."email", s."credit", t."credit")));

INSERT OR IGNORE INTO temp.reject_0
SELECT v.record, 'x', 'id=' || db_transfer_text(s."id"),
       'column id: NULL is not allowed',
       NULL, NULL, NULL
FROM temp.verdict_0 v
CROSS JOIN temp.stage_0 s ON s.rowid = v.record
WHERE s."id" IS NULL;

INSERT OR IGNORE INTO temp.reject_0
SELECT v.record, 'x', 'id=' || db_transfer_text(s."id"),
       'column email: NULL is not allowed',
       NULL, NULL, NULL
FROM temp.verdict_0 v
CROSS JOIN temp.stage_0 s ON s.rowid = v.record
WHERE s."email" IS NULL;

INSERT OR IGNORE INTO temp.reject_0
SELECT v.record, 'x', 'id=' || db_transfer_text(s."id"),
       'column credit: NULL is not allowed',
       NULL, NULL, NULL
FROM temp.verdict_0 v
CROSS JOIN temp.stage_0 s ON s.rowid = v.record
WHERE s."credit" IS NULL;

SAVEPOINT judged;

INSERT INTO temp.claim_0
SELECT 1, v.record, (
    SELECT w.record
    FROM temp.stage_0 f
    CROSS JOIN temp.verdict_0 w ON w.record = f.rowid
    WHERE f."id" = t."id" COLLATE "BINARY" AND w.verdict = 'u')
FROM temp.verdict_0 v
CROSS JOIN (SELECT x."id", x.rowid AS "db-transfer record", "email" AS "db-transfer key 1" FROM temp.stage_0 AS x) s ON s."db-transfer record" = v.record
CROSS JOIN (SELECT x."id", "email" AS "db-transfer key 1" FROM main."customers" AS x) t ON s."db-transfer key 1" = t."db-transfer key 1" COLLATE "BINARY"
WHERE NOT coalesce(s."id" = t."id" COLLATE "BINARY", 0);

RELEASE judged;

SELECT EXISTS (SELECT 1 FROM temp.claim_0 WHERE place = 1);

UPDATE temp.claim_0 AS c SET freed_by = NULL
WHERE c.place = 1 AND EXISTS (
  SELECT 1
  FROM (SELECT x."id", x.rowid AS "db-transfer record", "email" AS "db-transfer key 1" FROM temp.stage_0 AS x) k
  CROSS JOIN (SELECT x."id", x.rowid AS "db-transfer record", "email" AS "db-transfer key 1" FROM temp.stage_0 AS x) s
  WHERE k."db-transfer record" = c.freed_by AND s."db-transfer record" = c.record AND k."db-transfer key 1" = s."db-transfer key 1" COLLATE "BINARY");

INSERT OR IGNORE INTO temp.reject_0
SELECT s."db-transfer record", 'c', 'id=' || db_transfer_text(s."id"),
       'UNIQUE (email): the target holds ' || 'email=' || db_transfer_text(s."db-transfer key 1") || ' as ' || 'id=' || db_transfer_text(t."id"),
       'UNIQUE (email)', 'id=' || db_transfer_text(t."id"), NULL
FROM temp.claim_0 c
CROSS JOIN (SELECT x."id", x.rowid AS "db-transfer record", "email" AS "db-transfer key 1" FROM temp.stage_0 AS x) s ON s."db-transfer record" = c.record
CROSS JOIN (SELECT x."id", "email" AS "db-transfer key 1" FROM main."customers" AS x) t ON s."db-transfer key 1" = t."db-transfer key 1" COLLATE "BINARY"
WHERE c.place = 1 AND NOT coalesce(s."id" = t."id" COLLATE "BINARY", 0) AND c.freed_by IS NULL;

DELETE FROM temp.verdict_0 WHERE record IN (SELECT record FROM temp.reject_0);

DELETE FROM temp.claim_0 WHERE record NOT IN (SELECT record FROM temp.verdict_0);

SELECT EXISTS (SELECT 1 FROM temp.claim_0);

SAVEPOINT judged;

INSERT OR IGNORE INTO temp.reject_0
SELECT s."db-transfer record", 'c', 'id=' || db_transfer_text(s."id"),
       'UNIQUE (email): more than one record of the file claims ' || 'email=' || db_transfer_text(s."db-transfer key 1"),
       'UNIQUE (email)', NULL, NULL
FROM (
  SELECT k.*
  FROM temp.verdict_0 v
  CROSS JOIN (SELECT x."id", x.rowid AS "db-transfer record", "email" AS "db-transfer key 1" FROM temp.stage_0 AS x) k ON k."db-transfer record" = v.record
  GROUP BY k."db-transfer key 1" COLLATE "BINARY"
  HAVING count(*) > 1) d
CROSS JOIN temp.verdict_0 v
CROSS JOIN (SELECT x."id", x.rowid AS "db-transfer record", "email" AS "db-transfer key 1" FROM temp.stage_0 AS x) s ON s."db-transfer record" = v.record AND d."db-transfer key 1" = s."db-transfer key 1" COLLATE "BINARY";

RELEASE judged;

SAVEPOINT judged;

INSERT OR IGNORE INTO temp.reject_0
SELECT s.rowid, 'x', 'id=' || db_transfer_text(s."id"),
       'violates the check CHECK (credit >= 0)',
       'CHECK (credit >= 0)', NULL, NULL
FROM temp.stage_0 s
WHERE s.rowid IN (
  SELECT "customers".rowid
  FROM temp.stage_0 AS "customers"
  WHERE "customers".rowid IN (SELECT record FROM temp.verdict_0) AND NOT (credit >= 0
));

RELEASE judged;

INSERT OR IGNORE INTO temp.reject_1
SELECT s.rowid, 'c', 'id=' || db_transfer_text(s."id"),
       'more than one record of the file claims this key',
       NULL, NULL, NULL
FROM (
  SELECT k."id"
  FROM temp.stage_1 k
  GROUP BY k."id" COLLATE "BINARY"
  HAVING count(*) > 1) d
CROSS JOIN temp.stage_1 s ON d."id" = s."id" COLLATE "BINARY";

INSERT INTO temp.verdict_1
SELECT s.rowid, CASE WHEN t."id" IS NULL THEN 'i' ELSE 'u' END, t."id" IS NOT NULL AND 0
FROM temp.stage_1 s
LEFT JOIN main."orders" t ON s."id" = t."id" COLLATE "BINARY"
WHERE (t."id" IS NULL OR (db_transfer_differs(s."id", t."id", s."customer_id", t."customer_id", s."placed_at", t."placed_at")));

INSERT OR IGNORE INTO temp.reject_1
SELECT v.record, 'x', 'id=' || db_transfer_text(s."id"),
       'column id: NULL is not allowed',
       NULL, NULL, NULL
FROM temp.verdict_1 v
CROSS JOIN temp.stage_1 s ON s.rowid = v.record
WHERE s."id" IS NULL;

INSERT OR IGNORE INTO temp.reject_1
SELECT v.record, 'x', 'id=' || db_transfer_text(s."id"),
       'column customer_id: NULL is not allowed',
       NULL, NULL, NULL
FROM temp.verdict_1 v
CROSS JOIN temp.stage_1 s ON s.rowid = v.record
WHERE s."customer_id" IS NULL;

INSERT OR IGNORE INTO temp.reject_1
SELECT v.record, 'x', 'id=' || db_transfer_text(s."id"),
       'column placed_at: NULL is not allowed',
       NULL, NULL, NULL
FROM temp.verdict_1 v
CROSS JOIN temp.stage_1 s ON s.rowid = v.record
WHERE s."placed_at" IS NULL;

INSERT OR IGNORE INTO temp.reject_1
SELECT v.record, 'x', 'id=' || db_transfer_text(s."id"),
       'orders_customer_id_fkey: the parent customers ' || 'id=' || db_transfer_text(s."customer_id") || ' is neither in the target nor among the accepted rows of the file',
       'orders_customer_id_fkey', NULL, CASE v.verdict WHEN 'u' THEN coalesce(v.newer, 0) END
FROM temp.verdict_1 v
CROSS JOIN temp.stage_1 s ON s.rowid = v.record
WHERE s."customer_id" IS NOT NULL
  AND NOT EXISTS (
    SELECT 1
    FROM main."customers" p
    WHERE p."id" = +s."customer_id")
  AND NOT EXISTS (
    SELECT 1
    FROM temp.stage_0 p
    WHERE p."id" = +s."customer_id" AND +p.rowid IN (SELECT record FROM temp.verdict_0));

DELETE FROM temp.verdict_1 WHERE record IN (SELECT record FROM temp.reject_1);

SELECT EXISTS (SELECT 1 FROM temp.verdict_0 WHERE verdict = 'i');

SELECT EXISTS (SELECT 1 FROM temp.verdict_0 WHERE verdict = 'u');

SELECT EXISTS (SELECT 1 FROM temp.verdict_1 WHERE verdict = 'i');

SELECT EXISTS (SELECT 1 FROM temp.verdict_1 WHERE verdict = 'u');

SELECT verdict, count(*) AS rows
FROM (SELECT verdict FROM temp.verdict_0 UNION ALL SELECT verdict FROM temp.reject_0)
GROUP BY verdict;

SELECT r.record, r.verdict, r.key, r.reason, r."constraint", r.holder, r.newer
FROM temp.reject_0 r
WHERE r.verdict IN ('c', 'x', '=')
ORDER BY 1;

SELECT verdict, count(*) AS rows
FROM (SELECT verdict FROM temp.verdict_1 UNION ALL SELECT verdict FROM temp.reject_1)
GROUP BY verdict;

SELECT r.record, r.verdict, r.key, r.reason, r."constraint", r.holder, r.newer
FROM temp.reject_1 r
WHERE r.verdict IN ('c', 'x', '=')
ORDER BY 1;

SELECT EXISTS (SELECT 1 FROM temp.verdict_1);

SAVEPOINT component;

SELECT count(*) FROM temp.verdict_0 v
WHERE v.verdict = 'i' AND v.record BETWEEN ?1 AND ?2;

SAVEPOINT part;

INSERT INTO main."customers" ("id", "email", "credit")
SELECT s."id", s."email", s."credit"
FROM temp.verdict_0 v
CROSS JOIN temp.stage_0 s ON s.rowid = v.record
WHERE v.verdict = 'i' AND v.record BETWEEN ?1 AND ?2
ORDER BY v.record;

RELEASE part;

SELECT count(*) FROM temp.verdict_0 v
WHERE v.verdict = 'u' AND v.record BETWEEN 1 AND 4;

SELECT max(db_transfer_differs(s."id", t."id")), max(db_transfer_differs(s."email", t."email")), max(db_transfer_differs(s."credit", t."credit"))
FROM temp.verdict_0 v
CROSS JOIN temp.stage_0 s ON s.rowid = v.record
CROSS JOIN main."customers" t ON s."id" = t."id" COLLATE "BINARY"
WHERE v.verdict = 'u' AND v.record BETWEEN 1 AND 4;

SELECT count(*) FROM temp.verdict_0 v
WHERE v.verdict = 'u' AND v.record BETWEEN ?1 AND ?2;

SAVEPOINT part;

UPDATE main."customers" AS t SET "credit" = s."credit"
FROM temp.verdict_0 v
JOIN temp.stage_0 s ON s.rowid = v.record
WHERE v.verdict = 'u' AND v.record BETWEEN ?1 AND ?2
  AND s."id" = t."id" COLLATE "BINARY";

RELEASE part;

RELEASE component;

SAVEPOINT component;

SELECT count(*) FROM temp.verdict_1 v
WHERE v.verdict = 'i' AND v.record BETWEEN ?1 AND ?2;

SAVEPOINT part;

INSERT INTO main."orders" ("id", "customer_id", "placed_at")
SELECT s."id", s."customer_id", s."placed_at"
FROM temp.verdict_1 v
CROSS JOIN temp.stage_1 s ON s.rowid = v.record
WHERE v.verdict = 'i' AND v.record BETWEEN ?1 AND ?2
ORDER BY v.record;

RELEASE part;

SELECT count(*) FROM temp.verdict_1 v
WHERE v.verdict = 'u' AND v.record BETWEEN 1 AND 3;

SELECT max(db_transfer_differs(s."id", t."id")), max(db_transfer_differs(s."customer_id", t."customer_id")), max(db_transfer_differs(s."placed_at", t."placed_at"))
FROM temp.verdict_1 v
CROSS JOIN temp.stage_1 s ON s.rowid = v.record
CROSS JOIN main."orders" t ON s."id" = t."id" COLLATE "BINARY"
WHERE v.verdict = 'u' AND v.record BETWEEN 1 AND 3;

SELECT count(*) FROM temp.verdict_1 v
WHERE v.verdict = 'u' AND v.record BETWEEN ?1 AND ?2;

SAVEPOINT part;

UPDATE main."orders" AS t SET "placed_at" = s."placed_at"
FROM temp.verdict_1 v
JOIN temp.stage_1 s ON s.rowid = v.record
WHERE v.verdict = 'u' AND v.record BETWEEN ?1 AND ?2
  AND s."id" = t."id" COLLATE "BINARY";

RELEASE part;

RELEASE component;

SELECT EXISTS (SELECT 1 FROM temp.verdict_1);

SELECT verdict, count(*) AS rows
FROM (SELECT verdict FROM temp.verdict_0 UNION ALL SELECT verdict FROM temp.reject_0)
GROUP BY verdict;

SELECT r.record, r.verdict, r.key, r.reason, r."constraint", r.holder, r.newer
FROM temp.reject_0 r
WHERE r.verdict IN ('c', 'x', '=')
ORDER BY 1;

SELECT verdict, count(*) AS rows
FROM (SELECT verdict FROM temp.verdict_1 UNION ALL SELECT verdict FROM temp.reject_1)
GROUP BY verdict;

SELECT r.record, r.verdict, r.key, r.reason, r."constraint", r.holder, r.newer
FROM temp.reject_1 r
WHERE r.verdict IN ('c', 'x', '=')
ORDER BY 1;

COMMIT;

