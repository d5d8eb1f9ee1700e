-- Chats with visitors, line by line. A line is known by its place and by the name that its sender gave it: what is sent
-- again is there once. Of a visitor's secret only a hash is kept.

CREATE TABLE chat (
    id TEXT PRIMARY KEY,
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    contact_id TEXT NOT NULL REFERENCES contact (id),
    verified BIGINT NOT NULL,
    name TEXT NOT NULL,
    token_hash TEXT,
    origin TEXT NOT NULL,
    locale TEXT NOT NULL,
    state TEXT NOT NULL,
    group_id TEXT,
    staff_id TEXT,
    asked_at BIGINT NOT NULL,
    taken_at BIGINT,
    answered_at BIGINT,
    ended_at BIGINT,
    heard_at BIGINT NOT NULL,
    visitor_read BIGINT NOT NULL,
    staff_read BIGINT NOT NULL,
    next_seq BIGINT NOT NULL,
    mail BIGINT NOT NULL,
    message_no BIGINT,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX chat_token ON chat (token_hash);
CREATE INDEX chat_ticket ON chat (ticket_id, id);
CREATE INDEX chat_waiting ON chat (asked_at, id) WHERE state = 'waiting';
CREATE INDEX chat_active ON chat (staff_id, id) WHERE state = 'active';
CREATE INDEX chat_heard_waiting ON chat (heard_at, id) WHERE state = 'waiting';
CREATE INDEX chat_heard_active ON chat (heard_at, id) WHERE state = 'active';
CREATE INDEX chat_taken ON chat (taken_at, id) WHERE taken_at IS NOT NULL;

CREATE TABLE chat_line (
    chat_id TEXT NOT NULL REFERENCES chat (id),
    seq BIGINT NOT NULL,
    side TEXT NOT NULL,
    staff_id TEXT,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    file_id TEXT,
    sent_id TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (chat_id, seq)
);
CREATE UNIQUE INDEX chat_line_sent ON chat_line (chat_id, side, sent_id) WHERE sent_id IS NOT NULL;

-- Who takes chats now, and when their page was last heard of.
CREATE TABLE chat_seat (
    staff_id TEXT PRIMARY KEY,
    seen_at BIGINT NOT NULL
);
