-- Who is on call: rotas, what is put in over them, who is away, whose phone is confirmed.

CREATE TABLE rota (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    rev BIGINT NOT NULL,
    doc TEXT NOT NULL
);

CREATE TABLE oncall_override (
    id TEXT PRIMARY KEY,
    rota_id TEXT NOT NULL REFERENCES rota (id),
    seat TEXT NOT NULL,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    is_swap BIGINT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX oncall_override_by_time ON oncall_override (rota_id, until_at, id);
CREATE INDEX oncall_override_by_staff ON oncall_override (staff_id, until_at, id);

CREATE TABLE oncall_leave (
    id TEXT PRIMARY KEY,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX oncall_leave_by_time ON oncall_leave (until_at, id);
CREATE INDEX oncall_leave_by_staff ON oncall_leave (staff_id, until_at, id);

CREATE TABLE oncall_phone (
    staff_id TEXT PRIMARY KEY REFERENCES staff (id),
    phone TEXT NOT NULL,
    confirmed_at BIGINT NOT NULL
);

-- Roles that an installation has already get the new right where they would ship with it.
UPDATE role SET rights = replace(rights, ']', ',"oncall.edit"]'), version = version + 1
WHERE name IN ('supervisor', 'administrator') AND rights LIKE '%"]' AND rights NOT LIKE '%oncall.edit%';
