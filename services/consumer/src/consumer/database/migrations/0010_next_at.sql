-- When a video is tried again: only the queue knew, and it does not tell.

ALTER TABLE :"lectern_schema".video_attempt ADD COLUMN IF NOT EXISTS next_at timestamptz;
