-- People: a contact that was merged into another; who of the customers wrote what.

ALTER TABLE contact ADD COLUMN merged_into TEXT REFERENCES contact (id);

CREATE INDEX message_by_contact ON message (actor_id) WHERE actor_kind = 'contact';
CREATE INDEX installation_by_version ON installation (product_version, id);
