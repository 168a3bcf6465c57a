-- Sample data of any size for 001_chat_tables.sql, the same bytes at every run:
--   psql -v scale=N -f sample.sql     about N users (2 to 1,000,000; 1000 if not given) and about 19 rows in all for each
-- Into empty tables, in one transaction. Every value comes from md5 of table name and row number: no random(), no now().
\set ON_ERROR_STOP on
\encoding UTF8
\if :{?scale}
\else
  \set scale 1000
\endif

SELECT s AS users, 1 + s / 3 AS rooms, 6 * s AS messages
FROM (SELECT greatest(2, :scale::bigint) AS s) a \gset

BEGIN;
SET LOCAL standard_conforming_strings = on;
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL timezone = 'UTC';
SET LOCAL jit = off;

-- A number below modulus out of the hex digits from place (1 to 25) on.
CREATE OR REPLACE FUNCTION pg_temp.draw(digits text, place int, modulus int) RETURNS int LANGUAGE sql AS
$$ SELECT ('x' || substr(digits, place, 7))::bit(28)::int % modulus $$;

CREATE OR REPLACE FUNCTION pg_temp.pick(k int, VARIADIC words text[]) RETURNS text LANGUAGE sql AS
$$ SELECT words[1 + k % cardinality(words)] $$;

-- Three years from 2023 on, to the microsecond.
CREATE OR REPLACE FUNCTION pg_temp.moment(digits text, place int) RETURNS timestamp LANGUAGE sql AS
$$ SELECT timestamp '2023-01-01' + pg_temp.draw(digits, place, 94608000) * interval '1 second'
        + pg_temp.draw(digits, place + 1, 1000000) * interval '1 microsecond' $$;

CREATE OR REPLACE FUNCTION pg_temp.phrase(k int) RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.pick(k, 'Bonjour à tous 👋', 'Réunion à 14 h, salle « Océan ».', '', 'ok', E'Deux lignes :\nla seconde.', E'tab\there', 'L''équipe est "au complet".',
     E'C:\\dossier\\n°1.pdf', '会议改到明天。', 'تم الإرسال', 'שלום', 'Привет!', '😀👨‍👩‍👧🇫🇷', E'e\u0301 et é', '<b>gras</b> & co', 'NULL', E'\\N', '{"a": 1}',
     '  espaces  ', '; DROP TABLE users; --', 'https://example.org/?q=a&b=%20', E'retour\r\nchariot', '100 % sûr', '$1 :nom') $$;

INSERT INTO users (id, username, email, created_at)
SELECT i, pg_temp.pick(pg_temp.draw(d, 1, 90), 'amélie', 'søren', 'محمد', '小明', 'o''connor') || '.' || i, CASE WHEN pg_temp.draw(d, 2, 8) > 0 THEN 'user' || i || '@example.com' END, pg_temp.moment(d, 3)
FROM generate_series(1, :users) i, LATERAL (SELECT md5('users/' || i) AS d OFFSET 0) x;

INSERT INTO chat_rooms (id, name, room_type, description, created_by_id, is_archived, last_message_at, created_at, updated_at)
SELECT i, CASE k WHEN 'direct' THEN NULL ELSE 'Salon ' || i || ' — ' || pg_temp.phrase(pg_temp.draw(d, 2, 24)) END, k::room_type, CASE WHEN pg_temp.draw(d, 3, 3) = 0 THEN pg_temp.phrase(pg_temp.draw(d, 4, 24)) END,
       1 + pg_temp.draw(d, 5, :users), pg_temp.draw(d, 6, 9) = 0, CASE WHEN pg_temp.draw(d, 7, 9) > 0 THEN t + interval '200 days' END, t, t
FROM generate_series(1, :rooms) i, LATERAL (SELECT md5('chat_rooms/' || i) AS d OFFSET 0) x, LATERAL (SELECT pg_temp.moment(d, 9) AS t, pg_temp.pick(pg_temp.draw(d, 1, 60), 'direct', 'group', 'channel') AS k OFFSET 0) y;

INSERT INTO chat_room_members (room_id, user_id, role, is_muted, joined_at, last_read_at)
SELECT i, 1 + (i + k * (1 + i % 5)) % :users, pg_temp.pick(k, 'owner', 'member', 'admin', 'member')::member_role, pg_temp.draw(d, 1 + k, 7) = 0, pg_temp.moment(d, 5), CASE WHEN pg_temp.draw(d, 6 + k, 3) > 0 THEN pg_temp.moment(d, 12) END
FROM generate_series(1, :rooms) i, LATERAL (SELECT md5('chat_room_members/' || i) AS d OFFSET 0) x, generate_series(0, 3) k
ON CONFLICT DO NOTHING;  -- few users: the same one twice

-- One in six answers another of the same room, mostly an earlier one.
INSERT INTO chat_messages (id, room_id, sender_id, message_type, content, reply_to_id, metadata, is_edited, is_deleted, created_at, updated_at)
SELECT i, 1 + i % :rooms, CASE k WHEN 'system' THEN NULL ELSE 1 + pg_temp.draw(d, 2, :users) END, k::message_type,
       CASE WHEN i % 300 = 3 THEN repeat(pg_temp.phrase(pg_temp.draw(d, 4, 24)) || ' | ', 300) ELSE pg_temp.phrase(pg_temp.draw(d, 4, 24)) END,
       CASE WHEN pg_temp.draw(d, 3, 6) = 0 AND i > :rooms THEN i - :rooms WHEN pg_temp.draw(d, 3, 60) = 1 AND i + :rooms <= :messages THEN i + :rooms END,
       CASE pg_temp.draw(d, 5, 6) WHEN 0 THEN '{"mentions":[1,2],"n":1.50}' WHEN 1 THEN '{ "espaces" : "gardés" ,"é":null}' WHEN 2 THEN 'null' END::json,
       pg_temp.draw(d, 6, 12) = 0, pg_temp.draw(d, 7, 50) = 0, t, t + pg_temp.draw(d, 8, 9000) * interval '1 second'
FROM generate_series(1, :messages) i, LATERAL (SELECT md5('chat_messages/' || i) AS d OFFSET 0) x, LATERAL (SELECT pg_temp.moment(d, 10) AS t, pg_temp.pick(pg_temp.draw(d, 1, 100), 'text', 'text', 'text', 'image', 'file', 'system') AS k OFFSET 0) y;

INSERT INTO chat_attachments (message_id, file_name, file_path, mime_type, file_size, uploaded_at)
SELECT m.id, 'pièce n° ' || m.id || '.pdf', 'uploads/chat/' || d, CASE WHEN pg_temp.draw(d, 1, 5) > 0 THEN pg_temp.pick(pg_temp.draw(d, 2, 9), 'application/pdf', 'image/png') END,
       CASE WHEN m.id % 100 = 9 THEN 9007199254740993 ELSE pg_temp.draw(d, 3, 99999999) END, pg_temp.moment(d, 4)
FROM chat_messages m, LATERAL (SELECT md5('chat_attachments/' || m.id) AS d OFFSET 0) x WHERE m.message_type IN ('image', 'file') ORDER BY m.id;

INSERT INTO chat_message_reads (message_id, user_id, read_at)
SELECT i, 1 + (i + k) % :users, pg_temp.moment(d, 3 + k)
FROM generate_series(1, :messages) i, LATERAL (SELECT md5('chat_message_reads/' || i) AS d OFFSET 0) x, generate_series(0, 1) k WHERE pg_temp.draw(d, 9 + k, 3) > 0 ORDER BY i, k;

SELECT setval(pg_get_serial_sequence('users', 'id'), :users) AS u, setval(pg_get_serial_sequence('chat_rooms', 'id'), :rooms) AS r, setval(pg_get_serial_sequence('chat_messages', 'id'), :messages) AS m \gset
COMMIT;
ANALYZE users, chat_rooms, chat_room_members, chat_messages, chat_attachments, chat_message_reads;
