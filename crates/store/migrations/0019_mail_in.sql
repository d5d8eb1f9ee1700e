-- Letters that come in: what is known of each, its bytes, and the secret of the addresses for answers. The same letter
-- counts once in a mailbox, by where it lies at its source and by what is in it.

-- Quotes and signatures of a message that came by mail; it unfolds below.
ALTER TABLE message ADD COLUMN rest TEXT NOT NULL DEFAULT '';

CREATE TABLE mail_in (
    id TEXT PRIMARY KEY,
    mailbox TEXT NOT NULL,
    source TEXT NOT NULL,
    source_key TEXT,
    fingerprint TEXT NOT NULL,
    size BIGINT NOT NULL,
    envelope_from TEXT NOT NULL,
    recipient TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    sender TEXT NOT NULL,
    sender_name TEXT NOT NULL,
    subject TEXT NOT NULL,
    message_id TEXT NOT NULL,
    state TEXT NOT NULL,
    state_before TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    read_at BIGINT,
    ticket_id TEXT REFERENCES ticket (id),
    message_no BIGINT
);
CREATE UNIQUE INDEX mail_in_source ON mail_in (mailbox, source_key);
CREATE UNIQUE INDEX mail_in_same ON mail_in (mailbox, fingerprint);
CREATE INDEX mail_in_by_state ON mail_in (state, id);
CREATE INDEX mail_in_by_message_id ON mail_in (message_id, id) WHERE message_id <> '';
CREATE INDEX mail_in_opened ON mail_in (sender, read_at) WHERE reason = 'opened';
CREATE INDEX mail_in_of_ticket ON mail_in (ticket_id, id) WHERE ticket_id IS NOT NULL;

CREATE TABLE mail_raw (
    mail_id TEXT PRIMARY KEY REFERENCES mail_in (id),
    bytes BYTEA NOT NULL
);

CREATE TABLE mail_key (
    id BIGINT PRIMARY KEY,
    secret TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
