-- The organisation as it was: the first revision of every object made by an instant, and the newest of each by then.
CREATE INDEX config_revision_made ON config_revision (at, kind, id) WHERE version = 1;
CREATE INDEX config_revision_as_of ON config_revision (kind, id, at, version);
-- A hole in the coverage ahead, and how many days ahead people were warned of it: once for each.
CREATE TABLE hole_warning (
  hole TEXT NOT NULL, days INTEGER NOT NULL, warned_at INTEGER NOT NULL, forget_at INTEGER NOT NULL,
  CONSTRAINT hole_warning_once PRIMARY KEY (hole, days)
) STRICT;
CREATE INDEX hole_warning_over ON hole_warning (forget_at);
-- Calendar feeds: whoever has the secret reads the shifts of one person, or of one schedule. Stored hashed.
CREATE TABLE calendar_feed (
  id TEXT PRIMARY KEY, secret_hash BLOB NOT NULL, user_id TEXT NOT NULL, schedule TEXT, created_at INTEGER NOT NULL, last_used_at INTEGER,
  revoked_at INTEGER,
  CONSTRAINT calendar_feed_secret UNIQUE (secret_hash)
) STRICT;
CREATE INDEX calendar_feed_owner ON calendar_feed (user_id, id);
-- When people are away. Why is nobody's business and not kept.
CREATE TABLE absence (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL, source TEXT NOT NULL, begins_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, noted_at INTEGER NOT NULL,
  CONSTRAINT absence_lasts CHECK (begins_at < ends_at)
) STRICT;
CREATE INDEX absence_ends ON absence (ends_at);
CREATE INDEX absence_whose ON absence (user_id, source, ends_at);
