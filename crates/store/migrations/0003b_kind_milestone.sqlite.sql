-- The kind of a promise's event names its milestone, too: a forgotten ticket has thousands of progress slots, and a
-- report on first responses must not read them. The index is made again for the new words; statements repeat its
-- condition word for word.
DROP INDEX ticket_event_by_kind;
UPDATE ticket_event SET kind = kind || ':' || json_extract(change, '$.milestone')
    WHERE kind IN ('clock_stopped', 'breached', 'excused', 'step_fired');
CREATE INDEX ticket_event_by_kind ON ticket_event (kind, at) WHERE kind IN (
    'opened', 'resolved', 'rated', 'clock_stopped:response', 'clock_stopped:attend',
    'clock_stopped:update', 'clock_stopped:reply', 'clock_stopped:resolution',
    'breached:response', 'breached:attend', 'breached:update', 'breached:reply',
    'breached:resolution'
    );
