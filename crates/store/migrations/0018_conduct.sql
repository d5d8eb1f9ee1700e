-- Proposals of a talk or a training after repeated misses: evidence, objection, decision.

CREATE TABLE conduct (
    id TEXT PRIMARY KEY,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    consequence TEXT NOT NULL,
    enough BIGINT NOT NULL,
    days BIGINT NOT NULL,
    misses TEXT NOT NULL,
    state TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    objection TEXT NOT NULL,
    objected_at BIGINT,
    reason TEXT NOT NULL,
    decided_by TEXT REFERENCES staff (id),
    decided_at BIGINT
);
CREATE INDEX conduct_by_staff ON conduct (staff_id, id);
