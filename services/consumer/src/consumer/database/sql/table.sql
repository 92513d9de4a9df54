-- The user's table of videos. `:id` is its id's column and `:id_type` that column's type; `:written` and `:differs` are
-- made from its catalogue. Who writes to a video locks its row here first: everybody in the same order.

-- name: canonical
-- An id as the table would write it. It refuses what is no id there.
SELECT CAST($1::text AS :id_type)::text AS id;

-- name: find
-- A row's id and address.
SELECT t.:id::text AS id, :address AS youtube_url FROM :video t WHERE t.:id = CAST($1::text AS :id_type);

-- name: lock
-- Hold a row until the transaction ends: its id, its status, and the newest token where the lease is told there too.
SELECT t.:id::text AS id, :status AS status, :token AS token FROM :video t
WHERE t.:id = CAST($1::text AS :id_type) FOR NO KEY UPDATE;

-- name: make
-- The row of a video that only a message names.
INSERT INTO :video (id, youtube_url) VALUES (CAST($1::text AS :id_type), $2) ON CONFLICT DO NOTHING;

-- name: adopt
-- Take over what another version of Lectern, or a person, wrote to the rows `$1` (all where there are none) that we
-- make: those whose token is not behind ours, or with `$2` = 0 is newer.
INSERT INTO :state AS s (id, :columns)
SELECT t.:id::text, :values FROM :video t WHERE $1::text[] IS NULL OR t.:id::text = ANY ($1::text[])
ON CONFLICT (id) DO UPDATE SET (:columns) = ROW (:excluded)
WHERE excluded.lease_token + $2::bigint > s.lease_token;

-- name: tell
-- Write to their row what our state says.
UPDATE :video AS t SET :written FROM :state AS s
WHERE s.id = $1 AND t.:id = CAST(s.id AS :id_type) AND (:differs);

-- name: row
-- Everything about a video.
SELECT * FROM :shown WHERE id = CAST($1::text AS :shown_type);
