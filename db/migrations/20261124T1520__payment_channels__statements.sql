-- What banks say has moved on the utility's accounts, and what became of each movement.

CREATE TABLE payment_channels_statement_file (
  file_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  channel_id BIGINT NOT NULL,
  state VARCHAR(10) NOT NULL COMMENT 'loaded taken',
  file_name VARCHAR(120) NOT NULL,
  file_sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  receipt_count BIGINT NOT NULL DEFAULT 0 COMMENT 'that were new in it',
  known_count BIGINT NOT NULL DEFAULT 0 COMMENT 'that another file had brought before',
  job_id BIGINT NULL,
  loaded_by BIGINT NULL,
  loaded_at DATETIME(6) NOT NULL,
  UNIQUE KEY uk_statement_file (channel_id, file_sha256)
);

CREATE TABLE payment_channels_statement (
  statement_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  file_id BIGINT NOT NULL,
  channel_id BIGINT NOT NULL,
  message VARCHAR(20) NOT NULL COMMENT 'camt.053.001.08',
  bank_statement_id VARCHAR(64) NOT NULL,
  account VARCHAR(40) NOT NULL,
  sequence_no VARCHAR(20) NOT NULL,
  opening_fen BIGINT NULL,
  closing_fen BIGINT NULL,
  credit_fen BIGINT NOT NULL,
  debit_fen BIGINT NOT NULL,
  entry_count BIGINT NOT NULL,
  UNIQUE KEY uk_statement (channel_id, bank_statement_id, message),
  KEY ix_statement_file (file_id)
) COMMENT='append-only: statements whose balances agree';

CREATE TABLE payment_channels_receipt (
  receipt_id BIGINT NOT NULL PRIMARY KEY,
  file_id BIGINT NOT NULL,
  seq INT NOT NULL COMMENT 'in the file',
  channel_id BIGINT NOT NULL,
  entry_key VARCHAR(140) NOT NULL COMMENT 'the bank''s reference, else statement and entry; unique, so that a movement is told once',
  part_no INT NOT NULL COMMENT 'payment inside the entry; 0 for the entry as a whole',
  direction VARCHAR(6) NOT NULL COMMENT 'credit debit',
  reversal TINYINT NOT NULL DEFAULT 0,
  amount_fen BIGINT NOT NULL,
  booked_on DATE NOT NULL,
  value_on DATE NOT NULL,
  payer_name VARCHAR(140) NOT NULL,
  payer_account VARCHAR(40) NOT NULL,
  remittance VARCHAR(500) NOT NULL,
  end_to_end_id VARCHAR(64) NOT NULL,
  return_reason VARCHAR(80) NOT NULL,
  state VARCHAR(12) NOT NULL COMMENT 'received settled proposed paid unidentified assigned returning returned noted bounced',
  account_id BIGINT NULL,
  payment_id BIGINT NULL,
  batch_id BIGINT NULL COMMENT 'whose money it is, of a settlement',
  day_on DATE NULL COMMENT 'the business day whose money it is, of a settlement',
  settlement_id BIGINT NULL,
  note VARCHAR(200) NOT NULL DEFAULT '',
  proposed_by BIGINT NULL COMMENT 'of a return',
  decided_by BIGINT NULL,
  changed_at DATETIME(6) NOT NULL,
  version INT NOT NULL DEFAULT 1 COMMENT 'ETag',
  UNIQUE KEY uk_receipt_entry (channel_id, entry_key, part_no),
  UNIQUE KEY uk_receipt_seq (file_id, seq),
  KEY ix_receipt_state (channel_id, state, receipt_id),
  KEY ix_receipt_batch (batch_id),
  KEY ix_receipt_payment (payment_id)
) COMMENT='one row for each movement on a bank account';
