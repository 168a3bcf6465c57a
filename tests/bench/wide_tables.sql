-- Two wide tables beside those of schema/document-sharing, the same bytes at every run:
--   psql -v rows=N -f wide_tables.sql     N rows of li (numbers, dates, timestamps), three quarters as many of audit (text, jsonb, a timestamp)
-- With rows=0 both stay empty. audit looks like audit tables do: a text key that grows with time, and the user it is about (the users must
-- be there already). Every value comes from the row number: no random(), no now().
\set ON_ERROR_STOP on

BEGIN;
SET LOCAL jit = off;

CREATE TABLE li (
  id bigint PRIMARY KEY,
  order_number integer NOT NULL,
  line smallint NOT NULL,
  quantity numeric(12,2) NOT NULL,
  price numeric(15,4) NOT NULL,
  discount double precision NOT NULL,
  shipped_on date,
  due_on date NOT NULL,
  created_at timestamp(3) NOT NULL,
  picked_at timestamptz(6) NOT NULL
);

CREATE TABLE audit (
  id text PRIMARY KEY,
  user_id text REFERENCES users (id),
  action text NOT NULL,
  entity text NOT NULL,
  details jsonb NOT NULL,
  user_agent text,
  created_at timestamp(3) NOT NULL
);

INSERT INTO li
SELECT i, i / 4, i % 4, (i * 7919 % 1000000) / 100.0, (i * 104729 % 100000000) / 10000.0, (i * 31 % 1000) / 999.0::float8,
       CASE WHEN i % 10 > 0 THEN date '2019-01-01' + (i * 17 % 2200)::int END, date '2019-02-01' + (i * 17 % 2200)::int,
       timestamp '2019-01-01' + i * interval '67.89 seconds', timestamptz '2019-01-01 00:00:00Z' + i * interval '67.890123 seconds'
FROM generate_series(1, :rows::bigint) AS i;

INSERT INTO audit
SELECT 'cl' || lpad(to_hex(i), 7, '0') || left(md5(i::text), 16), u.id,
       (ARRAY['CREATE', 'UPDATE', 'DELETE', 'LOGIN', 'EXPORT'])[1 + i % 5], (ARRAY['document', 'demande', 'user', 'paiement'])[1 + i % 4],
       jsonb_build_object('ip', '10.' || i % 256 || '.0.1', 'champs', jsonb_build_array('statut', 'modifié "à la main"', i), 'avant', md5(i::text),
                          'après', md5((i + 1)::text), 'durée', (i % 977) / 8.0),
       CASE WHEN i % 3 > 0
            THEN 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/' || 100 + i % 30 || '.0.0.0 Safari/537.36' END,
       timestamp '2019-01-01' + i * interval '91.011 seconds'
FROM generate_series(1, :rows::bigint * 3 / 4) AS i
JOIN (SELECT row_number() OVER (ORDER BY id) - 1 AS number, id FROM users) AS u ON u.number = i % (SELECT count(*) FROM users)
ORDER BY i;

COMMIT;
