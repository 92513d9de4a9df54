-- Lectern's own state, in a schema of its own: not by hand, lectern migrate puts the schema's name in, and then takes over
-- the rows of the table of videos. Nothing is lost: what an earlier version wrote of attempts and stages moves here.
-- Consumers of that version may go on meanwhile: they find it under the old names, in views, until a later file drops these.
-- (0002 and 0003 were about those two tables and are part of this file.)

CREATE TABLE IF NOT EXISTS :"lectern_schema".video_state (
    id             text PRIMARY KEY, -- the row's id as text
    youtube_url    text,
    title          text,
    channel        text,
    duration_s     double precision,
    language       text,
    status         text NOT NULL DEFAULT 'queued',
    progress       double precision NOT NULL DEFAULT 0, -- 0 to 1
    error_code     text,
    error_message  text,
    attempts       integer NOT NULL DEFAULT 0,
    lease_owner    text,
    lease_token    bigint NOT NULL DEFAULT 0, -- grows with every claim: fences late writers
    lease_until    timestamptz,
    audio_key      text,
    transcript_key text,
    flashcards_key text,
    quiz_key       text,
    manifest_key   text,
    cost_usd       numeric(12, 6) NOT NULL DEFAULT 0,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    completed_at   timestamptz
);
CREATE INDEX IF NOT EXISTS video_state_updated_at ON :"lectern_schema".video_state (updated_at);

DO $$
DECLARE
    old regclass;
    name text;
    place text;
BEGIN
    FOREACH name IN ARRAY ARRAY['video_attempt', 'video_stage'] LOOP
        old := to_regclass(name);
        SELECT n.nspname INTO place FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.oid = old AND c.relkind = 'r' AND n.nspname <> :'lectern_schema';
        CONTINUE WHEN place IS NULL;
        IF name = 'video_attempt' THEN
            EXECUTE format('ALTER TABLE %s ADD COLUMN IF NOT EXISTS message_id text', old);
        END IF;
        EXECUTE format('ALTER TABLE %s SET SCHEMA :"lectern_schema"', old);
        EXECUTE format('CREATE VIEW %I.%I AS SELECT * FROM :"lectern_schema".%I', place, name, name);
    END LOOP;
END $$;

-- One run at a video. An attempt without an end was killed.
CREATE TABLE IF NOT EXISTS :"lectern_schema".video_attempt (
    video_id      text NOT NULL,
    token         bigint NOT NULL,
    owner         text NOT NULL,
    started_at    timestamptz NOT NULL DEFAULT now(),
    ended_at      timestamptz,
    outcome       text, -- completed failed rejected scheduled retry interrupted
    error_code    text,
    error_message text,
    message_id    text, -- one message gets one run at a video that has failed, a new message a new one
    PRIMARY KEY (video_id, token)
);

-- The stages of an attempt, as they began.
CREATE TABLE IF NOT EXISTS :"lectern_schema".video_stage (
    video_id   text NOT NULL,
    token      bigint NOT NULL,
    stage      text NOT NULL, -- download audio transcribe study publish
    started_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (video_id, token, stage)
);

CREATE INDEX IF NOT EXISTS video_attempt_ended_at ON :"lectern_schema".video_attempt (ended_at);
CREATE INDEX IF NOT EXISTS video_stage_started_at ON :"lectern_schema".video_stage (started_at);
