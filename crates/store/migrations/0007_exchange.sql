-- Letters on their way out; imports with their rows and what they differ in.

ALTER TABLE letter ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE letter ADD COLUMN next_at BIGINT;
ALTER TABLE letter ADD COLUMN job_id TEXT;
CREATE INDEX letter_by_state ON letter (state, id);

CREATE TABLE import (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    doc TEXT NOT NULL,
    rows_all BIGINT NOT NULL,
    rows_made BIGINT NOT NULL,
    rows_known BIGINT NOT NULL,
    rows_bad BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    version BIGINT NOT NULL
);

CREATE TABLE import_row (
    import_id TEXT NOT NULL REFERENCES import (id),
    no BIGINT NOT NULL,
    cells TEXT NOT NULL,
    state TEXT NOT NULL,
    reasons TEXT NOT NULL,
    PRIMARY KEY (import_id, no)
);
CREATE INDEX import_row_by_state ON import_row (import_id, state, no);

CREATE TABLE import_difference (
    import_id TEXT NOT NULL REFERENCES import (id),
    no BIGINT NOT NULL,
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    doc TEXT NOT NULL,
    PRIMARY KEY (import_id, no)
);
