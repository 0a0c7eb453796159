-- The organisation as it was: the first revision of every object made by an instant, and the newest of each by then.
CREATE INDEX config_revision_made ON config_revision (at, kind, id) WHERE version = 1;
CREATE INDEX config_revision_as_of ON config_revision (kind, id, at, version);
-- A hole in the coverage ahead, and how many days ahead people were warned of it: once for each.
CREATE TABLE hole_warning (
  hole TEXT COLLATE "C" NOT NULL, days BIGINT NOT NULL, warned_at BIGINT NOT NULL, forget_at BIGINT NOT NULL,
  CONSTRAINT hole_warning_once PRIMARY KEY (hole, days)
);
CREATE INDEX hole_warning_over ON hole_warning (forget_at);
-- Calendar feeds: whoever has the secret reads the shifts of one person, or of one schedule. Stored hashed.
CREATE TABLE calendar_feed (
  id TEXT COLLATE "C" PRIMARY KEY, secret_hash BYTEA NOT NULL, user_id TEXT COLLATE "C" NOT NULL, schedule TEXT COLLATE "C", created_at BIGINT NOT NULL, last_used_at BIGINT,
  revoked_at BIGINT,
  CONSTRAINT calendar_feed_secret UNIQUE (secret_hash)
);
CREATE INDEX calendar_feed_owner ON calendar_feed (user_id, id);
-- When people are away. Why is nobody's business and not kept.
CREATE TABLE absence (
  id TEXT COLLATE "C" PRIMARY KEY, user_id TEXT COLLATE "C" NOT NULL, source TEXT COLLATE "C" NOT NULL, begins_at BIGINT NOT NULL, ends_at BIGINT NOT NULL, noted_at BIGINT NOT NULL,
  CONSTRAINT absence_lasts CHECK (begins_at < ends_at)
);
CREATE INDEX absence_ends ON absence (ends_at);
CREATE INDEX absence_whose ON absence (user_id, source, ends_at);
