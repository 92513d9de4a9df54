-- What became of videos at each dependency (queue, bucket, YouTube, …), at all consumers, and which are broken now.

CREATE TABLE IF NOT EXISTS :"lectern_schema".dependency_outcome (
    dependency text NOT NULL,
    video_id   text NOT NULL,
    owner      text NOT NULL,
    failed     boolean NOT NULL, -- false: it came through
    at         timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS dependency_outcome_at ON :"lectern_schema".dependency_outcome (dependency, at);

CREATE TABLE IF NOT EXISTS :"lectern_schema".dependency_breaker (
    dependency text NOT NULL,
    owner      text NOT NULL,
    said       text NOT NULL,
    since      timestamptz NOT NULL DEFAULT now(),
    probe_at   timestamptz NOT NULL, -- when its consumer tries again
    PRIMARY KEY (dependency, owner)
);
