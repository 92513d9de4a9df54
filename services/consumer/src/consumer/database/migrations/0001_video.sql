-- The table of videos, where its owner names none of his own. Only adds.
-- By hand: psql -v video_table=video -f 0001_video.sql

CREATE TABLE IF NOT EXISTS :"video_table" (id text PRIMARY KEY);

ALTER TABLE :"video_table"
    ADD COLUMN IF NOT EXISTS youtube_url    text,
    ADD COLUMN IF NOT EXISTS title          text,
    ADD COLUMN IF NOT EXISTS channel        text,
    ADD COLUMN IF NOT EXISTS duration_s     double precision,
    ADD COLUMN IF NOT EXISTS language       text,
    -- queued downloading transcribing generating completed failed rejected scheduled
    ADD COLUMN IF NOT EXISTS status         text NOT NULL DEFAULT 'queued',
    ADD COLUMN IF NOT EXISTS progress       double precision NOT NULL DEFAULT 0, -- 0 to 1
    ADD COLUMN IF NOT EXISTS error_code     text,
    ADD COLUMN IF NOT EXISTS error_message  text,
    ADD COLUMN IF NOT EXISTS attempts       integer NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS lease_owner    text,
    ADD COLUMN IF NOT EXISTS lease_token    bigint NOT NULL DEFAULT 0, -- grows with every claim: fences late writers
    ADD COLUMN IF NOT EXISTS lease_until    timestamptz,
    ADD COLUMN IF NOT EXISTS audio_key      text,
    ADD COLUMN IF NOT EXISTS transcript_key text,
    ADD COLUMN IF NOT EXISTS flashcards_key text,
    ADD COLUMN IF NOT EXISTS quiz_key       text,
    ADD COLUMN IF NOT EXISTS manifest_key   text,
    ADD COLUMN IF NOT EXISTS cost_usd       numeric(12, 6) NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS created_at     timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN IF NOT EXISTS updated_at     timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN IF NOT EXISTS completed_at   timestamptz;
