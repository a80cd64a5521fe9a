-- When what a provider kept of a batch that went out long ago was taken away.

ALTER TABLE outbox_batch ADD COLUMN cleared_at DATETIME(6) NULL;
