-- What each answer of a language model has cost: counted once, whichever attempt comes to do so.

CREATE TABLE IF NOT EXISTS :"lectern_schema".video_payment (
    answer   text PRIMARY KEY, -- the digest of all that decides it; another video that needs the same gets it free
    video_id text NOT NULL,
    cost_usd numeric(12, 6) NOT NULL,
    at       timestamptz NOT NULL DEFAULT now()
);
