-- What kind an event is, so that reports read the few kinds that they fold. The index holds only the kinds by which
-- reports find tickets, to stay small; it is used by statements that repeat its condition word for word.
ALTER TABLE ticket_event ADD COLUMN kind TEXT NOT NULL DEFAULT '';
UPDATE ticket_event SET kind = json_extract(change, '$.type');
CREATE INDEX ticket_event_by_kind ON ticket_event (kind, at)
    WHERE kind IN ('opened', 'clock_stopped', 'breached', 'resolved', 'rated');
-- Promises that fall due in a period.
CREATE INDEX clock_due ON clock (due_at) WHERE due_at IS NOT NULL;
