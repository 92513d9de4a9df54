-- Every statement about Lectern's own tables. `:state` has a row a video, `:shown` is what a person is shown of it (where
-- Lectern makes the table of videos, that); `:open` are the statuses of a video that has no end yet; times are the
-- database's own.
-- Fenced: it changes nothing unless the claim's token is the newest and its lease was not given back.

-- name: claim
-- Take the lease of a video. No row comes back if it is done or held.
-- A video that failed is taken up again, with a clean record, by a message (`$5`) that has not failed at it before;
-- one that has any end, where its owner's row waits again (`$6`); not one that was cancelled, by a message that was sent
-- before that (`$8`). A language asked for (`$7`) is kept until another is.
UPDATE :state AS v SET
    youtube_url = $2, status = 'downloading', progress = 0, lease_owner = $3,
    asked_language = coalesce($7, v.asked_language),
    attempts = CASE WHEN v.status IN ('completed', 'failed', 'rejected') THEN 1 ELSE v.attempts + 1 END,
    error_code = CASE WHEN v.status IN ('failed', 'rejected') THEN NULL ELSE v.error_code END,
    error_message = CASE WHEN v.status IN ('failed', 'rejected') THEN NULL ELSE v.error_message END,
    lease_token = v.lease_token + 1, lease_until = now() + $4 * interval '1 second', updated_at = now()
WHERE v.id = $1 AND (v.lease_until IS NULL OR v.lease_until < now())
    AND ($6 OR v.status <> 'completed' AND (v.status NOT IN ('failed', 'rejected') OR NOT EXISTS (
        SELECT FROM :attempt a
        WHERE a.video_id = v.id AND a.message_id = $5 AND a.outcome IN ('failed', 'rejected')
    )))
    AND ($6 OR coalesce(v.error_code, '') <> 'cancelled' OR v.status <> 'rejected'
        OR coalesce(to_timestamp($8::float8), now()) > v.updated_at)
RETURNING v.lease_token AS token, v.attempts AS attempts, v.asked_language AS language;

-- name: ensure
-- Make the state of a video of which we hear for the first time.
INSERT INTO :state (id, youtube_url) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: abandon
-- End what a message (`$2`) had begun, because the owner has deleted the row since.
UPDATE :state AS v SET status = 'rejected', error_code = 'row_deleted', error_message = $3, updated_at = now(),
    lease_owner = NULL, lease_until = NULL
WHERE v.id = $1 AND EXISTS (SELECT FROM :attempt a WHERE a.video_id = v.id AND a.message_id = $2);

-- name: standing
-- Why a claim got nothing: the status, and for how many seconds somebody still holds it.
SELECT status, coalesce(extract(epoch FROM lease_until - now()), 0)::float8 AS held_s FROM :state WHERE id = $1;

-- name: open_attempt
-- Remember that an attempt began.
INSERT INTO :attempt (video_id, token, owner, message_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: close_attempt
-- Remember how an attempt ended, and that the next may begin in `$6` seconds.
UPDATE :attempt SET ended_at = now(), outcome = $3, error_code = $4, error_message = $5, next_at = now() + $6 * interval '1 second'
WHERE video_id = $1 AND token = $2;

-- name: open_stage
-- Remember that a stage began.
INSERT INTO :stage (video_id, token, stage) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: extend
-- Keep the lease; fenced.
UPDATE :state SET lease_until = now() + $3 * interval '1 second' WHERE id = $1 AND lease_token = $2 AND lease_until IS NOT NULL;

-- name: progress
-- Show how far it is; fenced.
UPDATE :state SET status = $3, progress = $4, updated_at = now() WHERE id = $1 AND lease_token = $2 AND lease_until IS NOT NULL;

-- name: take_content
-- Work on a recording (`$1`) as this video (`$2`). No row comes back while another consumer does as another video; two videos
-- of one consumer may, which lets one wait for what the other makes: the first of them keeps the entry.
INSERT INTO :content AS c (content, video_id) VALUES ($1, $2)
ON CONFLICT (content) DO UPDATE SET video_id = CASE
    WHEN EXISTS (SELECT FROM :state s WHERE s.id = c.video_id AND s.lease_until >= now()) THEN c.video_id
    ELSE excluded.video_id END
WHERE NOT EXISTS (
    SELECT FROM :state s WHERE s.id = c.video_id AND s.id <> $2 AND s.lease_until >= now()
        AND s.lease_owner IS DISTINCT FROM (SELECT lease_owner FROM :state WHERE id = $2)
)
RETURNING video_id;

-- name: content_holder
-- As which video a recording is, or was last, worked on.
SELECT video_id FROM :content WHERE content = $1;

-- name: spend
-- Add to what the video has cost in US dollars, over all its attempts: each answer (`$2`) counts once.
WITH paid AS (
    INSERT INTO :payment (video_id, answer, cost_usd) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING cost_usd
)
UPDATE :state SET cost_usd = video_state.cost_usd + paid.cost_usd FROM paid WHERE id = $1;

-- name: spent_today
-- What all answers of this day (UTC) have cost in US dollars.
SELECT coalesce(sum(cost_usd), 0)::float8 AS cost_usd FROM :payment WHERE at >= date_trunc('day', now(), 'UTC');

-- name: complete
-- The last write of a good attempt: status and keys in one statement; fenced.
UPDATE :state SET status = 'completed', progress = 1, title = $3, channel = $4, duration_s = $5, language = $6,
    audio_key = $7, transcript_key = $8, flashcards_key = $9, quiz_key = $10, manifest_key = $11,
    error_code = NULL, error_message = NULL, lease_owner = NULL, lease_until = NULL,
    updated_at = now(), completed_at = now()
WHERE id = $1 AND lease_token = $2 AND lease_until IS NOT NULL;

-- name: give_up
-- The last write of any other attempt; `$6` attempts are given back because nobody failed; fenced.
UPDATE :state SET status = $3, error_code = $4, error_message = $5, attempts = greatest(0, attempts - $6),
    lease_owner = NULL, lease_until = NULL, updated_at = now()
WHERE id = $1 AND lease_token = $2 AND lease_until IS NOT NULL;

-- name: reject
-- A message that names a row but cannot be worked on says so there, unless that row has an end already.
UPDATE :state SET status = 'rejected', error_code = $2, error_message = $3, updated_at = now()
WHERE id = $1 AND status NOT IN ('completed', 'failed') AND (lease_until IS NULL OR lease_until < now());

-- name: submit
-- Queue a video anew, with a clean record.
UPDATE :state SET youtube_url = $2, status = 'queued', progress = 0, attempts = 0, error_code = NULL,
    error_message = NULL, lease_owner = NULL, lease_until = NULL, updated_at = now()
WHERE id = $1 AND (lease_until IS NULL OR lease_until < now());

-- name: cancel
-- End a video that has no end yet; whoever works on it finds out at the next beat.
UPDATE :state SET status = 'rejected', error_code = 'cancelled', error_message = $2, lease_owner = NULL, lease_until = NULL,
    updated_at = now()
WHERE id = $1 AND status IN (:open) RETURNING lease_token;

-- name: forgotten
-- The videos that we once worked on, that nobody holds, and whose message the queue has let go by now (`$1` seconds).
SELECT id::text AS id FROM :shown WHERE lease_token > 0 AND status IN (:open)
    AND (lease_until IS NULL OR lease_until < now()) AND updated_at < now() - $1 * interval '1 second';

-- name: expire
-- End one of them, unless it was taken up meanwhile.
UPDATE :state SET status = 'failed', error_code = 'message_lost', updated_at = now(), lease_owner = NULL, lease_until = NULL,
    error_message = concat('given up: its message is gone from the queue', '; the last time: ' || error_message)
WHERE id = $1 AND status IN (:open)
    AND (lease_until IS NULL OR lease_until < now()) AND updated_at < now() - $2 * interval '1 second';

-- name: ping
-- Nothing, where every table and column is there.
SELECT v.status, v.lease_token, v.error_message, v.asked_language, a.message_id, a.next_at, s.stage, o.failed, b.said, p.answer, c.content
FROM :state v, :attempt a, :stage s, :outcome o, :breaker b, :payment p, :content c LIMIT 0;

-- name: recent
-- Videos by what changed last: of these statuses (all where there are none), with this error code, `$3` at most.
SELECT id::text AS id, youtube_url, title, status, progress, attempts, error_code, error_message, cost_usd, updated_at
FROM :shown
WHERE (cardinality($1::text[]) = 0 OR status = ANY ($1::text[])) AND ($2::text IS NULL OR error_code = $2)
ORDER BY updated_at DESC, id LIMIT $3;

-- name: attempts
-- The attempts at a video, oldest first.
SELECT * FROM :attempt WHERE video_id = $1 ORDER BY token;

-- name: stages
-- The stages of all attempts at a video, oldest first.
SELECT * FROM :stage WHERE video_id = $1 ORDER BY token, started_at;

-- name: ended_with
-- The attempts of the last `$2` days that ended with an error code, and the text of the latest.
SELECT count(*) AS attempts, (array_agg(error_message ORDER BY ended_at DESC))[1] AS latest
FROM :attempt WHERE error_code = $1 AND ended_at > now() - $2 * interval '1 day';
