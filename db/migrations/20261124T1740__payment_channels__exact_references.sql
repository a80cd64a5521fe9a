-- Banks tell references apart by upper and lower case: what differs in it alone is another movement or another statement.

ALTER TABLE payment_channels_receipt MODIFY entry_key VARCHAR(140) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'the bank''s reference, else statement and entry; unique, so that a movement is told once';

ALTER TABLE payment_channels_statement MODIFY bank_statement_id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL;
