-- The ground: rules, people, tickets, jobs, sign-in. Types are PostgreSQL's; the runner translates for SQLite.

CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE calendar (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    rev BIGINT NOT NULL
);

CREATE TABLE calendar_rev (
    calendar_id TEXT NOT NULL REFERENCES calendar (id),
    rev BIGINT NOT NULL,
    doc TEXT NOT NULL,
    edited_at BIGINT NOT NULL,
    PRIMARY KEY (calendar_id, rev)
);

CREATE TABLE policy (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    rev BIGINT NOT NULL
);

CREATE TABLE policy_rev (
    policy_id TEXT NOT NULL REFERENCES policy (id),
    rev BIGINT NOT NULL,
    doc TEXT NOT NULL,
    edited_at BIGINT NOT NULL,
    PRIMARY KEY (policy_id, rev)
);

CREATE TABLE role (
    name TEXT PRIMARY KEY,
    rights TEXT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE staff (
    id TEXT PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    role TEXT NOT NULL REFERENCES role (name),
    locale TEXT NOT NULL,
    skills TEXT NOT NULL,
    languages TEXT NOT NULL,
    password_hash TEXT,
    active BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX staff_by_name ON staff (name_folded, id);

CREATE TABLE staff_group (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    active BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE group_member (
    group_id TEXT NOT NULL REFERENCES staff_group (id),
    staff_id TEXT NOT NULL REFERENCES staff (id),
    PRIMARY KEY (group_id, staff_id)
);
CREATE INDEX group_member_by_staff ON group_member (staff_id, group_id);

CREATE TABLE organisation (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    policy_id TEXT REFERENCES policy (id),
    note TEXT NOT NULL,
    active BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX organisation_by_name ON organisation (name_folded, id);

CREATE TABLE organisation_domain (
    domain TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisation (id)
);

CREATE TABLE contact (
    id TEXT PRIMARY KEY,
    organisation_id TEXT REFERENCES organisation (id),
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    position TEXT NOT NULL,
    sees TEXT NOT NULL,
    locale TEXT NOT NULL,
    password_hash TEXT,
    active BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX contact_by_name ON contact (name_folded, id);
CREATE INDEX contact_by_organisation ON contact (organisation_id, name_folded, id);

CREATE TABLE contact_point (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    contact_id TEXT NOT NULL REFERENCES contact (id),
    position BIGINT NOT NULL,
    PRIMARY KEY (kind, value)
);
CREATE INDEX contact_point_by_contact ON contact_point (contact_id, position);

CREATE TABLE product (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    active BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE module (
    id TEXT PRIMARY KEY,
    product_id TEXT NOT NULL REFERENCES product (id),
    name TEXT NOT NULL
);
CREATE INDEX module_by_product ON module (product_id, name, id);

CREATE TABLE installation (
    id TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    product_id TEXT NOT NULL REFERENCES product (id),
    product_version TEXT NOT NULL,
    environment TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX installation_by_organisation ON installation (organisation_id, id);

CREATE TABLE contract (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    product_id TEXT REFERENCES product (id),
    policy_id TEXT REFERENCES policy (id),
    starts_on TEXT NOT NULL,
    ends_on TEXT,
    note TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX contract_by_organisation ON contract (organisation_id, id);

CREATE TABLE ticket (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    version BIGINT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    class TEXT,
    severity TEXT NOT NULL,
    level TEXT,
    status TEXT NOT NULL,
    status_note TEXT NOT NULL,
    channel TEXT NOT NULL,
    requester_id TEXT NOT NULL REFERENCES contact (id),
    organisation_id TEXT REFERENCES organisation (id),
    contract_id TEXT REFERENCES contract (id),
    group_id TEXT REFERENCES staff_group (id),
    assignee_id TEXT REFERENCES staff (id),
    product_id TEXT REFERENCES product (id),
    module_id TEXT REFERENCES module (id),
    facts TEXT NOT NULL,
    extra TEXT NOT NULL,
    tags TEXT NOT NULL,
    watchers TEXT NOT NULL,
    policy_id TEXT NOT NULL,
    policy_rev BIGINT NOT NULL,
    policy_because TEXT NOT NULL,
    cause TEXT,
    workaround TEXT NOT NULL,
    resolution TEXT NOT NULL,
    remark TEXT NOT NULL,
    plan TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    responded_at BIGINT,
    resolved_at BIGINT,
    resolved_by TEXT REFERENCES staff (id),
    closed_at BIGINT,
    close_reason TEXT,
    unanswered_since_at BIGINT,
    reminders BIGINT NOT NULL,
    silence_at BIGINT,
    reopened BIGINT NOT NULL,
    reassigned BIGINT NOT NULL,
    merged_into TEXT REFERENCES ticket (id),
    rating TEXT,
    external_ref TEXT UNIQUE,
    messages BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    is_open BIGINT NOT NULL,
    next_due_at BIGINT NOT NULL,
    next_clock TEXT
);
CREATE INDEX ticket_newest ON ticket (created_at, id);
CREATE INDEX ticket_due ON ticket (next_due_at, id) WHERE is_open = 1;
CREATE INDEX ticket_by_assignee ON ticket (assignee_id, next_due_at, id) WHERE is_open = 1;
CREATE INDEX ticket_by_group ON ticket (group_id, next_due_at, id) WHERE is_open = 1;
CREATE INDEX ticket_by_status ON ticket (status, next_due_at, id);
CREATE INDEX ticket_by_organisation ON ticket (organisation_id, created_at, id);
CREATE INDEX ticket_by_requester ON ticket (requester_id, created_at, id);
CREATE INDEX ticket_closed ON ticket (resolved_at, id) WHERE resolved_at IS NOT NULL;
CREATE INDEX ticket_silent ON ticket (silence_at, id) WHERE silence_at IS NOT NULL;

CREATE TABLE ticket_tag (
    tag TEXT NOT NULL,
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    PRIMARY KEY (tag, ticket_id)
);

CREATE TABLE ticket_hold (
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    no BIGINT NOT NULL,
    status TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    to_at BIGINT,
    PRIMARY KEY (ticket_id, no)
);

CREATE TABLE clock (
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    milestone TEXT NOT NULL,
    cycle BIGINT NOT NULL,
    target_s BIGINT NOT NULL,
    calendar_id TEXT NOT NULL REFERENCES calendar (id),
    off_hours BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    stopped_at BIGINT,
    stop_reason TEXT,
    reopened TEXT NOT NULL,
    excused TEXT,
    due_at BIGINT,
    state TEXT NOT NULL,
    counted_s BIGINT NOT NULL,
    next_at BIGINT,
    breach_noted BIGINT NOT NULL,
    fired_percent BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, milestone, cycle)
);
CREATE INDEX clock_next ON clock (next_at, ticket_id) WHERE next_at IS NOT NULL;

CREATE TABLE ticket_event (
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    change TEXT NOT NULL,
    PRIMARY KEY (ticket_id, no)
);

CREATE TABLE message (
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    no BIGINT NOT NULL,
    visibility TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    html TEXT NOT NULL,
    progress BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, no)
);

CREATE TABLE file (
    id TEXT PRIMARY KEY,
    ticket_id TEXT REFERENCES ticket (id),
    message_no BIGINT,
    visibility TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX file_by_ticket ON file (ticket_id, id);

CREATE TABLE draft (
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    staff_id TEXT NOT NULL REFERENCES staff (id),
    html TEXT NOT NULL,
    internal BIGINT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, staff_id)
);

CREATE TABLE queue_count (
    key TEXT PRIMARY KEY,
    n BIGINT NOT NULL
);

CREATE TABLE notice (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    id TEXT NOT NULL,
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    event_no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    read_at BIGINT,
    PRIMARY KEY (staff_id, id)
);
CREATE INDEX notice_by_event ON notice (ticket_id, event_no);

CREATE TABLE job (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    lease_until_at BIGINT,
    fence BIGINT NOT NULL,
    last_error TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    done_at BIGINT
);
CREATE INDEX job_ready ON job (run_at, id) WHERE state = 'ready';
CREATE INDEX job_by_state ON job (state, id);

CREATE TABLE letter (
    id TEXT PRIMARY KEY,
    ticket_id TEXT REFERENCES ticket (id),
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    sent_at BIGINT
);

CREATE TABLE session (
    token_hash TEXT PRIMARY KEY,
    person_kind TEXT NOT NULL,
    person_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_by_person ON session (person_kind, person_id);

CREATE TABLE sign_in_link (
    token_hash TEXT PRIMARY KEY,
    person_kind TEXT NOT NULL,
    person_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE sign_in_failure (
    key TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);

CREATE TABLE api_token (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE saved_view (
    id TEXT PRIMARY KEY,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    shared BIGINT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL
);
CREATE INDEX saved_view_by_staff ON saved_view (staff_id, id);

CREATE TABLE canned_answer (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    html TEXT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE admin_event (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    what TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL
);

CREATE TABLE idempotency (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    answer TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (owner, key)
);
