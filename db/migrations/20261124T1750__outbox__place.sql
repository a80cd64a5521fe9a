-- Which of several providers of one name was given a batch: hosts that write files have folders of their own.

ALTER TABLE outbox_batch ADD COLUMN place VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'of the provider; only that one can say that it does not have the batch' AFTER provider;
