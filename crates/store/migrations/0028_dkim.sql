-- Keys with which letters of a domain are signed; the secret part is sealed.

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
