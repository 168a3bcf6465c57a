-- Makes a database a stranger to its own export, by rules of its own that know nothing of the importer: of every table a tenth of new rows, a
-- tenth of the rows deleted (rows that no other row refers to), a tenth changed outside their keys. Deterministic, and no constraint is broken,
-- so what an import of the export has to do is known: insert the deleted, update the changed, leave the new rows alone. The same on every version
-- from 12 on. Superuser; the result stands in temporary tables of this session:
--   altered_tables  section (as an export calls it), relation, rows (before), added, deleted, changed
CREATE TEMP TABLE altered_tables AS
SELECT c.oid AS relation, CASE WHEN n.nspname = 'public' OR min(n.nspname) OVER () = max(n.nspname) OVER () THEN '' ELSE n.nspname || '.' END
         || c.relname AS section,
       0::bigint AS rows, 0::bigint AS added, 0::bigint AS deleted, 0::bigint AS changed, false AS is_done
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema');

-- The rows that an earlier step has made or chosen.
CREATE TEMP TABLE altered_rows (leaf oid, place tid, PRIMARY KEY (leaf, place));

-- Foreign keys, by the table that a user sees: a partition's own belong to the root.
CREATE TEMP TABLE altered_references AS
SELECT DISTINCT coalesce(pg_partition_root(k.conrelid), k.conrelid::regclass)::oid AS child, k.confrelid AS parent,
       (SELECT array_agg(a.attname ORDER BY o.position)
        FROM unnest(k.conkey) WITH ORDINALITY o(number, position)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = o.number) AS child_columns,
       (SELECT array_agg(a.attname ORDER BY o.position)
        FROM unnest(k.confkey) WITH ORDINALITY o(number, position)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = o.number) AS parent_columns
FROM pg_constraint k WHERE k.contype = 'f';

-- What may be said of each column. `one` and `other`: two values that fit its type, so that one of them is a change.
CREATE TEMP TABLE altered_columns AS
WITH known AS (
  SELECT t.relation, a.attname AS name, a.attnum AS number, a.attgenerated <> '' AS is_generated, y.oid AS type,
         CASE y.typtype WHEN 'd' THEN y.typbasetype ELSE y.oid END AS base, y.typtype, a.atttypmod,
         EXISTS (SELECT FROM altered_references r WHERE r.child = t.relation AND a.attname = ANY (r.child_columns)) AS is_reference,
         EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.relation AND i.indisunique AND a.attnum = ANY (i.indkey)) AS is_key,
         EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.relation AND k.contype = 'c' AND a.attnum = ANY (k.conkey))
           OR EXISTS (SELECT FROM pg_partitioned_table p WHERE p.partrelid = t.relation AND a.attnum = ANY (p.partattrs)) AS is_bound
  FROM altered_tables t
  JOIN pg_attribute a ON a.attrelid = t.relation AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type y ON y.oid = a.atttypid
)
SELECT k.*, v.one, v.other
FROM known k LEFT JOIN LATERAL (
  SELECT CASE
           WHEN k.base IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype) THEN ARRAY['x', 'y']
           -- Years, too, where a domain of the table wants one.
           WHEN k.base IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) THEN ARRAY['2001', '2002']
           WHEN k.base IN ('numeric'::regtype, 'money'::regtype, 'float4'::regtype, 'float8'::regtype) THEN ARRAY['1', '2']
           WHEN k.base = 'bool'::regtype THEN ARRAY['true', 'false']
           WHEN k.base IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype) THEN ARRAY['2001-02-03', '2004-05-06']
           WHEN k.base = 'bytea'::regtype THEN ARRAY['\x00ff', '\x5c']
           WHEN k.base = 'text[]'::regtype THEN ARRAY['{x,NULL}', '{y}']
           WHEN k.typtype = 'e' THEN (SELECT ARRAY[min(e.enumlabel::text), max(e.enumlabel::text)] FROM pg_enum e WHERE e.enumtypid = k.type)
         END AS pair
) p ON true CROSS JOIN LATERAL (SELECT p.pair[1] AS one, p.pair[2] AS other) v;

-- An expression over `s` (a row of the table, `rank` its number) that no row of the table holds in this column; NULL if none is known.
CREATE FUNCTION pg_temp.fresh_value(k altered_columns) RETURNS text LANGUAGE sql AS $$
  SELECT CASE
    WHEN (k).base IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
      THEN format('(SELECT max(m.%I) FROM %s m) + s.rank', (k).name, (k).relation::regclass)
    WHEN (k).base IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype) THEN $e$'N' || s.rank$e$
    WHEN (k).base = 'uuid'::regtype THEN format('md5(%L || s.rank)::uuid', (k).name)
    WHEN (k).base = 'timestamptz'::regtype
      THEN format($e$(SELECT max(m.%I) FROM %s m) + s.rank * interval '1 second'$e$, (k).name, (k).relation::regclass)
  END $$;

-- New rows are copies of old ones whose keys are made new: by one fresh column in each key or, where a key consists of references only, by a
-- pairing of its columns that the table does not hold.
CREATE FUNCTION pg_temp.add_rows(t oid, wanted bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  fresh jsonb := '{}';
  pairing text;
  index record;
  chosen record;
  statement text;
  done bigint;
BEGIN
  FOR index IN SELECT i.indkey FROM pg_index i WHERE i.indrelid = t AND i.indisunique ORDER BY i.indisprimary DESC, i.indexrelid LOOP
    SELECT k.name, pg_temp.fresh_value(k) AS value INTO chosen FROM altered_columns k
    WHERE k.relation = t AND k.number = ANY (index.indkey) AND NOT k.is_reference AND NOT k.is_generated AND pg_temp.fresh_value(k) IS NOT NULL
    ORDER BY k.base = 'timestamptz'::regtype, k.number LIMIT 1;
    IF FOUND THEN
      fresh := fresh || jsonb_build_object(chosen.name, chosen.value);
    ELSIF (SELECT bool_and(k.is_reference) FROM altered_columns k WHERE k.relation = t AND k.number = ANY (index.indkey)) THEN
      SELECT format('(SELECT p.*, row_number() OVER (ORDER BY md5(p::text)) AS rank FROM (SELECT * FROM %s EXCEPT SELECT %s FROM %s) p)',
                    -- A hundred values of each column will do.
                    string_agg(format('(SELECT %1$I FROM %2$s GROUP BY %1$I ORDER BY md5(%1$I::text) LIMIT 100) AS k%3$s',
                                      k.name, t::regclass, k.number), ', ' ORDER BY k.number),
                    string_agg(quote_ident(k.name), ', ' ORDER BY k.number), t::regclass)
      INTO pairing FROM altered_columns k WHERE k.relation = t AND k.number = ANY (index.indkey);
      SELECT fresh || jsonb_object_agg(k.name, format('q.%I', k.name)) INTO fresh
      FROM altered_columns k WHERE k.relation = t AND k.number = ANY (index.indkey);
    END IF;
  END LOOP;

  SELECT format('WITH added AS (INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM '
                '(SELECT c.*, row_number() OVER (ORDER BY md5(c::text) DESC) AS rank FROM %s c) s %s WHERE s.rank <= %s RETURNING tableoid, ctid) '
                'INSERT INTO altered_rows SELECT * FROM added',
                t::regclass, string_agg(quote_ident(k.name), ', ' ORDER BY k.number),
                string_agg(coalesce(fresh ->> k.name, format('s.%I', k.name)), ', ' ORDER BY k.number), t::regclass,
                'JOIN ' || pairing || ' q USING (rank)', wanted)
  INTO statement FROM altered_columns k WHERE k.relation = t AND NOT k.is_generated;
  EXECUTE statement;
  GET DIAGNOSTICS done = ROW_COUNT;
  RETURN done;
END $$;

CREATE FUNCTION pg_temp.delete_rows(t oid, wanted bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  unreferred text;
  done bigint;
BEGIN
  SELECT coalesce(string_agg(format(' AND NOT EXISTS (SELECT FROM %s r WHERE %s)', r.child::regclass,
                                    (SELECT string_agg(format('r.%I = c.%I', p.child_column, p.parent_column), ' AND ')
                                     FROM unnest(r.child_columns, r.parent_columns) p(child_column, parent_column))), ''), '')
  INTO unreferred FROM altered_references r WHERE r.parent = t;
  -- The server need not look for referring rows again, one by one.
  PERFORM set_config('session_replication_role', 'replica', true);
  EXECUTE format('DELETE FROM %s WHERE (tableoid, ctid) IN (SELECT c.tableoid, c.ctid FROM %s c '
                 'WHERE (c.tableoid, c.ctid) NOT IN (SELECT leaf, place FROM altered_rows)%s ORDER BY md5(c::text) LIMIT %s)',
                 t::regclass, t::regclass, unreferred, wanted);
  GET DIAGNOSTICS done = ROW_COUNT;
  PERFORM set_config('session_replication_role', 'origin', true);
  RETURN done;
END $$;

-- Each chosen row in one column, the columns in turn.
CREATE FUNCTION pg_temp.change_rows(t oid, wanted bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  columns altered_columns[];
  done bigint := 0;
  part bigint;
BEGIN
  SELECT array_agg(k ORDER BY k.number) INTO columns FROM altered_columns k
  WHERE k.relation = t AND k.one <> k.other AND NOT (k.is_generated OR k.is_key OR k.is_reference OR k.is_bound);
  IF columns IS NULL THEN
    RETURN 0;
  END IF;
  EXECUTE format('CREATE TEMP TABLE altered_choice AS SELECT c.tableoid AS leaf, c.ctid AS place, row_number() OVER (ORDER BY md5(c::text)) AS rank '
                 'FROM %s c WHERE (c.tableoid, c.ctid) NOT IN (SELECT leaf, place FROM altered_rows) ORDER BY rank LIMIT %s', t::regclass, wanted);
  FOR i IN 1 .. array_length(columns, 1) LOOP
    EXECUTE format('UPDATE %s c SET %I = CASE WHEN %I::text IS DISTINCT FROM (%L::%s)::text THEN %L ELSE %L END::%s FROM altered_choice h '
                   'WHERE (c.tableoid, c.ctid) = (h.leaf, h.place) AND h.rank %% %s = %s',
                   t::regclass, columns[i].name, columns[i].name, columns[i].one, format_type(columns[i].type, columns[i].atttypmod),
                   columns[i].one, columns[i].other, format_type(columns[i].type, columns[i].atttypmod), array_length(columns, 1), i - 1);
    GET DIAGNOSTICS part = ROW_COUNT;
    done := done + part;
  END LOOP;
  DROP TABLE altered_choice;
  RETURN done;
END $$;

DO $$
DECLARE
  t record;
  count bigint;
BEGIN
  FOR t IN SELECT * FROM altered_tables ORDER BY section LOOP
    EXECUTE format('SELECT count(*) FROM %s', t.relation::regclass) INTO count;
    UPDATE altered_tables SET rows = count WHERE relation = t.relation;
  END LOOP;
  FOR t IN SELECT * FROM altered_tables ORDER BY section LOOP
    UPDATE altered_tables SET added = pg_temp.add_rows(t.relation, ceil(t.rows / 10.0)::bigint) WHERE relation = t.relation;
  END LOOP;
  -- As if the new rows had drawn their numbers.
  FOR t IN SELECT r.root, quote_ident(a.attname) AS name, u.sequence
           FROM (SELECT d.refobjid AS relation, d.refobjsubid AS number, d.objid::regclass AS sequence FROM pg_depend d
                 WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
                 UNION SELECT f.adrelid, f.adnum, d.refobjid::regclass FROM pg_attrdef f
                 JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass) u
           JOIN pg_class c ON c.oid = u.sequence AND c.relkind = 'S'
           JOIN pg_attribute a ON a.attrelid = u.relation AND a.attnum = u.number
           CROSS JOIN LATERAL (SELECT coalesce(pg_partition_root(u.relation), u.relation::regclass) AS root) r LOOP
    EXECUTE format('SELECT setval(%L, greatest((SELECT max(%s) FROM %s), (SELECT last_value FROM %s)))', t.sequence, t.name, t.root, t.sequence);
  END LOOP;
  -- Children first, so that parents whose children have gone can go as well.
  WHILE EXISTS (SELECT FROM altered_tables WHERE NOT is_done) LOOP
    SELECT * INTO t FROM altered_tables a WHERE NOT a.is_done
    ORDER BY EXISTS (SELECT FROM altered_references r JOIN altered_tables c ON c.relation = r.child
                     WHERE r.parent = a.relation AND r.child <> a.relation AND NOT c.is_done), a.section LIMIT 1;
    UPDATE altered_tables SET is_done = true, deleted = pg_temp.delete_rows(t.relation, ceil(t.rows / 10.0)::bigint) WHERE relation = t.relation;
  END LOOP;
  FOR t IN SELECT * FROM altered_tables ORDER BY section LOOP
    UPDATE altered_tables SET changed = pg_temp.change_rows(t.relation, ceil(t.rows / 10.0)::bigint) WHERE relation = t.relation;
  END LOOP;
END $$;
