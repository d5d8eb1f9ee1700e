-- Who was paged for which step of a promise, when the next one is, and what ended it. One person, one step: one row.

CREATE TABLE page (
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    step_event BIGINT NOT NULL,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    event_no BIGINT NOT NULL,
    paged_at BIGINT NOT NULL,
    means TEXT NOT NULL,
    next_at BIGINT,
    ended_at BIGINT,
    ended_by TEXT REFERENCES staff (id),
    ended TEXT,
    PRIMARY KEY (ticket_id, step_event, staff_id)
);
CREATE INDEX page_next ON page (next_at, ticket_id) WHERE next_at IS NOT NULL;
CREATE INDEX page_open ON page (staff_id, paged_at) WHERE ended_at IS NULL;

-- A link that acknowledges without a sign-in; only a hash of its secret is kept.
CREATE TABLE page_link (
    token_hash TEXT PRIMARY KEY,
    ticket_id TEXT NOT NULL,
    step_event BIGINT NOT NULL,
    staff_id TEXT NOT NULL,
    means TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX page_link_expires ON page_link (expires_at, token_hash);
