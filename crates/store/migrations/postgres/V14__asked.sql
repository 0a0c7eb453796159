-- Codes and test messages that people had sent, by whom and to which address (a hash): counted within the hour, so that nobody can be flooded.
CREATE TABLE contact_asked (
  user_id TEXT COLLATE "C" NOT NULL, what TEXT COLLATE "C" NOT NULL, asked_at BIGINT NOT NULL, address BYTEA NOT NULL,
  CONSTRAINT contact_asked_once PRIMARY KEY (user_id, what, asked_at, address)
);
CREATE INDEX contact_asked_of ON contact_asked (address, what, asked_at);
CREATE INDEX contact_asked_at ON contact_asked (asked_at);
