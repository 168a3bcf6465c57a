-- Turns a second database, loaded with the same sample.sql, into a production one: it has lived on by itself, so that an
-- import of the first finds rows to insert, to update, to leave, and some it must refuse. As deterministic as sample.sql:
--   psql -f sample.sql -f production.sql      with the same -v scale=N for both; here the size comes from the tables
\set ON_ERROR_STOP on
\encoding UTF8

BEGIN;
SET LOCAL standard_conforming_strings = on;
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL jit = off;

-- One of n by the id alone: the same rows wherever they lie.
CREATE OR REPLACE FUNCTION pg_temp.one_of(n int, id text) RETURNS boolean LANGUAGE sql AS
$$ SELECT ('x' || substr(md5('production/' || id), 1, 7))::bit(28)::int % n = 0 $$;

-- Updates: one user in ten (the first one always), the settings of the place, a few organizations.
UPDATE users SET "lastName" = "lastName" || '-Production', "updatedAt" = "updatedAt" + interval '30 days'
WHERE pg_temp.one_of(10, id) OR id = (SELECT min(id COLLATE "C") FROM users);
UPDATE organizations SET settings = settings || '{"production": true}', "updatedAt" = timestamp '2025-01-10 09:00:00' WHERE pg_temp.one_of(8, id);
UPDATE configurations SET value = '"https://partage.example"', "updatedAt" = timestamp '2025-01-10' WHERE key = 'site.url';
UPDATE configurations SET value = '"sk_live_0123456789"', "updatedAt" = timestamp '2025-01-10' WHERE key = 'paiement.cle_api';
UPDATE site_settings SET "maintenanceMode" = true WHERE locale = 'fr';

-- Inserts: leaf rows that production does not have.
DELETE FROM audit_logs WHERE pg_temp.one_of(20, id);
DELETE FROM payments WHERE pg_temp.one_of(12, id);
DELETE FROM contact_messages WHERE pg_temp.one_of(8, id);
DELETE FROM filieres WHERE pg_temp.one_of(15, id);
DELETE FROM "_PermissionToUser" WHERE pg_temp.one_of(15, "A" || "B");

-- Conflicts of rows that are here under another key: three users without demands or transactions were deleted and have
-- registered again, with the same e-mail and a new id. What hangs on the old id (permissions, audit) is then refused too.
CREATE TEMP TABLE gone ON COMMIT DROP AS
SELECT * FROM users u
WHERE NOT EXISTS (SELECT FROM demande_partages d WHERE d."requesterId" = u.id) AND NOT EXISTS (SELECT FROM transactions t WHERE t."userId" = u.id)
ORDER BY u.id COLLATE "C" LIMIT 3;
DELETE FROM users WHERE id IN (SELECT id FROM gone);
INSERT INTO users (id, email, "passwordHash", "firstName", "lastName", "organizationId", "createdAt", "updatedAt")
SELECT 'cm' || substr(id, 3, 7) || substr(md5('again/' || id), 1, 16), email, '$2b$12$' || substr(md5(id) || md5(email), 1, 53), "firstName", "lastName", "organizationId",
       timestamp '2025-01-05 10:00:00', timestamp '2025-01-05 10:00:00'
FROM gone ORDER BY id COLLATE "C";

-- Users whom production never saw, so that rows which others hang on are inserted too.
DELETE FROM users u WHERE pg_temp.one_of(25, id) AND id LIKE 'cl%' AND NOT EXISTS (SELECT FROM demande_partages d WHERE d."requesterId" = u.id)
  AND NOT EXISTS (SELECT FROM transactions t WHERE t."userId" = u.id);

-- Conflicts of rows that are here but whose unique value now belongs to another: two e-mails, one slug.
CREATE TEMP TABLE renamed ON COMMIT DROP AS
SELECT id, email, "organizationId" FROM users WHERE id LIKE 'cl%' ORDER BY id COLLATE "C" DESC LIMIT 2;
UPDATE users u SET email = 'ancien.' || u.email, "updatedAt" = timestamp '2025-01-06' FROM renamed r WHERE u.id = r.id;
INSERT INTO users (id, email, "passwordHash", "firstName", "lastName", "organizationId", "createdAt", "updatedAt")
SELECT 'cm' || substr(id, 3, 7) || substr(md5('takes/' || id), 1, 16), email, '$2b$12$' || substr(md5(id) || md5(email), 1, 53), 'Homonyme', 'Éponyme', "organizationId", timestamp '2025-01-06', timestamp '2025-01-06'
FROM renamed ORDER BY id COLLATE "C";

CREATE TEMP TABLE resettled ON COMMIT DROP AS
SELECT id, name, slug, type FROM organizations ORDER BY id COLLATE "C" DESC LIMIT 1;
UPDATE organizations o SET slug = o.slug || '-ancien' FROM resettled r WHERE o.id = r.id;
INSERT INTO organizations (id, name, slug, type, tags, "createdAt", "updatedAt")
SELECT 'cm' || substr(id, 3, 7) || substr(md5('takes/' || id), 1, 16), name || ' (nouveau)', slug, type, '{}', timestamp '2025-01-07', timestamp '2025-01-07' FROM resettled;

-- Rows of its own, which an import must leave alone: users with their sign-ups, messages, audit.
CREATE TEMP TABLE own ON COMMIT DROP AS
SELECT i, 'cm' || lpad(to_hex(16777216 + i), 7, '0') || substr(md5('own/' || i), 1, 16) AS id FROM generate_series(1, (SELECT 2 + count(*) / 50 FROM users)) i;
INSERT INTO users (id, email, "passwordHash", "firstName", "lastName", locale, preferences, "createdAt", "updatedAt")
SELECT id, 'client.' || i || '@production.example', '$2b$12$' || substr(md5(id) || md5('own' || i), 1, 53), 'Cliente', 'n° ' || i, 'fr', '{"origine": "inscription"}',
       timestamp '2025-01-08' + i * interval '1 second', timestamp '2025-01-08' + i * interval '1 second'
FROM own ORDER BY i;
INSERT INTO "_PermissionToUser" SELECT p.id, own.id FROM own, permissions p WHERE p.code = 'document.read' ORDER BY i;
INSERT INTO contact_messages (id, name, email, subject, message, "ipAddress", "createdAt", "updatedAt")
SELECT id, 'Cliente n° ' || i, 'client.' || i || '@production.example', 'Besoin d''aide', 'Écrit en production 🙂', '203.0.113.7', timestamp '2025-01-09', timestamp '2025-01-09' FROM own WHERE i % 10 = 1 ORDER BY i;
INSERT INTO audit_logs (id, action, entity, "entityId", "newValues", "userId", "createdAt")
SELECT id, 'REGISTER', 'users', id, jsonb_build_object('numéro', i), id, timestamp '2025-01-08' + i * interval '1 second' FROM own ORDER BY i;
COMMIT;

ANALYZE organizations, users, "_PermissionToUser", filieres, payments, contact_messages, configurations, site_settings, audit_logs;
