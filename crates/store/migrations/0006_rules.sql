-- Rules that people edit: who made a revision, answers that can be brought back, extra values that can be searched.

ALTER TABLE calendar_rev ADD COLUMN actor_kind TEXT NOT NULL DEFAULT 'system';
ALTER TABLE calendar_rev ADD COLUMN actor_id TEXT NOT NULL DEFAULT 'operator';
ALTER TABLE policy_rev ADD COLUMN actor_kind TEXT NOT NULL DEFAULT 'system';
ALTER TABLE policy_rev ADD COLUMN actor_id TEXT NOT NULL DEFAULT 'operator';
ALTER TABLE canned_answer ADD COLUMN deleted_at BIGINT;

CREATE INDEX clock_running ON clock (calendar_id, ticket_id) WHERE stopped_at IS NULL;

CREATE TABLE ticket_extra (
    key TEXT NOT NULL,
    value_folded TEXT NOT NULL,
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    PRIMARY KEY (ticket_id, key)
);
CREATE INDEX ticket_extra_by_value ON ticket_extra (key, value_folded, ticket_id);
