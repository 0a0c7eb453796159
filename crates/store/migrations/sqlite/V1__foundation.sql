-- Instants are integer microseconds UTC; booleans 0/1; documents JSON text in the frozen stored forms. SQL never asks for the time.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- The journal: append-only, hash-chained per stream (INV-18).
CREATE TABLE event (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  stream_kind TEXT NOT NULL, stream_id TEXT NOT NULL, seq INTEGER NOT NULL,
  at INTEGER NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, hash BLOB NOT NULL,
  CONSTRAINT event_seq UNIQUE (stream_kind, stream_id, seq)
) STRICT;

CREATE TABLE alert (
  id TEXT PRIMARY KEY, version INTEGER NOT NULL, integration TEXT NOT NULL, dedup_key TEXT NOT NULL, status TEXT NOT NULL,
  service TEXT, last_at INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX alert_open_key ON alert (integration, dedup_key) WHERE status <> 'resolved';
CREATE INDEX alert_by_key ON alert (integration, dedup_key, id);
CREATE INDEX alert_open ON alert (status, id) WHERE status <> 'resolved';

-- INV-03: a page waits exactly when it has an alarm.
CREATE TABLE page (
  id TEXT PRIMARY KEY, version INTEGER NOT NULL, status TEXT NOT NULL, subject TEXT NOT NULL, next_due_at INTEGER, body TEXT NOT NULL,
  CONSTRAINT page_waits_with_alarm CHECK ((status IN ('ringing', 'exhausted')) = (next_due_at IS NOT NULL))
) STRICT;
CREATE INDEX page_due ON page (next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX page_subject ON page (subject);
CREATE INDEX page_open ON page (status, id) WHERE status <> 'ended';

-- INV-06: one notification per (page, kind, cycle, step, person, method). INV-07: nothing stays in flight without an alarm.
CREATE TABLE notification (
  id TEXT PRIMARY KEY, page TEXT NOT NULL REFERENCES page (id), kind TEXT NOT NULL, cycle INTEGER NOT NULL, step INTEGER NOT NULL,
  user_id TEXT NOT NULL, contact TEXT NOT NULL, medium TEXT NOT NULL, due_at INTEGER NOT NULL, status TEXT NOT NULL,
  attempts INTEGER NOT NULL, repeat INTEGER NOT NULL, next_due_at INTEGER, reason TEXT,
  CONSTRAINT notification_once UNIQUE (page, kind, cycle, step, user_id, contact),
  CONSTRAINT notification_waits_with_alarm CHECK ((status IN ('queued', 'sending')) = (next_due_at IS NOT NULL))
) STRICT;
CREATE INDEX notification_due ON notification (next_due_at) WHERE next_due_at IS NOT NULL;

CREATE TABLE attempt (
  notification TEXT NOT NULL REFERENCES notification (id), n INTEGER NOT NULL, begun_at INTEGER NOT NULL, ended_at INTEGER,
  outcome TEXT, detail TEXT, provider_id TEXT,
  PRIMARY KEY (notification, n),
  CONSTRAINT attempt_ends_with_outcome CHECK ((ended_at IS NULL) = (outcome IS NULL))
) STRICT;

CREATE TABLE incident (
  id TEXT PRIMARY KEY, version INTEGER NOT NULL, slug TEXT NOT NULL, status TEXT NOT NULL, severity TEXT NOT NULL,
  declared_at INTEGER NOT NULL, next_due_at INTEGER, body TEXT NOT NULL,
  CONSTRAINT incident_slug UNIQUE (slug)
) STRICT;
CREATE INDEX incident_due ON incident (next_due_at) WHERE next_due_at IS NOT NULL;

CREATE TABLE postmortem (
  id TEXT PRIMARY KEY, version INTEGER NOT NULL, incident TEXT NOT NULL REFERENCES incident (id), state TEXT NOT NULL,
  due_at INTEGER, next_due_at INTEGER, body TEXT NOT NULL,
  CONSTRAINT postmortem_incident UNIQUE (incident)
) STRICT;
CREATE INDEX postmortem_due ON postmortem (next_due_at) WHERE next_due_at IS NOT NULL;

-- Owner, due date and priority, all three, always.
CREATE TABLE action_item (
  id TEXT PRIMARY KEY, incident TEXT NOT NULL REFERENCES incident (id), owner TEXT NOT NULL, due_on TEXT NOT NULL,
  priority TEXT NOT NULL, state TEXT NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX action_item_open ON action_item (due_on) WHERE state = 'open';

-- Configuration: the current value and every earlier one.
CREATE TABLE config (
  kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, managed INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)
) STRICT;
CREATE TABLE config_revision (
  kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL, body TEXT,
  PRIMARY KEY (kind, id, version)
) STRICT;

-- Raw inbound requests, bounded, so that replay starts at the wire.
CREATE TABLE raw_request (
  id TEXT PRIMARY KEY, integration TEXT NOT NULL, received_at INTEGER NOT NULL, content_type TEXT NOT NULL, body BLOB NOT NULL,
  outcome TEXT NOT NULL
) STRICT;
CREATE INDEX raw_request_age ON raw_request (received_at);

-- The public voice: what was published, in the public model's own form.
CREATE TABLE notice (
  id TEXT PRIMARY KEY, status_page TEXT NOT NULL, incident TEXT, started_at INTEGER NOT NULL, resolved_at INTEGER, body TEXT NOT NULL
) STRICT;
CREATE INDEX notice_page ON notice (status_page, started_at);
CREATE TABLE component_change (
  component TEXT NOT NULL, at INTEGER NOT NULL, status TEXT NOT NULL, notice TEXT, PRIMARY KEY (component, at)
) STRICT;

-- Access. Secrets are hashed; the rows are useless to a thief.
CREATE TABLE password (user_id TEXT PRIMARY KEY, hash TEXT NOT NULL, changed_at INTEGER NOT NULL) STRICT;
CREATE TABLE session (
  id TEXT PRIMARY KEY, secret_hash BLOB NOT NULL, user_id TEXT NOT NULL, csrf TEXT NOT NULL,
  created_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  CONSTRAINT session_secret UNIQUE (secret_hash)
) STRICT;
CREATE TABLE token (
  id TEXT PRIMARY KEY, secret_hash BLOB NOT NULL, user_id TEXT NOT NULL, name TEXT NOT NULL, scope TEXT NOT NULL,
  created_at INTEGER NOT NULL, last_used_at INTEGER, revoked_at INTEGER,
  CONSTRAINT token_secret UNIQUE (secret_hash)
) STRICT;
CREATE TABLE sign_in_link (
  secret_hash BLOB PRIMARY KEY, user_id TEXT NOT NULL, expires_at INTEGER NOT NULL, used_at INTEGER
) STRICT;
