-- What waits in one lane is not looked at when jobs of another are claimed: a hundred thousand letters cost the rest nothing.
-- The secret of the addresses for answers is sealed with the one that lies beside the database.

ALTER TABLE job ADD COLUMN lane TEXT NOT NULL DEFAULT 'main';
UPDATE job SET lane = kind WHERE kind IN ('post', 'mail_in');
DROP INDEX job_ready;
CREATE INDEX job_ready ON job (lane, run_at, id) WHERE state = 'ready';
CREATE INDEX job_running ON job (lane, lease_until_at, id) WHERE state = 'running';

ALTER TABLE mail_key ADD COLUMN sealed TEXT NOT NULL DEFAULT '';
