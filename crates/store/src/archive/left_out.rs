//! What an archive does not hold, by name and with the reason.

/// Tables that an archive leaves out, and why.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("migration", "the installation's own"),
    ("outbox", "the installation's own"),
    ("job", "work in progress; nothing is sent from an archive"),
    ("letter", "what was sent stays where it was sent from"),
    ("mail_in", "how things came, not what they are"),
    ("mail_raw", "how things came, not what they are"),
    ("mail_key", "a secret"),
    ("dkim_key", "a secret"),
    ("mailbox_state", "the installation's own"),
    ("notice", "read or not, it was for that place"),
    ("notice_late", "read or not, it was for that place"),
    ("oncall_feed", "a secret"),
    ("oncall_told", "the installation's own"),
    ("appointment_told", "the installation's own"),
    ("pre_ticket", "not yet said"),
    ("page_link", "a secret"),
    ("push_key", "a secret"),
    ("push_subscription", "a secret"),
    ("draft", "not yet said"),
    ("chat_seat", "the installation's own"),
    ("session", "a secret"),
    ("sign_in_link", "a secret"),
    ("sign_in_failure", "the installation's own"),
    ("api_token", "a secret"),
    ("idempotency", "the installation's own"),
    ("import", "how things came, not what they are"),
    ("import_row", "how things came, not what they are"),
    ("import_difference", "how things came, not what they are"),
];

/// Columns that an archive leaves out: secrets, who is at work on something, and when to look again.
pub const LEFT_OUT_COLUMNS: &[(&str, &str)] = &[
    ("staff", "password_hash"),
    ("contact", "password_hash"),
    ("mailbox", "sealed"),
    ("clock", "lease_until_at"),
    ("chat", "token_hash"),
    ("message", "held_until_at"),
    ("rota", "watch_at"),
    ("page", "next_at"),
];
