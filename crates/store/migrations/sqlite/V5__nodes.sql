-- INV-22: who is there, and who makes which attempt. `beats` counts a node's signs of life; the others see it move or not, no clock is compared.
CREATE TABLE node (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, started_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, beats INTEGER NOT NULL
) STRICT;
ALTER TABLE attempt ADD COLUMN node TEXT;
CREATE INDEX attempt_open ON attempt (node) WHERE ended_at IS NULL;
