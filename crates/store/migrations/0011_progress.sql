-- Progress reports: what a message is besides words, when it counted as handed over, its letters, the reminder.
ALTER TABLE message ADD COLUMN card TEXT;
ALTER TABLE message ADD COLUMN delivered_at BIGINT;
ALTER TABLE letter ADD COLUMN message_no BIGINT;
CREATE INDEX letter_of_message ON letter (ticket_id, message_no);
ALTER TABLE clock ADD COLUMN reminded BIGINT NOT NULL DEFAULT 0;
