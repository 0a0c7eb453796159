-- Codes that prove contact methods. The code itself stands nowhere: it is derived from the salt, with the installation's key.
CREATE TABLE contact_code (
  user_id TEXT NOT NULL, contact TEXT NOT NULL, made_at INTEGER NOT NULL, salt BLOB NOT NULL, address BLOB NOT NULL, expires_at INTEGER NOT NULL,
  tries INTEGER NOT NULL, ended_at INTEGER,
  CONSTRAINT contact_code_once PRIMARY KEY (user_id, contact, made_at)
) STRICT;
CREATE INDEX contact_code_made ON contact_code (made_at);
-- What is known of contact methods: since when, when they last proved to reach their owner and how, when they were last tried, and missed.
CREATE TABLE contact_proof (
  user_id TEXT NOT NULL, contact TEXT NOT NULL, address BLOB NOT NULL, seen_at INTEGER NOT NULL, proven_at INTEGER, how TEXT, tested_at INTEGER,
  missed_at INTEGER,
  CONSTRAINT contact_proof_once PRIMARY KEY (user_id, contact),
  CONSTRAINT contact_proven_somehow CHECK ((proven_at IS NULL) = (how IS NULL))
) STRICT;
