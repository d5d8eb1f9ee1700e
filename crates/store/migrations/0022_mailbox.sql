-- Mailboxes as people enter them, how far each was fetched and how it went, and whose letters nobody wants.

CREATE TABLE mailbox (
    id TEXT PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    doc TEXT NOT NULL,
    sealed TEXT NOT NULL DEFAULT '',
    version BIGINT NOT NULL
);

CREATE TABLE mailbox_state (
    mailbox_id TEXT PRIMARY KEY REFERENCES mailbox (id),
    holder TEXT NOT NULL,
    lease_until_at BIGINT NOT NULL,
    place TEXT NOT NULL,
    validity BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    begun_at BIGINT,
    success_at BIGINT,
    failed_at BIGINT,
    failure TEXT NOT NULL,
    said TEXT NOT NULL,
    taken BIGINT NOT NULL
);

CREATE TABLE mail_block (
    id TEXT PRIMARY KEY,
    pattern TEXT NOT NULL UNIQUE,
    note TEXT NOT NULL
);
