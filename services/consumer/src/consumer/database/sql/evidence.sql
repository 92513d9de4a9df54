-- What became of videos at each dependency, and which breakers are open; times are the database's own.

-- name: add
-- A video failed there, or came through, at a consumer.
INSERT INTO :outcome (dependency, video_id, owner, failed) VALUES ($1, $2, $3, $4);

-- name: others
-- How many other videos failed in the last `$4` seconds since another came through, at all consumers or at this one
-- (`$3`), whichever is more; and whether another came through at this one since this video (`$2`) had failed there.
WITH others AS (
    SELECT video_id, owner, failed, at FROM :outcome
    WHERE dependency = $1 AND video_id <> $2 AND at > now() - $4 * interval '1 second'
), passed AS (
    SELECT max(at) AS anywhere, max(at) FILTER (WHERE owner = $3) AS here FROM others WHERE NOT failed
)
SELECT
    greatest(
        count(DISTINCT video_id) FILTER (WHERE at > coalesce(anywhere, '-infinity')),
        count(DISTINCT video_id) FILTER (WHERE owner = $3 AND at > coalesce(here, '-infinity'))
    ) AS failed,
    EXISTS (
        SELECT FROM :outcome mine JOIN :outcome theirs USING (dependency, owner)
        WHERE dependency = $1 AND owner = $3 AND mine.video_id = $2 AND mine.failed
            AND theirs.video_id <> $2 AND NOT theirs.failed AND theirs.at > mine.at
    ) AS passed
FROM others, passed WHERE failed;

-- name: open
-- It is broken for this consumer, which tries again in `$4` seconds.
INSERT INTO :breaker (dependency, owner, said, probe_at) VALUES ($1, $2, $3, now() + $4 * interval '1 second')
ON CONFLICT (dependency, owner) DO UPDATE SET said = excluded.said, probe_at = excluded.probe_at;

-- name: close
-- It works for this consumer.
DELETE FROM :breaker WHERE dependency = $1 AND owner = $2;

-- name: broken
-- What is broken now; a consumer that has not tried for a quarter of an hour is gone.
SELECT dependency, owner, said, since, probe_at FROM :breaker
WHERE probe_at > now() - interval '15 minutes' ORDER BY since, dependency;

-- name: forget
-- What counts for nothing any more, after `$1` seconds.
WITH gone AS (DELETE FROM :outcome WHERE at < now() - $1 * interval '1 second')
DELETE FROM :breaker WHERE probe_at < now() - $1 * interval '1 second';
