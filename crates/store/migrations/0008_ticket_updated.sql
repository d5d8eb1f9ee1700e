-- The list in the order of the last change.
CREATE INDEX ticket_updated ON ticket (updated_at, id);
