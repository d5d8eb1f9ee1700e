-- Files that were uploaded for a message which is not sent yet.
ALTER TABLE draft ADD COLUMN files TEXT NOT NULL DEFAULT '[]';
