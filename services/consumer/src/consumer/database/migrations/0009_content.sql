-- As which video a recording is worked on: another video with the same one waits, and pays for nothing again. An entry holds
-- only while that video's lease does, so that nobody has to take it away, whatever became of its consumer.

CREATE TABLE IF NOT EXISTS :"lectern_schema".video_content (
    content  text PRIMARY KEY, -- a video of YouTube's and its sound track, or the digest of an uploaded recording
    video_id text NOT NULL
);
