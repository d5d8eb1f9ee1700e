-- Browsers that a page wakes. What a browser gave, and the desk's own pair of keys, are sealed with a secret beside the database.

CREATE TABLE push_key (
    id BIGINT PRIMARY KEY,
    sealed TEXT NOT NULL,
    made_at BIGINT NOT NULL
);

CREATE TABLE push_subscription (
    id TEXT PRIMARY KEY,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    endpoint_hash TEXT NOT NULL UNIQUE,
    sealed TEXT NOT NULL,
    device TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX push_subscription_by_staff ON push_subscription (staff_id, id);
