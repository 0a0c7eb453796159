-- Codes that prove contact methods. The code itself stands nowhere: it is derived from the salt, with the installation's key.
CREATE TABLE contact_code (
  user_id TEXT COLLATE "C" NOT NULL, contact TEXT COLLATE "C" NOT NULL, made_at BIGINT NOT NULL, salt BYTEA NOT NULL, address BYTEA NOT NULL, expires_at BIGINT NOT NULL,
  tries BIGINT NOT NULL, ended_at BIGINT,
  CONSTRAINT contact_code_once PRIMARY KEY (user_id, contact, made_at)
);
CREATE INDEX contact_code_made ON contact_code (made_at);
-- What is known of contact methods: since when, when they last proved to reach their owner and how, when they were last tried, and missed.
CREATE TABLE contact_proof (
  user_id TEXT COLLATE "C" NOT NULL, contact TEXT COLLATE "C" NOT NULL, address BYTEA NOT NULL, seen_at BIGINT NOT NULL, proven_at BIGINT, how TEXT COLLATE "C", tested_at BIGINT,
  missed_at BIGINT,
  CONSTRAINT contact_proof_once PRIMARY KEY (user_id, contact),
  CONSTRAINT contact_proven_somehow CHECK ((proven_at IS NULL) = (how IS NULL))
);
