-- Agreed contacts with customers, what happened to them by itself, how a case's customer wants to be reached, and
-- whether there was anything else.

CREATE TABLE appointment (
    id TEXT PRIMARY KEY,
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    no BIGINT NOT NULL,
    version BIGINT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT,
    way TEXT NOT NULL,
    contact_id TEXT NOT NULL REFERENCES contact (id),
    phone TEXT NOT NULL,
    staff_id TEXT REFERENCES staff (id),
    wanted_by TEXT NOT NULL,
    note TEXT NOT NULL,
    result TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    next_at BIGINT,
    UNIQUE (ticket_id, no)
);
CREATE INDEX appointment_next ON appointment (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX appointment_by_time ON appointment (from_at, id);
CREATE INDEX appointment_open ON appointment (from_at, id) WHERE state IN ('agreed', 'missed');
CREATE INDEX appointment_by_staff ON appointment (staff_id, from_at, id);

CREATE TABLE appointment_told (
    appointment_id TEXT NOT NULL REFERENCES appointment (id),
    what TEXT NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (appointment_id, what, version)
);

ALTER TABLE ticket ADD COLUMN follow TEXT;
ALTER TABLE ticket ADD COLUMN anything_else TEXT;
