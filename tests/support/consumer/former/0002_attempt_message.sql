-- Which message an attempt was for: one message gets one run at a video that has failed, a new message a new one.

ALTER TABLE video_attempt ADD COLUMN IF NOT EXISTS message_id text;
