-- Sample data of any size for 001_schema.sql, the same bytes at every run:
--   psql -v scale=N -f sample.sql     about N users (1 to 1,000,000; 1000 if not given) and about 11 rows in all for each
-- Into empty tables, in one transaction. Every value comes from md5 of table name and row number: no random(), no now().
-- JSON numbers are spelled the way jq spells them, so that a pretty-printed copy of an export holds the same values.
\set ON_ERROR_STOP on
\encoding UTF8
\if :{?scale}
\else
  \set scale 1000
\endif

SELECT s AS users, o AS organizations, 2 * o AS departments, 4 * o AS filieres, 1 + s / 10 AS invites, 1 + s / 2 AS demandes,
       2 + s * 3 / 4 AS documents, o AS abonnements, 1 + s / 2 AS transactions, 1 + s / 2 AS payments, 3 + s / 20 AS messages,
       5 * s AS audit_logs
FROM (SELECT greatest(1, :scale::bigint) AS s) a, LATERAL (SELECT 2 + s / 50 AS o) b \gset

BEGIN;
SET LOCAL standard_conforming_strings = on;
SET LOCAL datestyle = 'ISO, YMD';
-- Both cost these statements more than they save; the second is new in version 14.
SELECT count(set_config(name, 'off', true)) AS turned_off FROM pg_settings WHERE name IN ('jit', 'enable_memoize') \gset

-- 25 characters, growing with the row number as real CUIDs grow with time.
CREATE OR REPLACE FUNCTION pg_temp.cuid(kind text, i bigint) RETURNS text LANGUAGE sql AS
$$ SELECT 'cl' || lpad(to_hex(i), 7, '0') || substr(md5(kind || ':' || i), 1, 16) $$;

-- A number below modulus out of the hex digits from place (1 to 25) on; overlapping places are good enough here.
CREATE OR REPLACE FUNCTION pg_temp.draw(digits text, place int, modulus int) RETURNS int LANGUAGE sql AS
$$ SELECT ('x' || substr(digits, place, 7))::bit(28)::int % modulus $$;

CREATE OR REPLACE FUNCTION pg_temp.pick(k int, VARIADIC words text[]) RETURNS text LANGUAGE sql AS
$$ SELECT words[1 + k % cardinality(words)] $$;

-- Six years from 2019 on, to the millisecond.
CREATE OR REPLACE FUNCTION pg_temp.moment(digits text, place int) RETURNS timestamp LANGUAGE sql AS
$$ SELECT timestamp '2019-01-01' + pg_temp.draw(digits, place, 189302400) * interval '1 second'
        + pg_temp.draw(digits, place + 1, 1000) * interval '1 millisecond' $$;

-- "ascii|as written"
CREATE OR REPLACE FUNCTION pg_temp.first_name(k int) RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.pick(k, 'amelie|Amélie', 'zoe|Zoé', 'francois|François', 'noel|Noël', 'aissatou|Aïssatou', 'ousmane|Ousmane', 'helene|Hélène',
     'jean-pierre|Jean-Pierre', 'fatou|Fatou', 'mamadou|Mamadou', 'anais|Anaïs', 'cedric|Cédric', 'ines|Inès', 'moussa|Moussa', 'lea|Léa',
     'chloe|Chloé', 'cheikh|Cheikh', 'awa|Awa', 'loic|Loïc', 'maelle|Maëlle', 'muhammad|محمد', 'fatima|فاطمة', 'wei|伟', 'xiaoming|小明',
     'sakura|さくら', 'minjun|민준', 'dmitri|Дмитрий', 'eleni|Ελένη', 'david|דוד', 'soren|Søren', 'zofia|Zofia', 'nguyen|Nguyễn') $$;

CREATE OR REPLACE FUNCTION pg_temp.last_name(k int) RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.pick(k, 'diop|Diop', 'ndiaye|N''Diaye', 'ba|Bâ', 'sow|Sow', 'fall|Fall', 'traore|Traoré', 'kone|Koné', 'ouedraogo|Ouédraogo',
     'lefevre|Lefèvre', 'dupont|Dupont', 'muller|Müller', 'oconnor|O''Connor', 'garcia|García', 'lebrun|Le Brun', 'de-la-tour|de La Tour',
     'gueye|Guèye', 'benali|بن علي', 'wang|王', 'sato|佐藤', 'kim|김', 'ivanov|Иванов', 'papadopoulos|Παπαδόπουλος', 'cohen|כהן',
     'lukasz|Łukasz', 'ozturk|Öztürk', 'tran|Trần', 'quote|"Le Grand"', 'agbodjan|Agbodjan-Prince', 'x|X') $$;

CREATE OR REPLACE FUNCTION pg_temp.phrase(k int) RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.pick(k, 'Merci de vérifier le diplôme ci-joint.', 'L''attestation a été envoyée à l''université d''accueil.', '',
     'Bonjour,' || E'\n\n' || 'Je n''ai toujours pas reçu mon relevé de notes.' || E'\r\n' || 'Cordialement', E'colonne\tvaleur\tremarque', E'C:\\Users\\Zoé\\diplômes\\n°1.pdf',
     'Il a dit : « C''est "urgent" ! »', 'Été à Saint-Louis 🌞🏖️, ça ira 👍🏽', 'famille 👨‍👩‍👧‍👦, drapeau 🇸🇳, musique 𝄞', '请核对所附的学位证书。', '成績証明書を確認してください。',
     'يرجى التحقق من الشهادة المرفقة رقم 42 (PDF).', 'נא לאמת את התעודה "המצורפת".', 'Проверьте, пожалуйста, диплом.', 'Dégagé, déjà, naïf, œuvre, Ça, ÿ, İstanbul, ß',
     E'décompose\u0301 : e\u0301te\u0301, o\u0302', E'largeur nulle\u200Bici, insécable\u00A0là, direction\u202Einversée\u202C', E'séparateurs\u2028de ligne\u2029et BOM \uFEFF fin',
     E'contrôles \x01\x08\x0B\x0C\x1B[31mrouge\x1B[0m\x1F\x7F', E'\\N', 'NULL', 'null', '{"pas": "un objet"}', '<script>alert("x")</script> & <b>gras</b>', '=SOMME(A1:A9)', '$json {"$json":null} $1 :nom %s %n',
     '; DROP TABLE "users"; --', '  espaces autour  ', E'\n', '100 % des 1 234,56 € — 50 ‰ ≠ 0', '-', 'ok') $$;

INSERT INTO permissions
SELECT pg_temp.cuid('permissions', i), r.name || '.' || a.name, initcap(a.name || ' ' || r.name), nullif(pg_temp.phrase(i::int), ''), r.name, a.name, i % 5 = 0,
       timestamp '2019-01-01 08:00:00' + i * interval '1 second', timestamp '2024-06-30 12:34:56.789'
FROM unnest(ARRAY['user', 'organization', 'document', 'demande', 'payment', 'audit']) WITH ORDINALITY r(name, rn),
     unnest(ARRAY['read', 'write', 'delete', 'share']) WITH ORDINALITY a(name, an), LATERAL (SELECT (rn - 1) * 4 + an AS i) n
ORDER BY i;

INSERT INTO organizations
SELECT pg_temp.cuid('organizations', i),
       pg_temp.pick(pg_temp.draw(d, 1, 60), 'Université', 'École supérieure', 'Institut polytechnique', 'Mairie', 'Société', 'Association') || ' ' || split_part(city, '|', 2) || ' nº ' || i,
       split_part(city, '|', 1) || '-' || i,
       pg_temp.pick(pg_temp.draw(d, 1, 60), 'UNIVERSITE', 'ECOLE', 'ECOLE', 'ADMINISTRATION', 'ENTREPRISE', 'ASSOCIATION')::"OrganizationType",
       CASE WHEN pg_temp.draw(d, 2, 4) > 0 THEN 'contact@' || split_part(city, '|', 1) || '-' || i || '.example' END,
       CASE WHEN pg_temp.draw(d, 3, 3) > 0 THEN '+22133' || lpad((i * 7919 % 10000000)::text, 7, '0') END,
       i % 97 || ', rue de l''Indépendance' || E'\n' || split_part(city, '|', 2), split_part(city, '|', 2), split_part(city, '|', 3),
       CASE WHEN pg_temp.draw(d, 4, 2) = 0 THEN 'https://' || split_part(city, '|', 1) || '-' || i || '.example/?q=a&b=%20' END,
       CASE WHEN pg_temp.draw(d, 5, 5) > 0 THEN pg_temp.phrase(pg_temp.draw(d, 6, 32)) END,
       CASE pg_temp.draw(d, 7, 4) WHEN 0 THEN '{}' WHEN 1 THEN ARRAY['diplômes', 'a,b', 'c"d', 'e\f', '{g}', '', 'NULL', ' '] ELSE ARRAY['public', pg_temp.phrase(pg_temp.draw(d, 8, 32))] END,
       CASE pg_temp.draw(d, 9, 4) WHEN 0 THEN '{}' ELSE jsonb_build_object('theme', pg_temp.pick(pg_temp.draw(d, 10, 9), 'clair', 'sombre', '高对比度'), 'logo', NULL, 'ratio', 1.15,
         'horaires', jsonb_build_array(8, 17.5, jsonb_build_object('samedi', false)), 'mot', pg_temp.phrase(pg_temp.draw(d, 11, 32))) END,
       pg_temp.draw(d, 12, 3) > 0,
       CASE pg_temp.draw(d, 13, 8) WHEN 0 THEN 9007199254740993 WHEN 1 THEN 9223372036854775807 - i ELSE 10737418240 * (1 + pg_temp.draw(d, 13, 50)) END,
       CASE WHEN pg_temp.draw(d, 14, 6) > 0 THEN (pg_temp.draw(d, 15, 180000001) - 90000000) / 1e6::float8 END, CASE WHEN pg_temp.draw(d, 14, 6) > 0 THEN (pg_temp.draw(d, 16, 260000000) - 130000000) / 1e6::float8 END,
       CASE WHEN pg_temp.draw(d, 17, 5) > 0 THEN date '1253-01-01' + pg_temp.draw(d, 17, 280000) END,
       -- Mostly the parent is an earlier row, sometimes a later one.
       CASE WHEN i = 1 OR pg_temp.draw(d, 18, 3) = 0 THEN NULL WHEN pg_temp.draw(d, 19, 12) = 0 AND i < :organizations THEN pg_temp.cuid('organizations', i + 1) ELSE pg_temp.cuid('organizations', 1 + (i - 1) / 3) END,
       t, t + pg_temp.draw(d, 20, 400) * interval '1 hour'
FROM generate_series(1, :organizations) i, LATERAL (SELECT md5('organizations/' || i) AS d OFFSET 0) x,
     LATERAL (SELECT pg_temp.moment(d, 21) AS t, pg_temp.pick(pg_temp.draw(d, 22, 1000), 'dakar|Dakar|SN', 'thies|Thiès|SN', 'saint-louis|Saint-Louis|SN', 'paris|Paris|FR',
       'orleans|Orléans|FR', 'abidjan|Abidjan|CI', 'fes|فاس|MA', 'beijing|北京|CN', 'montreal|Montréal|CA', 'koln|Köln|DE') AS city OFFSET 0) y;

INSERT INTO users
SELECT pg_temp.cuid('users', i), split_part(f, '|', 1) || '.' || split_part(l, '|', 1) || '.' || i || '@' || pg_temp.pick(pg_temp.draw(d, 1, 90), 'example.com', 'univ.example', 'école.example'),
       CASE WHEN pg_temp.draw(d, 2, 5) > 0 THEN t + interval '5 minutes' END, '$2b$12$' || substr(md5(d) || d, 1, 53), split_part(f, '|', 2), split_part(l, '|', 2),
       CASE WHEN pg_temp.draw(d, 3, 3) > 0 THEN '+2217' || lpad((i * 7919 % 100000000)::text, 8, '0') END,
       CASE WHEN i % 500 = 1 THEN 'SUPER_ADMIN' ELSE pg_temp.pick(pg_temp.draw(d, 4, 500), 'UTILISATEUR', 'UTILISATEUR', 'UTILISATEUR', 'UTILISATEUR', 'UTILISATEUR', 'UTILISATEUR', 'AGENT', 'AGENT', 'GESTIONNAIRE', 'ADMIN') END::"UserRole",
       pg_temp.pick(pg_temp.draw(d, 5, 500), 'ACTIF', 'ACTIF', 'ACTIF', 'ACTIF', 'ACTIF', 'ACTIF', 'ACTIF', 'INVITE', 'SUSPENDU', 'DESACTIVE')::"UserStatus",
       pg_temp.pick(pg_temp.draw(d, 6, 700), 'fr', 'fr', 'fr', 'en', 'ar', 'zh-Hans', 'wo'),
       CASE WHEN i % 1000 = 7 THEN repeat('Très longue biographie № ' || i || E' — 長い略歴\n', 600) WHEN pg_temp.draw(d, 7, 3) > 0 THEN pg_temp.phrase(pg_temp.draw(d, 8, 32)) END,
       CASE pg_temp.draw(d, 9, 8) WHEN 0 THEN NULL WHEN 1 THEN 'null' WHEN 2 THEN '{}' WHEN 3 THEN '[]' WHEN 4 THEN '{"$json": null}' WHEN 5 THEN to_jsonb(pg_temp.phrase(pg_temp.draw(d, 10, 32)))
         ELSE jsonb_build_object('langue', 'fr', 'courriel', jsonb_build_object('hebdo', i % 2 = 0, 'heures', jsonb_build_array(8, 12.25, 9007199254740991, -0.001)), 'clé "é"', pg_temp.phrase(pg_temp.draw(d, 11, 32)), '', NULL) END,
       CASE WHEN pg_temp.draw(d, 12, 4) > 0 THEN date '1940-02-29' + pg_temp.draw(d, 12, 24000) END, pg_temp.draw(d, 13, 2000) * (pg_temp.draw(d, 14, 9) / 2),
       CASE WHEN pg_temp.draw(d, 14, 9) > 1 THEN t + pg_temp.draw(d, 15, 40000000) * interval '1 second' END,
       CASE WHEN pg_temp.draw(d, 16, 12) > 0 THEN pg_temp.cuid('organizations', 1 + pg_temp.draw(d, 17, :organizations)) END, t, t + pg_temp.draw(d, 18, 50000000) * interval '1 second'
FROM generate_series(1, :users) i, LATERAL (SELECT md5('users/' || i) AS d OFFSET 0) x,
     LATERAL (SELECT pg_temp.moment(d, 20) AS t, pg_temp.first_name(pg_temp.draw(d, 22, 100000)) AS f, pg_temp.last_name(pg_temp.draw(d, 24, 100000)) AS l OFFSET 0) y;

-- None to four different permissions a user: the step has no divisor in common with 24.
INSERT INTO "_PermissionToUser"
SELECT pg_temp.cuid('permissions', 1 + (pg_temp.draw(d, 1, 24) + k * pg_temp.pick(pg_temp.draw(d, 9, 400), '1', '5', '7', '11')::int) % 24), pg_temp.cuid('users', i)
FROM generate_series(1, :users) i, LATERAL (SELECT md5('_PermissionToUser/' || i) AS d OFFSET 0) x, generate_series(1, pg_temp.draw(d, 17, 5)) k;

INSERT INTO departments
SELECT pg_temp.cuid('departments', i), 'Département ' || pg_temp.pick(pg_temp.draw(d, 1, 100), 'd''informatique', 'de mathématiques', 'de droit', 'des lettres', 'de santé', 'de génie civil'), 'D' || i % 2 + 1,
       CASE WHEN pg_temp.draw(d, 2, 3) > 0 THEN pg_temp.phrase(pg_temp.draw(d, 3, 32)) END, pg_temp.cuid('organizations', (i + 1) / 2), t, t + interval '1 day'
FROM generate_series(1, :departments) i, LATERAL (SELECT md5('departments/' || i) AS d OFFSET 0) x, LATERAL (SELECT pg_temp.moment(d, 5) AS t OFFSET 0) y;

INSERT INTO filieres
SELECT pg_temp.cuid('filieres', i), pg_temp.pick(pg_temp.draw(d, 1, 100), 'Génie logiciel', 'Réseaux & sécurité', 'Économie', 'Études françaises', '数学', 'القانون'), 'F-' || lpad(i::text, 6, '0'),
       pg_temp.pick(pg_temp.draw(d, 2, 100), 'BTS', 'LICENCE', 'LICENCE', 'MASTER', 'DOCTORAT')::"FiliereLevel", 1 + pg_temp.draw(d, 3, 8),
       CASE pg_temp.draw(d, 4, 6) WHEN 0 THEN NULL WHEN 1 THEN 0 ELSE pg_temp.draw(d, 5, 99999999) * 0.01 END, pg_temp.draw(d, 6, 10) > 0, pg_temp.cuid('departments', 1 + pg_temp.draw(d, 7, :departments)), t, t + interval '90 days'
FROM generate_series(1, :filieres) i, LATERAL (SELECT md5('filieres/' || i) AS d OFFSET 0) x, LATERAL (SELECT pg_temp.moment(d, 9) AS t OFFSET 0) y;

INSERT INTO organization_invites
SELECT pg_temp.cuid('organization_invites', i), 'invite.' || i || '+test@example.com', md5('token/' || i) || md5('invite/' || i),
       pg_temp.pick(pg_temp.draw(d, 1, 100), 'UTILISATEUR', 'AGENT', 'GESTIONNAIRE')::"UserRole", s::"InviteStatus", CASE WHEN pg_temp.draw(d, 3, 2) = 0 THEN pg_temp.phrase(pg_temp.draw(d, 4, 32)) END,
       t + interval '7 days', CASE WHEN s = 'ACCEPTEE' THEN t + pg_temp.draw(d, 5, 600000) * interval '1 second' END, pg_temp.cuid('organizations', 1 + pg_temp.draw(d, 6, :organizations)), t, t
FROM generate_series(1, :invites) i, LATERAL (SELECT md5('organization_invites/' || i) AS d OFFSET 0) x,
     LATERAL (SELECT pg_temp.moment(d, 9) AS t, pg_temp.pick(pg_temp.draw(d, 2, 100), 'EN_ATTENTE', 'ACCEPTEE', 'ACCEPTEE', 'EXPIREE', 'REVOQUEE') AS s OFFSET 0) y;

INSERT INTO demande_partages
SELECT pg_temp.cuid('demande_partages', i), 'DP-' || to_char(t, 'YYYY') || '-' || lpad(i::text, 7, '0'), pg_temp.pick(pg_temp.draw(d, 1, 100), 'Vérification de diplôme', 'Relevé de notes — année L3', 'Équivalence', 'Dossier d''inscription', '学历认证'),
       CASE WHEN i % 500 = 3 THEN repeat(pg_temp.phrase(pg_temp.draw(d, 2, 32)) || ' | ', 500) WHEN pg_temp.draw(d, 2, 3) > 0 THEN pg_temp.phrase(pg_temp.draw(d, 3, 32)) END, s::"DemandeStatus",
       CASE pg_temp.draw(d, 4, 5) WHEN 0 THEN '{}' WHEN 1 THEN '{DIPLOME,RELEVE_DE_NOTES,ATTESTATION}' WHEN 2 THEN '{AUTRE,CERTIFICAT}' ELSE '{DIPLOME}' END::"DocumentType"[],
       CASE pg_temp.draw(d, 5, 4) WHEN 0 THEN 0 ELSE 500 * pg_temp.draw(d, 6, 200) + 0.50 END,
       CASE pg_temp.draw(d, 7, 4) WHEN 0 THEN NULL WHEN 1 THEN 'null' ELSE jsonb_build_object('motif', pg_temp.phrase(pg_temp.draw(d, 8, 32)), 'pages', pg_temp.draw(d, 9, 40), 'étapes', jsonb_build_array(jsonb_build_object('le', to_char(t, 'YYYY-MM-DD'), 'ok', true), NULL)) END,
       CASE WHEN pg_temp.draw(d, 10, 3) > 0 THEN t::date + 30 END, CASE WHEN s IN ('APPROUVEE', 'REJETEE') THEN t + pg_temp.draw(d, 11, 2000000) * interval '1 second' END,
       pg_temp.cuid('users', 1 + pg_temp.draw(d, 12, :users)), pg_temp.cuid('organizations', 1 + pg_temp.draw(d, 13, :organizations)),
       CASE WHEN pg_temp.draw(d, 14, 7) > 0 THEN pg_temp.cuid('organizations', 1 + pg_temp.draw(d, 15, :organizations)) END, t, t + pg_temp.draw(d, 16, 3000000) * interval '1 second'
FROM generate_series(1, :demandes) i, LATERAL (SELECT md5('demande_partages/' || i) AS d OFFSET 0) x,
     LATERAL (SELECT pg_temp.moment(d, 20) AS t, pg_temp.pick(pg_temp.draw(d, 18, 100), 'BROUILLON', 'EN_ATTENTE', 'APPROUVEE', 'APPROUVEE', 'REJETEE', 'ANNULEE') AS s OFFSET 0) y;

INSERT INTO document_partages
SELECT pg_temp.cuid('document_partages', i), pg_temp.pick(pg_temp.draw(d, 1, 100), 'Diplôme de licence', 'Relevé de notes', 'Attestation d''inscription', 'Certificat « TOEFL »', '毕业证书'),
       pg_temp.pick(pg_temp.draw(d, 1, 100), 'DIPLOME', 'RELEVE_DE_NOTES', 'ATTESTATION', 'CERTIFICAT', 'AUTRE')::"DocumentType", 'pièce n° ' || i || '.pdf', 'uploads/' || substr(d, 1, 2) || '/' || d || '.pdf',
       pg_temp.pick(pg_temp.draw(d, 2, 100), 'application/pdf', 'image/png', 'image/jpeg'), CASE WHEN i % 200 = 9 THEN 9007199254740992 + i ELSE pg_temp.draw(d, 3, 26214400) END, encode(sha256(convert_to('document/' || i, 'UTF8')), 'hex'),
       CASE pg_temp.draw(d, 4, 4) WHEN 0 THEN '\x' WHEN 1 THEN '\x89504e470d0a1a0a00'::bytea || sha256(convert_to(d, 'UTF8')) END,
       CASE pg_temp.draw(d, 5, 3) WHEN 0 THEN '{}' ELSE ARRAY['scanné', pg_temp.phrase(pg_temp.draw(d, 6, 32)), '2024'] END, pg_temp.draw(d, 7, 500),
       CASE pg_temp.draw(d, 8, 3) WHEN 0 THEN t + interval '1 year' END, pg_temp.cuid('demande_partages', 1 + pg_temp.draw(d, 9, :demandes)), pg_temp.cuid('organizations', 1 + pg_temp.draw(d, 10, :organizations)), t, t + interval '1 hour'
FROM generate_series(1, :documents) i, LATERAL (SELECT md5('document_partages/' || i) AS d OFFSET 0) x, LATERAL (SELECT pg_temp.moment(d, 12) AS t OFFSET 0) y;

-- One chain: every block names the one before.
INSERT INTO blockchain_blocks
SELECT pg_temp.cuid('blockchain_blocks', i), i, encode(sha256(convert_to('block/' || i, 'UTF8')), 'hex'), CASE WHEN i = 1 THEN repeat('0', 64) ELSE encode(sha256(convert_to('block/' || i - 1, 'UTF8')), 'hex') END,
       ('x' || substr(d, 1, 16))::bit(64)::bigint, CASE pg_temp.draw(d, 3, 5) WHEN 0 THEN 0.1 WHEN 1 THEN 1e21 ELSE pg_temp.draw(d, 4, 100000000) / 7e3::float8 END,
       jsonb_build_object('document', pg_temp.cuid('document_partages', i), 'action', pg_temp.pick(pg_temp.draw(d, 5, 100), 'PARTAGE', 'CONSULTATION'), 'poids', (pg_temp.draw(d, 6, 9999) * 10 + 7) * 0.01),
       sha256(convert_to(d, 'UTF8')) || sha256(convert_to(md5(d), 'UTF8')), (timestamp '2019-06-01' + i * interval '17.000731 seconds') AT TIME ZONE 'UTC', pg_temp.cuid('document_partages', i),
       CASE WHEN i > 1 THEN pg_temp.cuid('blockchain_blocks', i - 1) END, timestamp '2019-06-01' + i * interval '17 seconds', timestamp '2019-06-01' + i * interval '17 seconds'
FROM generate_series(1, :documents) i, LATERAL (SELECT md5('blockchain_blocks/' || i) AS d OFFSET 0) x;

INSERT INTO abonnements
SELECT pg_temp.cuid('abonnements', i), pg_temp.pick(pg_temp.draw(d, 1, 100), 'GRATUIT', 'ESSENTIEL', 'PROFESSIONNEL', 'ENTREPRISE')::"AbonnementPlan", pg_temp.pick(pg_temp.draw(d, 2, 100), 'ACTIF', 'ACTIF', 'ESSAI', 'SUSPENDU', 'RESILIE')::"AbonnementStatus",
       CASE pg_temp.draw(d, 1, 4) WHEN 0 THEN 0 ELSE 25000 * (1 + pg_temp.draw(d, 3, 40)) - 0.01 END, pg_temp.pick(pg_temp.draw(d, 4, 100), 'XOF', 'XOF', 'EUR', 'MAD'), 1 + pg_temp.draw(d, 5, 250),
       jsonb_build_object('partages', pg_temp.draw(d, 6, 1000), 'options', jsonb_build_array('api', 'signature électronique', NULL)), pg_temp.draw(d, 7, 3) > 0,
       date_trunc('day', t), CASE WHEN pg_temp.draw(d, 8, 4) > 0 THEN date_trunc('day', t) + interval '1 year' END, pg_temp.cuid('organizations', i), t, t + interval '2 days'
FROM generate_series(1, :abonnements) i, LATERAL (SELECT md5('abonnements/' || i) AS d OFFSET 0) x, LATERAL (SELECT pg_temp.moment(d, 10) AS t OFFSET 0) y;

INSERT INTO transactions
SELECT pg_temp.cuid('transactions', i), 'TX-' || to_char(t, 'YYYYMM') || '-' || lpad(i::text, 8, '0'), pg_temp.pick(pg_temp.draw(d, 1, 100), 'DEMANDE', 'DEMANDE', 'ABONNEMENT', 'REMBOURSEMENT')::"TransactionType", s::"TransactionStatus",
       CASE WHEN i % 1000 = 11 THEN 9999999999.99 ELSE (pg_temp.draw(d, 3, 20000000) - 500000) * 0.01 END,
       CASE pg_temp.draw(d, 4, 5) WHEN 0 THEN 655.957 WHEN 1 THEN 0.000000000000000000000000000001 * pg_temp.draw(d, 5, 100000000) WHEN 2 THEN 12345678901234567890123456789012345.123456789 ELSE 1 END,
       pg_temp.pick(pg_temp.draw(d, 4, 100), 'EUR', 'USD', 'GNF', 'XOF', 'XOF'), CASE WHEN pg_temp.draw(d, 6, 3) > 0 THEN pg_temp.phrase(pg_temp.draw(d, 7, 32)) END,
       CASE WHEN pg_temp.draw(d, 8, 3) > 0 THEN jsonb_build_object('ip', '10.0.' || i % 256 || '.1', 'frais', jsonb_build_object('taux', 0.025, 'montant', NULL), 'note', pg_temp.phrase(pg_temp.draw(d, 9, 32))) END,
       CASE WHEN s <> 'EN_ATTENTE' THEN t + interval '42.123 seconds' END, pg_temp.cuid('users', 1 + pg_temp.draw(d, 10, :users)), CASE WHEN pg_temp.draw(d, 11, 5) > 0 THEN pg_temp.cuid('demande_partages', 1 + pg_temp.draw(d, 12, :demandes)) END, t, t + interval '1 minute'
FROM generate_series(1, :transactions) i, LATERAL (SELECT md5('transactions/' || i) AS d OFFSET 0) x,
     LATERAL (SELECT pg_temp.moment(d, 14) AS t, pg_temp.pick(pg_temp.draw(d, 2, 100), 'REUSSIE', 'REUSSIE', 'REUSSIE', 'EN_ATTENTE', 'ECHOUEE', 'ANNULEE') AS s OFFSET 0) y;

INSERT INTO payments
SELECT pg_temp.cuid('payments', i), 'pay_' || md5('reference/' || i), pg_temp.pick(pg_temp.draw(d, 1, 100), 'MOBILE_MONEY', 'MOBILE_MONEY', 'CARTE', 'VIREMENT', 'ESPECES')::"PaymentMethod", s::"PaymentStatus", pg_temp.draw(d, 3, 20000000) * 0.01, 'XOF',
       CASE pg_temp.draw(d, 4, 4) WHEN 0 THEN NULL WHEN 1 THEN '[]' ELSE jsonb_build_object('code', pg_temp.draw(d, 5, 600), 'fournisseur', 'Orange Money', 'détails', jsonb_build_array(jsonb_build_array(), jsonb_build_object(), pg_temp.phrase(pg_temp.draw(d, 6, 32)))) END,
       CASE WHEN s = 'ECHOUE' THEN pg_temp.phrase(pg_temp.draw(d, 7, 32)) END, CASE WHEN s = 'PAYE' THEN t + interval '3.5 seconds' END, pg_temp.cuid('transactions', 1 + pg_temp.draw(d, 8, :transactions)),
       CASE WHEN pg_temp.draw(d, 9, 3) > 0 THEN pg_temp.cuid('demande_partages', 1 + pg_temp.draw(d, 10, :demandes)) END, CASE WHEN pg_temp.draw(d, 9, 3) = 0 THEN pg_temp.cuid('abonnements', 1 + pg_temp.draw(d, 11, :abonnements)) END, t, t + interval '4 seconds'
FROM generate_series(1, :payments) i, LATERAL (SELECT md5('payments/' || i) AS d OFFSET 0) x,
     LATERAL (SELECT pg_temp.moment(d, 14) AS t, pg_temp.pick(pg_temp.draw(d, 2, 100), 'PAYE', 'PAYE', 'PAYE', 'EN_ATTENTE', 'ECHOUE', 'REMBOURSE') AS s OFFSET 0) y;

INSERT INTO contact_messages
SELECT pg_temp.cuid('contact_messages', i), i, split_part(pg_temp.first_name(pg_temp.draw(d, 1, 100000)), '|', 2) || ' ' || split_part(pg_temp.last_name(pg_temp.draw(d, 2, 100000)), '|', 2), 'visiteur' || i || '@example.org',
       pg_temp.phrase(pg_temp.draw(d, 3, 32)), CASE WHEN i % 50 = 2 THEN repeat(md5('message/' || i) || E' 🙂\n', 800) ELSE pg_temp.phrase(pg_temp.draw(d, 4, 32)) || E'\n' || pg_temp.phrase(pg_temp.draw(d, 5, 32)) END,
       pg_temp.pick(pg_temp.draw(d, 6, 100), 'NOUVEAU', 'EN_COURS', 'TRAITE', 'ARCHIVE')::"ContactStatus",
       CASE pg_temp.draw(d, 7, 4) WHEN 0 THEN NULL WHEN 1 THEN ('2001:db8::' || to_hex(i % 65536))::inet WHEN 2 THEN inet '192.168.0.0/16' ELSE ('196.207.' || i % 256 || '.' || pg_temp.draw(d, 8, 256))::inet END, t, t
FROM generate_series(1, :messages) i, LATERAL (SELECT md5('contact_messages/' || i) AS d OFFSET 0) x, LATERAL (SELECT pg_temp.moment(d, 10) AS t OFFSET 0) y;

INSERT INTO configurations
SELECT pg_temp.cuid('configurations', i), key, value::jsonb, category, description, category = 'secret', 1 + i % 3, timestamp '2019-01-01' + i * interval '1 day', timestamp '2024-01-01 00:00:00.001'
FROM (VALUES (1, 'site.url', '"http://localhost:3000"', 'site', 'Adresse publique'), (2, 'site.annonce', 'null', 'site', 'null de JSON : aucune annonce'),
  (3, 'site.langues', '["fr", "en", "ar", "zh-Hans"]', 'site', NULL), (4, 'mail.expediteur', '"Partage <no-reply@example.com>"', 'mail', ''), (5, 'mail.smtp', '{"port": 587, "host": "localhost", "tls": {"min": "1.2", "vérifie": true}}', 'mail', 'Serveur d''envoi'),
  (6, 'upload.taille_max', '26214400', 'upload', 'octets'), (7, 'upload.types', '["application/pdf", "image/*"]', 'upload', E'un type\npar ligne'), (8, 'paiement.taux', '0.025', 'paiement', NULL), (9, 'paiement.actif', 'false', 'paiement', NULL),
  (10, 'paiement.cle_api', '"sk_test_\u00e9\"\\"', 'secret', 'à remplacer'), (11, 'blockchain.genese', '{"$json": {"$json": null}}', 'blockchain', NULL), (12, 'blockchain.limite', '9007199254740991', 'blockchain', 'le plus grand entier sûr'),
  (13, 'securite.mot_de_passe', '{"min": 12, "règles": [["A-Z"], ["0-9"], []]}', 'secret', NULL), (14, 'vide.texte', '""', 'divers', ''), (15, 'vide.objet', '{}', 'divers', NULL), (16, 'vide.liste', '[]', 'divers', NULL)) v(i, key, value, category, description);

INSERT INTO site_settings
SELECT pg_temp.cuid('site_settings', i), locale, name, tagline, '© 2019–2025' || E'\n' || name, color, social::jsonb, i = 8, opens::time, timestamp '2019-01-01', timestamp '2024-05-01 10:20:30.4'
FROM (VALUES (1, 'fr', 'Partage de documents', 'Sûr, simple, vérifié', '#0F766E', '{"x": "https://x.example/partage", "autres": []}', '08:00'), (2, 'en', 'Document sharing', 'Safe "and" simple', '#0F766E', NULL, '09:30:15'),
  (3, 'ar', 'مشاركة الوثائق', 'آمن وبسيط', '#1D4ED8', 'null', '00:00'), (4, 'zh-Hans', '文件共享', '安全可靠', '#B91C1C', '{}', NULL), (5, 'he', 'שיתוף מסמכים', NULL, '#000000', NULL, '23:59:59'),
  (6, 'wo', 'Séddoo këyit', '', '#FFFFFF', '[1, 2.5, 3e2]', '24:00'), (7, 'ja', '書類の共有 📄', NULL, '#7C3AED', '"#partage"', NULL), (8, 'en-GB', 'Document sharing', 'colour', '#0F766E', 'false', '12:00')) v(i, locale, name, tagline, color, social, opens);

INSERT INTO audit_logs
SELECT pg_temp.cuid('audit_logs', i), pg_temp.pick(pg_temp.draw(d, 1, 600), 'LOGIN', 'CREATE', 'UPDATE', 'DELETE', 'SHARE', 'DOWNLOAD'), e, CASE WHEN pg_temp.draw(d, 3, 6) > 0 THEN pg_temp.cuid(e, 1 + pg_temp.draw(d, 4, :demandes)) END,
       CASE pg_temp.draw(d, 5, 6) WHEN 0 THEN 'null' WHEN 1 THEN jsonb_build_object('status', 'EN_ATTENTE', 'montant', (pg_temp.draw(d, 6, 9999) * 10 + 7) * 0.01) END,
       CASE WHEN pg_temp.draw(d, 7, 3) > 0 THEN jsonb_build_object('status', 'APPROUVEE', 'champs', jsonb_build_array('statut', 'montant'), 'texte', pg_temp.phrase(pg_temp.draw(d, 8, 32))) END,
       CASE WHEN pg_temp.draw(d, 9, 8) > 0 THEN '41.82.' || i % 256 || '.' || pg_temp.draw(d, 10, 256) END,
       CASE WHEN pg_temp.draw(d, 11, 8) > 0 THEN 'Mozilla/5.0 (' || pg_temp.pick(pg_temp.draw(d, 12, 100), 'X11; Linux x86_64', 'Windows NT 10.0; Win64; x64', 'iPhone; CPU iPhone OS 17_5 like Mac OS X') || ') Gecko/20100101 Firefox/' || 90 + i % 40 END,
       CASE WHEN pg_temp.draw(d, 13, 10) > 0 THEN pg_temp.cuid('users', 1 + pg_temp.draw(d, 14, :users)) END, pg_temp.moment(d, 16)
FROM generate_series(1, :audit_logs) i, LATERAL (SELECT md5('audit_logs/' || i) AS d OFFSET 0) x,
     LATERAL (SELECT pg_temp.pick(pg_temp.draw(d, 2, 400), 'users', 'demande_partages', 'document_partages', 'transactions') AS e OFFSET 0) y;

SELECT setval(pg_get_serial_sequence('blockchain_blocks', 'height'), :documents) AS height, setval(pg_get_serial_sequence('contact_messages', 'ticketNumber'), :messages) AS ticket \gset
COMMIT;

ANALYZE permissions, organizations, users, "_PermissionToUser", departments, filieres, organization_invites, demande_partages, document_partages, blockchain_blocks,
  abonnements, transactions, payments, contact_messages, configurations, site_settings, audit_logs;
