-- The search index reads the outbox in the order of transactions, because sequences become visible out of order.
CREATE INDEX outbox_by_transaction ON outbox (xid, seq);
