-- What became of other videos lately decides who is to blame for a refusal: found without reading every attempt.

CREATE INDEX IF NOT EXISTS video_attempt_ended_at ON video_attempt (ended_at);
CREATE INDEX IF NOT EXISTS video_stage_started_at ON video_stage (started_at);
