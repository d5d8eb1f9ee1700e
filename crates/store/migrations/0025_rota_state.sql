-- A rota counts, or it is a draft. All that are there count as they did.

ALTER TABLE rota ADD COLUMN state TEXT NOT NULL DEFAULT 'in_force';
DROP INDEX rota_watch;
CREATE INDEX rota_watch ON rota (state, watch_at, id);
