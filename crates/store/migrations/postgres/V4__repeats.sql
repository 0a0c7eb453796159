-- How often an open alert was said again in the very same words, since its journal said so last: one small row, however long it goes on.
CREATE TABLE alert_repeat (alert TEXT COLLATE "C" PRIMARY KEY REFERENCES alert (id), events BIGINT NOT NULL, last_at BIGINT NOT NULL);
