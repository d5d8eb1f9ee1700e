-- Running clocks by ticket: lists and the sweeper ask for those of some tickets, each time; only a change of a calendar asks for
-- all of a calendar.

DROP INDEX clock_running;
CREATE INDEX clock_running ON clock (ticket_id, milestone, cycle, calendar_id) WHERE stopped_at IS NULL;
