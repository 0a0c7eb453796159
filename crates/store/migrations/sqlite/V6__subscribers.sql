-- Mail subscribers of a status page. The address is the only personal data and goes when nobody needs it; `recipient` is its keyed digest.
CREATE TABLE subscriber (
  id TEXT PRIMARY KEY, status_page TEXT NOT NULL, recipient TEXT NOT NULL, email TEXT, state TEXT NOT NULL,
  rejections INTEGER NOT NULL, changed_at INTEGER NOT NULL,
  CONSTRAINT subscriber_once UNIQUE (status_page, recipient),
  CONSTRAINT subscriber_has_address_while_wanted CHECK ((state IN ('pending', 'confirmed')) = (email IS NOT NULL))
) STRICT;
CREATE INDEX subscriber_wanting ON subscriber (status_page) WHERE email IS NOT NULL;

-- INV-20: one mail of each subscriber and update, ever; what waits has an alarm.
CREATE TABLE subscriber_mail (
  subscriber TEXT NOT NULL REFERENCES subscriber (id), about TEXT NOT NULL, recipient TEXT NOT NULL, kind TEXT NOT NULL, notice TEXT NOT NULL,
  status TEXT NOT NULL, attempts INTEGER NOT NULL, folded INTEGER NOT NULL, owed_at INTEGER NOT NULL, begun_at INTEGER, next_due_at INTEGER,
  reason TEXT,
  CONSTRAINT subscriber_mail_once PRIMARY KEY (subscriber, about),
  CONSTRAINT subscriber_mail_waits_with_alarm CHECK ((status IN ('queued', 'sending')) = (next_due_at IS NOT NULL))
) STRICT;
CREATE INDEX subscriber_mail_due ON subscriber_mail (kind, next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX subscriber_mail_begun ON subscriber_mail (begun_at) WHERE begun_at IS NOT NULL;
CREATE INDEX subscriber_mail_recipient ON subscriber_mail (recipient, begun_at);
CREATE INDEX subscriber_mail_owed ON subscriber_mail (owed_at);
