-- Sample data of any size for 001_schema.sql, the same bytes at every run:
--   psql -v scale=N -f sample.sql     about N users (2 to 1,000,000; 1000 if not given) and about 27 rows in all for each
-- Into empty tables, in one transaction. Every value comes from md5 of table name and row number: no random(), no now().
\set ON_ERROR_STOP on
\encoding UTF8
\if :{?scale}
\else
  \set scale 1000
\endif

SELECT s AS users, 2 + s / 20 AS rooms, 6 * s AS messages
FROM (SELECT greatest(2, :scale::bigint) AS s) a \gset

BEGIN;
SET LOCAL standard_conforming_strings = on;
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL timezone = 'UTC';
SET LOCAL jit = off;

CREATE OR REPLACE FUNCTION pg_temp.key(kind text, i bigint) RETURNS uuid LANGUAGE sql AS $$ SELECT md5(kind || ':' || i)::uuid $$;

-- A number below modulus out of the hex digits from place (1 to 25) on.
CREATE OR REPLACE FUNCTION pg_temp.draw(digits text, place int, modulus int) RETURNS int LANGUAGE sql AS
$$ SELECT ('x' || substr(digits, place, 7))::bit(28)::int % modulus $$;

CREATE OR REPLACE FUNCTION pg_temp.pick(k int, VARIADIC words text[]) RETURNS text LANGUAGE sql AS
$$ SELECT words[1 + k % cardinality(words)] $$;

-- Three years from 2023 on, to the microsecond.
CREATE OR REPLACE FUNCTION pg_temp.moment(digits text, place int) RETURNS timestamptz LANGUAGE sql AS
$$ SELECT timestamptz '2023-01-01' + pg_temp.draw(digits, place, 94608000) * interval '1 second'
        + pg_temp.draw(digits, place + 1, 1000000) * interval '1 microsecond' $$;

CREATE OR REPLACE FUNCTION pg_temp.phrase(k int) RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.pick(k, 'Bonjour à tous 👋', 'Réunion à 14 h, salle « Océan ».', '', 'ok', E'Deux lignes :\nla seconde.', E'tab\there', 'L''équipe est "au complet".',
     E'C:\\dossier\\n°1.pdf', '会议改到明天。', 'تم الإرسال', 'שלום', 'Привет!', '😀👨‍👩‍👧🇫🇷', E'e\u0301 et é', '<b>gras</b> & co', 'NULL', E'\\N', '{"a": 1}',
     '  espaces  ', '; DROP TABLE users; --', 'https://example.org/?q=a&b=%20', E'retour\r\nchariot', '100 % sûr', '$1 :nom') $$;

INSERT INTO users (id, username, password_hash, status, last_seen, created_at, updated_at)
SELECT pg_temp.key('users', i), pg_temp.pick(pg_temp.draw(d, 1, 90), 'amélie', 'søren', 'محمد', '小明', 'o''connor') || '_' || i, '$2b$10$' || substr(md5(d) || d, 1, 53), pg_temp.pick(pg_temp.draw(d, 2, 90), 'online', 'away', 'offline', 'offline'),
       CASE WHEN pg_temp.draw(d, 3, 5) > 0 THEN t + interval '3 days' END, t, t + interval '1 minute'
FROM generate_series(1, :users) i, LATERAL (SELECT md5('users/' || i) AS d OFFSET 0) x, LATERAL (SELECT pg_temp.moment(d, 4) AS t OFFSET 0) y;

-- Rooms are named by the people who make them: their keys are words.
INSERT INTO rooms (id, name, description, is_private, created_at, updated_at)
SELECT 'salon/' || pg_temp.pick(pg_temp.draw(d, 1, 90), 'général', 'Équipe "A"', '聊天', 'off topic') || '-' || i, 'Salon ' || i, CASE WHEN pg_temp.draw(d, 2, 3) > 0 THEN pg_temp.phrase(pg_temp.draw(d, 3, 24)) END, pg_temp.draw(d, 4, 4) = 0, t, t
FROM generate_series(1, :rooms) i, LATERAL (SELECT md5('rooms/' || i) AS d OFFSET 0) x, LATERAL (SELECT pg_temp.moment(d, 5) AS t OFFSET 0) y;

CREATE TEMPORARY TABLE numbered ON COMMIT DROP AS SELECT id, row_number() OVER (ORDER BY id COLLATE "C") AS n FROM rooms;
ALTER TABLE numbered ADD PRIMARY KEY (n);

INSERT INTO messages (id, room_id, user_id, content, created_at, edited_at)
SELECT pg_temp.key('messages', i), r.id, pg_temp.key('users', 1 + pg_temp.draw(d, 2, :users)), CASE WHEN i % 300 = 3 THEN repeat(pg_temp.phrase(pg_temp.draw(d, 4, 24)) || ' | ', 300) ELSE pg_temp.phrase(pg_temp.draw(d, 4, 24)) END,
       t, CASE WHEN pg_temp.draw(d, 5, 15) = 0 THEN t + interval '61.000001 seconds' END
FROM generate_series(1, :messages) i JOIN numbered r ON r.n = 1 + i % :rooms, LATERAL (SELECT md5('messages/' || i) AS d OFFSET 0) x, LATERAL (SELECT pg_temp.moment(d, 10) AS t OFFSET 0) y;

INSERT INTO message_reads (message_id, user_id, read_at)
SELECT pg_temp.key('messages', i), pg_temp.key('users', 1 + (i + k) % :users), pg_temp.moment(d, 3 + k)
FROM generate_series(1, :messages) i, LATERAL (SELECT md5('message_reads/' || i) AS d OFFSET 0) x, generate_series(0, 1) k WHERE pg_temp.draw(d, 9 + k, 3) > 0;

INSERT INTO message_deliveries (message_id, user_id, delivered_at)
SELECT pg_temp.key('messages', i), pg_temp.key('users', 1 + (i + k) % :users), pg_temp.moment(d, 3 + k)
FROM generate_series(1, :messages) i, LATERAL (SELECT md5('message_deliveries/' || i) AS d OFFSET 0) x, generate_series(0, 1) k WHERE pg_temp.draw(d, 9 + k, 5) > 0;

INSERT INTO room_members (room_id, user_id, joined_at)
SELECT r.id, pg_temp.key('users', i), pg_temp.moment(d, 4)
FROM generate_series(1, :users) i CROSS JOIN generate_series(0, 1) k CROSS JOIN LATERAL (SELECT md5('room_members/' || i || '/' || k) AS d OFFSET 0) x JOIN numbered r ON r.n = 1 + (pg_temp.draw(d, 1, 100000) / 2 * 2 + k) % :rooms
ON CONFLICT DO NOTHING;  -- few rooms: the same one twice

INSERT INTO active_sessions (socket_id, user_id, room_id, connected_at, last_activity)
SELECT substr(d, 1, 20) || '-' || i, pg_temp.key('users', 1 + i % :users), CASE WHEN pg_temp.draw(d, 1, 4) > 0 THEN r.id END, t, t + interval '10 minutes'
FROM generate_series(1, 1 + :users / 2) i JOIN numbered r ON r.n = 1 + i % :rooms, LATERAL (SELECT md5('active_sessions/' || i) AS d OFFSET 0) x, LATERAL (SELECT pg_temp.moment(d, 6) AS t OFFSET 0) y;

COMMIT;
ANALYZE users, rooms, messages, message_reads, message_deliveries, room_members, active_sessions;
