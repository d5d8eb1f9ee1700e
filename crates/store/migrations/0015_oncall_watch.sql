-- Swaps by agreement of both, feeds of one's own shifts, notices that are about on-call, what the watch has told, who confirmed
-- at the start of a shift, what one leaves to the next.

-- A notice is about a ticket's event, or it says by itself what happened.
CREATE TABLE notice_next (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    id TEXT NOT NULL,
    ticket_id TEXT REFERENCES ticket (id),
    event_no BIGINT,
    at BIGINT NOT NULL,
    read_at BIGINT,
    digest BIGINT NOT NULL DEFAULT 0,
    news TEXT,
    PRIMARY KEY (staff_id, id)
);
INSERT INTO notice_next (staff_id, id, ticket_id, event_no, at, read_at, digest)
SELECT staff_id, id, ticket_id, event_no, at, read_at, digest FROM notice;
DROP TABLE notice;
ALTER TABLE notice_next RENAME TO notice;
CREATE INDEX notice_by_event ON notice (ticket_id, event_no);
CREATE UNIQUE INDEX notice_digest ON notice (staff_id) WHERE digest > 0 AND read_at IS NULL;

CREATE TABLE oncall_swap (
    id TEXT PRIMARY KEY,
    rota_id TEXT NOT NULL REFERENCES rota (id),
    seat TEXT NOT NULL,
    giver_id TEXT NOT NULL REFERENCES staff (id),
    taker_id TEXT NOT NULL REFERENCES staff (id),
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    back_from_at BIGINT,
    back_until_at BIGINT,
    note TEXT NOT NULL,
    state TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    answered_at BIGINT
);
CREATE INDEX oncall_swap_by_state ON oncall_swap (state, id);

CREATE TABLE oncall_feed (
    staff_id TEXT PRIMARY KEY REFERENCES staff (id),
    token_hash TEXT NOT NULL UNIQUE,
    made_at BIGINT NOT NULL
);

-- When the rota is looked at again by itself.
ALTER TABLE rota ADD COLUMN watch_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX rota_watch ON rota (watch_at, id);

CREATE TABLE oncall_told (
    rota_id TEXT NOT NULL REFERENCES rota (id),
    first_on TEXT NOT NULL,
    days_before BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (rota_id, first_on, days_before)
);

CREATE TABLE oncall_start (
    rota_id TEXT NOT NULL REFERENCES rota (id),
    seat TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    asked_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    alarmed_at BIGINT,
    PRIMARY KEY (rota_id, seat, from_at)
);
CREATE INDEX oncall_start_by_staff ON oncall_start (staff_id, from_at);

CREATE TABLE oncall_note (
    id TEXT PRIMARY KEY,
    rota_id TEXT NOT NULL REFERENCES rota (id),
    staff_id TEXT NOT NULL REFERENCES staff (id),
    at BIGINT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX oncall_note_by_rota ON oncall_note (rota_id, id);
