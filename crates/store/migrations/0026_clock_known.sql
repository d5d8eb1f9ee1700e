-- Since when a clock could be seen as it counts, if that was after it had begun: a case entered late, or one that turned
-- out to have been urgent all along. And with which revision of its calendar it ended.
ALTER TABLE clock ADD COLUMN known_at BIGINT;
ALTER TABLE clock ADD COLUMN calendar_rev BIGINT;
