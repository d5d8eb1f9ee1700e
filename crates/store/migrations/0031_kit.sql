-- What callers prepare before calling, under a code of six digits, for a day.

CREATE TABLE pre_ticket (
    code TEXT PRIMARY KEY,
    product_id TEXT REFERENCES product (id),
    facts TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX pre_ticket_expires ON pre_ticket (expires_at, code);
