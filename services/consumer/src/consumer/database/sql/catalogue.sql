-- What Postgres knows about the user's table.

-- name: columns
-- Each column: its type in full, the base of that where it is a domain, its kind, whether it must have a value, and how
-- many characters it holds at most; for people its type and an enum's labels.
SELECT a.attname AS name, quote_ident(n.nspname) || '.' || quote_ident(t.typname) AS type,
    base.typname AS base, base.typcategory = 'S' AS is_text, a.attnotnull OR t.typnotnull AS is_required,
    CASE WHEN base.typname IN ('varchar', 'bpchar') AND greatest(a.atttypmod, t.typtypmod) > 4
         THEN greatest(a.atttypmod, t.typtypmod) - 4 END AS most,
    format_type(a.atttypid, a.atttypmod) AS shown,
    (SELECT string_agg(e.enumlabel, ' ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = base.oid) AS labels
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_type base ON base.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped;

-- name: alike
-- Tables that are called so but for capitals, or are in another schema.
SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v') AND lower(c.relname) = lower($1) AND n.nspname NOT LIKE 'pg\_%' ORDER BY 1 LIMIT 5;
