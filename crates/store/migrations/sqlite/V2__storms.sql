-- INV-15: what is due goes by severity, then age. INV-08: a storm is a few messages; a notification may have gone along with another.
ALTER TABLE page ADD COLUMN rank INTEGER NOT NULL DEFAULT 2;
DROP INDEX page_due;
CREATE INDEX page_due ON page (rank, next_due_at) WHERE next_due_at IS NOT NULL;

ALTER TABLE notification ADD COLUMN rank INTEGER NOT NULL DEFAULT 2;
ALTER TABLE notification ADD COLUMN begun_at INTEGER;
ALTER TABLE notification ADD COLUMN sent_with TEXT;
DROP INDEX notification_due;
CREATE INDEX notification_due ON notification (rank, next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX notification_waiting ON notification (user_id, contact) WHERE next_due_at IS NOT NULL;
CREATE INDEX notification_rung ON notification (user_id, contact, begun_at) WHERE begun_at IS NOT NULL AND sent_with IS NULL;
CREATE INDEX notification_along ON notification (sent_with, begun_at) WHERE sent_with IS NOT NULL;
