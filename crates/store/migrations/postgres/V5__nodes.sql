-- INV-22: who is there, and who makes which attempt. `beats` counts a node's signs of life; the others see it move or not, no clock is compared.
CREATE TABLE node (
  id TEXT COLLATE "C" PRIMARY KEY, name TEXT NOT NULL, started_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, beats BIGINT NOT NULL
);
ALTER TABLE attempt ADD COLUMN node TEXT COLLATE "C";
CREATE INDEX attempt_open ON attempt (node) WHERE ended_at IS NULL;
