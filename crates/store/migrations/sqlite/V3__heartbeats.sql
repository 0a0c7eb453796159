-- A heartbeat that was heard at least once waits for the next with an alarm; one that is missed waits for nothing.
CREATE TABLE heartbeat (
  integration TEXT PRIMARY KEY, seen_at INTEGER NOT NULL, status TEXT NOT NULL, next_due_at INTEGER,
  CONSTRAINT heartbeat_waits_with_alarm CHECK ((status = 'beating') = (next_due_at IS NOT NULL))
) STRICT;
CREATE INDEX heartbeat_due ON heartbeat (next_due_at) WHERE next_due_at IS NOT NULL;
