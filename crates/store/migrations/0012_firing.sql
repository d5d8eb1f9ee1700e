-- Each firing of a step is a row: whoever comes second finds it and does nothing.
CREATE TABLE firing (
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    milestone TEXT NOT NULL,
    cycle BIGINT NOT NULL,
    step_id TEXT NOT NULL,
    basis_due_at BIGINT NOT NULL,
    step_at BIGINT NOT NULL,
    fired_at BIGINT NOT NULL,
    event_no BIGINT NOT NULL,
    level BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, milestone, cycle, step_id, basis_due_at)
);
-- A due clock belongs for a moment to the worker that claimed it.
ALTER TABLE clock ADD COLUMN lease_until_at BIGINT;
CREATE INDEX clock_lease ON clock (lease_until_at, ticket_id) WHERE lease_until_at IS NOT NULL;
-- What is told very late is one notice for all: how many steps it stands for, 0 for an ordinary notice.
ALTER TABLE notice ADD COLUMN digest BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX notice_digest ON notice (staff_id) WHERE digest > 0 AND read_at IS NULL;
