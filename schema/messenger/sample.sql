-- Sample data of any size for 001_initial_schema.sql, the same bytes at every run:
--   psql -v scale=N -f sample.sql     about N users (2 to 1,000,000; 1000 if not given) and about 24 rows in all for each
-- Into empty tables, in one transaction. Every value comes from md5 of table name and row number: no random(), no now().
\set ON_ERROR_STOP on
\encoding UTF8
\if :{?scale}
\else
  \set scale 1000
\endif

SELECT s AS users, 1 + s / 2 AS chats, 4 * s AS messages
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

INSERT INTO users (id, username, email, password_hash, display_name, avatar_url, status_message, is_online, last_seen_at, created_at, updated_at)
SELECT pg_temp.key('users', i), 'user_' || i, 'user' || i || '@' || pg_temp.pick(pg_temp.draw(d, 1, 90), 'example.com', 'école.example', 'mail.example'), '$2b$12$' || substr(md5(d) || d, 1, 53),
       pg_temp.pick(pg_temp.draw(d, 2, 90), 'Amélie', 'Søren', 'محمد', '小明', 'Дмитрий', 'O''Connor', 'Zoé "Z"') || ' ' || i,
       CASE WHEN pg_temp.draw(d, 3, 3) > 0 THEN 'https://cdn.example/avatars/' || d || '.webp' END, CASE WHEN pg_temp.draw(d, 4, 2) > 0 THEN pg_temp.phrase(pg_temp.draw(d, 5, 24)) END,
       pg_temp.draw(d, 6, 5) = 0, CASE WHEN pg_temp.draw(d, 7, 6) > 0 THEN t + interval '1 hour' END, t, t + pg_temp.draw(d, 8, 90000) * interval '1 second'
FROM generate_series(1, :users) i, LATERAL (SELECT md5('users/' || i) AS d OFFSET 0) x, LATERAL (SELECT pg_temp.moment(d, 9) AS t OFFSET 0) y;

-- Everyone knows the next one, and the other way round.
INSERT INTO contacts (user_id, contact_id, nickname, status, created_at, updated_at)
SELECT pg_temp.key('users', CASE way WHEN 0 THEN a ELSE b END), pg_temp.key('users', CASE way WHEN 0 THEN b ELSE a END), CASE WHEN pg_temp.draw(d, 1 + way, 4) = 0 THEN pg_temp.phrase(pg_temp.draw(d, 2 + way, 24)) END,
       pg_temp.pick(pg_temp.draw(d, 4, 100), 'accepted', 'accepted', 'pending', 'blocked')::contact_status, pg_temp.moment(d, 5), pg_temp.moment(d, 5)
FROM generate_series(1, :users - 1) a, LATERAL (SELECT a + 1 AS b, md5('contacts/' || a) AS d OFFSET 0) x, generate_series(0, 1) way;

INSERT INTO chats (id, type, name, avatar_url, created_by, last_message_at, created_at, updated_at)
SELECT pg_temp.key('chats', i), k::chat_type, CASE k WHEN 'group' THEN 'Groupe n° ' || i || ' ' || pg_temp.pick(pg_temp.draw(d, 2, 50), '🏖️', 'Équipe', '项目') END, NULL,
       CASE WHEN pg_temp.draw(d, 3, 9) > 0 THEN pg_temp.key('users', 1 + i % :users) END, CASE WHEN pg_temp.draw(d, 4, 9) > 0 THEN t + interval '90 days' END, t, t + interval '1 day'
FROM generate_series(1, :chats) i, LATERAL (SELECT md5('chats/' || i) AS d OFFSET 0) x, LATERAL (SELECT pg_temp.moment(d, 6) AS t, pg_temp.pick(pg_temp.draw(d, 1, 50), 'direct', 'direct', 'group') AS k OFFSET 0) y;

INSERT INTO chat_participants (chat_id, user_id, role, is_muted, joined_at, left_at)
SELECT pg_temp.key('chats', i), pg_temp.key('users', 1 + (i + k * (1 + i % 3)) % :users), pg_temp.pick(k, 'owner', 'member', 'admin', 'member')::participant_role, pg_temp.draw(d, 2 + k, 7) = 0, t,
       CASE WHEN pg_temp.draw(d, 6 + k, 9) = 0 THEN t + interval '30 days' END
FROM generate_series(1, :chats) i, LATERAL (SELECT md5('chat_participants/' || i) AS d OFFSET 0) x, LATERAL (SELECT pg_temp.moment(d, 12) AS t OFFSET 0) y, generate_series(0, 3) k
ON CONFLICT DO NOTHING;  -- few users: the same one twice

-- One in six answers another of the same chat, mostly an earlier one.
INSERT INTO messages (id, chat_id, sender_id, reply_to_id, content, metadata, edited_at, deleted_at, created_at)
SELECT pg_temp.key('messages', i), pg_temp.key('chats', 1 + i % :chats), CASE WHEN pg_temp.draw(d, 1, 20) > 0 THEN pg_temp.key('users', 1 + pg_temp.draw(d, 2, :users)) END,
       CASE WHEN pg_temp.draw(d, 3, 6) = 0 AND i > :chats THEN pg_temp.key('messages', i - :chats) WHEN pg_temp.draw(d, 3, 60) = 1 AND i + :chats <= :messages THEN pg_temp.key('messages', i + :chats) END,
       CASE WHEN i % 400 = 3 THEN repeat(pg_temp.phrase(pg_temp.draw(d, 4, 24)) || ' | ', 200) ELSE pg_temp.phrase(pg_temp.draw(d, 4, 24)) || pg_temp.phrase(pg_temp.draw(d, 5, 24)) END,
       CASE pg_temp.draw(d, 6, 5) WHEN 0 THEN jsonb_build_object('mentions', jsonb_build_array('user_' || 1 + i % :users), 'lien', NULL, 'n', (pg_temp.draw(d, 7, 9999) * 10 + 7) * 0.01) WHEN 1 THEN '[]' ELSE '{}' END,
       CASE WHEN pg_temp.draw(d, 8, 15) = 0 THEN t + interval '61.000001 seconds' END, CASE WHEN pg_temp.draw(d, 9, 40) = 0 THEN t + interval '1 day' END, t
FROM generate_series(1, :messages) i, LATERAL (SELECT md5('messages/' || i) AS d OFFSET 0) x, LATERAL (SELECT pg_temp.moment(d, 10) AS t OFFSET 0) y;

INSERT INTO attachments (id, message_id, file_name, mime_type, file_size_bytes, storage_path, width, height, thumbnail, created_at)
SELECT pg_temp.key('attachments', i), pg_temp.key('messages', i), 'photo n° ' || i || '.jpg', pg_temp.pick(pg_temp.draw(d, 1, 90), 'image/jpeg', 'image/png', 'image/webp'), pg_temp.draw(d, 2, 10000000), 'uploads/' || d,
       CASE WHEN pg_temp.draw(d, 3, 9) > 0 THEN 1 + pg_temp.draw(d, 4, 8000) END, CASE WHEN pg_temp.draw(d, 3, 9) > 0 THEN 1 + pg_temp.draw(d, 5, 8000) END,
       CASE pg_temp.draw(d, 6, 3) WHEN 0 THEN NULL WHEN 1 THEN '\x' ELSE '\xffd8ff00'::bytea || decode(d, 'hex') END, pg_temp.moment(d, 7)
FROM generate_series(1, :messages) i, LATERAL (SELECT md5('attachments/' || i) AS d OFFSET 0) x WHERE pg_temp.draw(d, 9, 5) = 0;

INSERT INTO message_reactions (message_id, user_id, emoji, created_at)
SELECT pg_temp.key('messages', i), pg_temp.key('users', 1 + (i + k) % :users), pg_temp.pick(pg_temp.draw(d, 1 + k, 90), '👍', '❤️', '👩‍💻', '🇸🇳', ':+1:'), pg_temp.moment(d, 3)
FROM generate_series(1, :messages) i, LATERAL (SELECT md5('message_reactions/' || i) AS d OFFSET 0) x, generate_series(0, 1) k WHERE pg_temp.draw(d, 9 + k, 3) = 0;

INSERT INTO message_delivery (message_id, recipient_id, status, delivered_at, read_at)
SELECT pg_temp.key('messages', i), pg_temp.key('users', 1 + (i + k) % :users), s::delivery_status, CASE WHEN s <> 'sent' THEN t END, CASE WHEN s = 'read' THEN t + interval '7 minutes' END
FROM generate_series(1, :messages) i, generate_series(0, 1) k, LATERAL (SELECT md5('message_delivery/' || i || '/' || k) AS d OFFSET 0) x,
     LATERAL (SELECT pg_temp.moment(d, 3) AS t, pg_temp.pick(pg_temp.draw(d, 1, 90), 'read', 'read', 'delivered', 'sent') AS s OFFSET 0) y;

INSERT INTO unread_messages (user_id, chat_id, unread_count, last_read_message_id, updated_at)
SELECT p.user_id, p.chat_id, pg_temp.draw(d, 1, 99), (SELECT m.id FROM messages m WHERE m.chat_id = p.chat_id AND pg_temp.draw(d, 2, 4) > 0 ORDER BY m.created_at, m.id LIMIT 1), pg_temp.moment(d, 3)
FROM chat_participants p, LATERAL (SELECT md5('unread_messages/' || p.user_id || p.chat_id) AS d OFFSET 0) x WHERE p.left_at IS NULL;

INSERT INTO user_sessions (id, user_id, token_hash, socket_id, device_info, ip_address, is_active, connected_at, last_activity_at, expires_at)
SELECT pg_temp.key('user_sessions', i), pg_temp.key('users', 1 + i % :users), encode(sha256(convert_to('token/' || i, 'UTF8')), 'hex'), CASE WHEN pg_temp.draw(d, 1, 3) > 0 THEN substr(d, 1, 20) END,
       CASE pg_temp.draw(d, 2, 4) WHEN 0 THEN NULL WHEN 1 THEN 'null' ELSE jsonb_build_object('os', pg_temp.pick(pg_temp.draw(d, 3, 90), 'iOS 17', 'Android 14', 'Linux'), 'version', '1.' || i % 9) END,
       CASE pg_temp.draw(d, 4, 3) WHEN 0 THEN NULL WHEN 1 THEN ('2001:db8::' || to_hex(i % 65536))::inet ELSE ('10.0.' || i % 256 || '.7')::inet END, pg_temp.draw(d, 5, 3) > 0, t, t + interval '1 hour', t + interval '30 days'
FROM generate_series(1, :users + :users / 2) i, LATERAL (SELECT md5('user_sessions/' || i) AS d OFFSET 0) x, LATERAL (SELECT pg_temp.moment(d, 6) AS t OFFSET 0) y;

COMMIT;
ANALYZE users, contacts, chats, chat_participants, messages, attachments, message_reactions, message_delivery, unread_messages, user_sessions;
