-- Emergencies with the customers whom they affect and the measures that follow. Their course stands in ticket_event.

CREATE TABLE emergency (
    id TEXT PRIMARY KEY,
    ticket_id TEXT NOT NULL UNIQUE REFERENCES ticket (id),
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    title TEXT NOT NULL,
    impact TEXT NOT NULL,
    commander_id TEXT NOT NULL REFERENCES staff (id),
    roles TEXT NOT NULL,
    plan TEXT,
    next_report_at BIGINT,
    started_at BIGINT NOT NULL,
    started_by TEXT REFERENCES staff (id),
    ended_at BIGINT,
    ended_by TEXT REFERENCES staff (id),
    review TEXT
);
CREATE INDEX emergency_newest ON emergency (started_at, id);
CREATE INDEX emergency_by_state ON emergency (state, started_at, id);

CREATE TABLE emergency_organisation (
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    emergency_id TEXT NOT NULL REFERENCES emergency (id),
    PRIMARY KEY (organisation_id, emergency_id)
);
CREATE INDEX emergency_organisation_by_emergency ON emergency_organisation (emergency_id, organisation_id);

CREATE TABLE emergency_measure (
    emergency_id TEXT NOT NULL REFERENCES emergency (id),
    no BIGINT NOT NULL,
    what TEXT NOT NULL,
    owner_id TEXT NOT NULL REFERENCES staff (id),
    due_on TEXT NOT NULL,
    done_at BIGINT,
    effect TEXT NOT NULL,
    PRIMARY KEY (emergency_id, no)
);
CREATE INDEX emergency_measure_due ON emergency_measure (due_on, emergency_id, no);
CREATE INDEX emergency_measure_by_owner ON emergency_measure (owner_id, due_on, emergency_id, no);

-- Roles that an installation has already get the new right where they would ship with it.
UPDATE role SET rights = replace(rights, ']', ',"ticket.emergency"]'), version = version + 1
WHERE name IN ('senior_engineer', 'supervisor', 'administrator')
    AND rights LIKE '%"]' AND rights NOT LIKE '%ticket.emergency%';
