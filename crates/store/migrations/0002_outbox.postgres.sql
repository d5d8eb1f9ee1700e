-- What changed, for live updates, search and webhooks. Sequences become visible out of order:
-- `xid` lets readers stop below the oldest transaction that is still running.
CREATE TABLE outbox (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic TEXT NOT NULL,
    key TEXT NOT NULL,
    at BIGINT NOT NULL,
    xid XID8 NOT NULL DEFAULT pg_current_xact_id()
);
