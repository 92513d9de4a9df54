-- The workers' own role. It signs in with tokens of their IAM role, so that no password of it exists, and owns what
-- `lectern migrate` makes. Run by the master user in one transaction; safe to run again, by several instances at one time.
SELECT pg_advisory_xact_lock(7052619341);

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lectern') THEN
        CREATE ROLE lectern LOGIN;
    END IF;
END
$$;

GRANT rds_iam TO lectern;
GRANT USAGE, CREATE ON SCHEMA public TO lectern;

DO $$
BEGIN
    EXECUTE format('GRANT CREATE ON DATABASE %I TO lectern', current_database()); -- the schema of Lectern's own tables
END
$$;
