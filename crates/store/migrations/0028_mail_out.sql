-- Keys with which letters of a domain are signed, the secret part sealed; and answers that wait before they leave.

CREATE TABLE dkim_key (
    id TEXT PRIMARY KEY,
    domain TEXT NOT NULL,
    selector TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    public TEXT NOT NULL,
    sealed TEXT NOT NULL,
    active BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    UNIQUE (domain, selector)
);

ALTER TABLE message ADD COLUMN held_until_at BIGINT;
CREATE INDEX message_held ON message (ticket_id, held_until_at) WHERE held_until_at IS NOT NULL;
