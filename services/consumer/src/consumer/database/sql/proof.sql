-- Trying out what would be written to the user's table. All of it is undone.

-- name: at_once
-- Constraints that wait for the end of a transaction would never be asked.
SET CONSTRAINTS ALL IMMEDIATE;

-- name: some_row
-- A row that nobody works on just now, held so that nobody begins to.
SELECT t.:id::text AS id FROM :video t LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;

-- name: copy
-- A table of the same columns and checks, where theirs has no row.
CREATE TEMPORARY TABLE lectern_probe (LIKE :video INCLUDING CONSTRAINTS) ON COMMIT DROP;

-- name: required
-- Its columns that must have a value.
SELECT attname AS name FROM pg_attribute
WHERE attrelid = to_regclass('pg_temp.lectern_probe') AND attnum > 0 AND attnotnull;

-- name: fill
-- One row with nothing but its id.
INSERT INTO pg_temp.lectern_probe (:id) VALUES (CAST($1::text AS :id_type));

-- name: sample
-- Our state of such a video: everything that may be in it.
INSERT INTO :state AS s (id, youtube_url, title, channel, duration_s, language, progress, attempts, error_code,
    error_message, audio_key, transcript_key, flashcards_key, quiz_key, manifest_key, cost_usd, completed_at)
SELECT $1::text, address, 'A lecture', 'A channel', 3600.5, 'en', 0.5, 2, 'not_transcribable', 'what went wrong',
    folder || 'audio.mp3', folder || 'transcript.json', folder || 'flashcards.json', folder || 'quiz.json',
    folder || 'manifest.json', 0.25, now()
FROM (SELECT concat('videos/', $1::text, '/000001/') AS folder, 'https://www.youtube.com/watch?v=dQw4w9WgXcQ' AS address) f
ON CONFLICT (id) DO UPDATE SET (youtube_url, title, channel, duration_s, language, progress, attempts, error_code,
    error_message, audio_key, transcript_key, flashcards_key, quiz_key, manifest_key, cost_usd, completed_at) =
    ROW (excluded.youtube_url, excluded.title, excluded.channel, excluded.duration_s, excluded.language,
    excluded.progress, excluded.attempts, excluded.error_code, excluded.error_message, excluded.audio_key,
    excluded.transcript_key, excluded.flashcards_key, excluded.quiz_key, excluded.manifest_key, excluded.cost_usd,
    excluded.completed_at);

-- name: empty
-- The same before anything is known of it.
UPDATE :state SET title = NULL, channel = NULL, duration_s = NULL, language = NULL, error_code = NULL,
    error_message = NULL, audio_key = NULL, transcript_key = NULL, flashcards_key = NULL, quiz_key = NULL,
    manifest_key = NULL, completed_at = NULL
WHERE id = $1;

-- name: become
-- With another status.
UPDATE :state SET status = $2 WHERE id = $1;
