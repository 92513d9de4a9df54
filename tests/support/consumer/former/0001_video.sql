-- The table of videos and our own state beside it. Only adds: the table may belong to another service.
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

-- One run at a video. An attempt without an end was killed.
CREATE TABLE IF NOT EXISTS video_attempt (
    video_id      text NOT NULL,
    token         bigint NOT NULL,
    owner         text NOT NULL,
    started_at    timestamptz NOT NULL DEFAULT now(),
    ended_at      timestamptz,
    outcome       text, -- completed failed rejected scheduled retry interrupted
    error_code    text,
    error_message text,
    PRIMARY KEY (video_id, token)
);

-- The stages of an attempt, as they began.
CREATE TABLE IF NOT EXISTS video_stage (
    video_id   text NOT NULL,
    token      bigint NOT NULL,
    stage      text NOT NULL, -- download audio transcribe study publish
    started_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (video_id, token, stage)
);
