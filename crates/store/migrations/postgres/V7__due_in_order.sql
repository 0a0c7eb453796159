-- What is due is asked for in the order of its index, ties too: a hundred thousand that became due at one moment are not sorted for each batch.
DROP INDEX page_due;
CREATE INDEX page_due ON page (rank, next_due_at, id) WHERE next_due_at IS NOT NULL;
DROP INDEX notification_due;
CREATE INDEX notification_due ON notification (rank, next_due_at, id) WHERE next_due_at IS NOT NULL;
