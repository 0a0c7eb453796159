-- An acknowledged page may have to ring again: when it is looked at for that. INV-03 keeps `next_due_at` for those that wait for a human.
ALTER TABLE page ADD COLUMN wake_at INTEGER CONSTRAINT page_wakes_while_acknowledged CHECK (wake_at IS NULL OR status = 'acknowledged');
CREATE INDEX page_wake ON page (rank, wake_at, id) WHERE wake_at IS NOT NULL;
-- How many pages a policy has started: whose turn it is.
CREATE TABLE policy_turn (
  policy TEXT PRIMARY KEY, pages INTEGER NOT NULL
) STRICT;
