-- Makes every row of every table differ from what it was, by an hour in one timestamp that is part of no key. A table without such a column (one
-- that is nothing but its key) stays as it is. Leaves the tables as compact as they were. -v percent=N: only about so many rows of a hundred,
-- -v first=N: other ones.
\set ON_ERROR_STOP on
\if :{?percent}
\else
\set percent 100
\endif
\if :{?first}
\else
\set first 0
\endif

SELECT format('UPDATE %1$I SET %2$I = %2$I + interval ''1 hour'' WHERE abs(hashtext(ctid::text)::int8) %% 100 BETWEEN %3$s AND %4$s', c.relname, min(a.attname), :first, :first + :percent - 1)
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND a.attnotnull AND a.atttypid = 'timestamp'::regtype
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisunique AND a.attnum = ANY (i.indkey))
GROUP BY c.relname
\gexec
VACUUM (FULL, ANALYZE);
