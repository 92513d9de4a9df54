-- The language of the sound track that a message asked for: a retry, which says nothing of it, keeps it.

ALTER TABLE :"lectern_schema".video_state ADD COLUMN IF NOT EXISTS asked_language text;
