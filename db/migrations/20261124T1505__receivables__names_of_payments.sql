-- The names of sources and methods are as long as "unidentified" and "direct_debit".

ALTER TABLE receivables_payment MODIFY source VARCHAR(16) NOT NULL COMMENT 'cashier, channel, unidentified', MODIFY method VARCHAR(16) NOT NULL;
