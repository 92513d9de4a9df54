-- What a day has cost is asked before each answer is bought: not by reading what years have cost.

CREATE INDEX IF NOT EXISTS video_payment_at ON :"lectern_schema".video_payment (at);
