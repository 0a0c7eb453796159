-- Mail subscribers of a status page. The address is the only personal data and goes when nobody needs it; `recipient` is its keyed digest.
CREATE TABLE subscriber (
  id TEXT COLLATE "C" PRIMARY KEY, status_page TEXT COLLATE "C" NOT NULL, recipient TEXT COLLATE "C" NOT NULL, email TEXT COLLATE "C", state TEXT COLLATE "C" NOT NULL,
  rejections BIGINT NOT NULL, changed_at BIGINT NOT NULL,
  CONSTRAINT subscriber_once UNIQUE (status_page, recipient),
  CONSTRAINT subscriber_has_address_while_wanted CHECK ((state IN ('pending', 'confirmed')) = (email IS NOT NULL))
);
CREATE INDEX subscriber_wanting ON subscriber (status_page) WHERE email IS NOT NULL;

-- INV-20: one mail of each subscriber and update, ever; what waits has an alarm.
CREATE TABLE subscriber_mail (
  subscriber TEXT COLLATE "C" NOT NULL REFERENCES subscriber (id), about TEXT COLLATE "C" NOT NULL, recipient TEXT COLLATE "C" NOT NULL, kind TEXT COLLATE "C" NOT NULL, notice TEXT COLLATE "C" NOT NULL,
  status TEXT COLLATE "C" NOT NULL, attempts BIGINT NOT NULL, folded BIGINT NOT NULL, owed_at BIGINT NOT NULL, begun_at BIGINT, next_due_at BIGINT,
  reason TEXT,
  CONSTRAINT subscriber_mail_once PRIMARY KEY (subscriber, about),
  CONSTRAINT subscriber_mail_waits_with_alarm CHECK ((status IN ('queued', 'sending')) = (next_due_at IS NOT NULL))
);
CREATE INDEX subscriber_mail_due ON subscriber_mail (kind, next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX subscriber_mail_begun ON subscriber_mail (begun_at) WHERE begun_at IS NOT NULL;
CREATE INDEX subscriber_mail_recipient ON subscriber_mail (recipient, begun_at);
CREATE INDEX subscriber_mail_owed ON subscriber_mail (owed_at);
