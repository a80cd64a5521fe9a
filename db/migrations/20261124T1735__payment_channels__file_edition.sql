-- A batch that loses debits before it is sent has its file written anew; the first one stays, since files are append-only.

ALTER TABLE payment_channels_debit_file ADD COLUMN edition INT NOT NULL DEFAULT 1 COMMENT 'the batch says which one goes out' AFTER batch_id, DROP PRIMARY KEY, ADD PRIMARY KEY (batch_id, edition, part_no);

ALTER TABLE payment_channels_debit_batch ADD COLUMN file_edition INT NOT NULL DEFAULT 1 AFTER file_bytes;
