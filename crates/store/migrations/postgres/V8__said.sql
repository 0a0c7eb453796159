-- A repeat in the same words is known by the digest of what its alert says, and by when that began, without reading the alert (ADR 0021). Rows of
-- before have neither until they change.
ALTER TABLE alert ADD COLUMN began_at BIGINT;
ALTER TABLE alert ADD COLUMN said BYTEA;
-- Only resolved alerts are asked for in the order of their ids: a new one need not be entered.
DROP INDEX alert_by_key;
CREATE INDEX alert_by_key ON alert (integration, dedup_key, id) WHERE status = 'resolved';
