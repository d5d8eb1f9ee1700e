-- When a rota was a draft: what it says of that time was nobody's duty.

ALTER TABLE rota ADD COLUMN drafts TEXT NOT NULL DEFAULT '[]';
