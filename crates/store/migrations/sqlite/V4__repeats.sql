-- How often an open alert was said again in the very same words, since its journal said so last: one small row, however long it goes on.
CREATE TABLE alert_repeat (alert TEXT PRIMARY KEY REFERENCES alert (id), events INTEGER NOT NULL, last_at INTEGER NOT NULL) STRICT;
