-- The tickets for which one notice stands: what came very late of each, first things first, and how much it was.

CREATE TABLE notice_late (
    staff_id TEXT NOT NULL,
    notice_id TEXT NOT NULL,
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    events TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (staff_id, notice_id, ticket_id),
    FOREIGN KEY (staff_id, notice_id) REFERENCES notice (staff_id, id)
);
