-- Whom a letter's sender has put in copy, and where a letter really comes from.

CREATE TABLE ticket_copy (
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, address)
);

ALTER TABLE mail_in ADD COLUMN peer TEXT NOT NULL DEFAULT '';
ALTER TABLE mail_in ADD COLUMN greeted_as TEXT NOT NULL DEFAULT '';
ALTER TABLE mail_in ADD COLUMN origin TEXT NOT NULL DEFAULT '';
