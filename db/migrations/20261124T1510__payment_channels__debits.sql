-- Direct debits: batches out, results in, and what contradicts.

CREATE TABLE payment_channels_debit_batch (
  batch_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  batch_no VARCHAR(29) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'what files call it',
  channel_id BIGINT NOT NULL,
  state VARCHAR(10) NOT NULL COMMENT 'preparing prepared sent closed cancelled',
  note VARCHAR(500) NOT NULL DEFAULT '' COMMENT 'why it was cancelled',
  collect_on DATE NOT NULL,
  answer_by DATE NOT NULL COMMENT 'debits that have no answer by the end of this day are unknown',
  basis VARCHAR(10) NOT NULL COMMENT 'due principal',
  billing_month INT NULL COMMENT 'only the bills of this month',
  format VARCHAR(20) NOT NULL COMMENT 'pain.008.001.08 pain.008.001.02 text',
  item_count BIGINT NOT NULL DEFAULT 0 COMMENT 'in the file',
  amount_fen BIGINT NOT NULL DEFAULT 0,
  file_name VARCHAR(80) NULL,
  file_sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  file_bytes BIGINT NULL,
  job_id BIGINT NULL,
  created_by BIGINT NULL,
  created_at DATETIME(6) NOT NULL,
  sent_by BIGINT NULL,
  sent_at DATETIME(6) NULL,
  version INT NOT NULL DEFAULT 1 COMMENT 'ETag',
  UNIQUE KEY uk_debit_batch_no (batch_no),
  KEY ix_debit_batch_channel (channel_id, batch_id)
);

CREATE TABLE payment_channels_debit_file (
  batch_id BIGINT NOT NULL,
  part_no INT NOT NULL,
  bytes MEDIUMBLOB NOT NULL,
  PRIMARY KEY (batch_id, part_no)
) COMMENT='append-only: the file of a batch as it went out, in parts';

CREATE TABLE payment_channels_debit_item (
  item_id BIGINT NOT NULL PRIMARY KEY,
  batch_id BIGINT NOT NULL,
  channel_id BIGINT NOT NULL,
  end_to_end_id VARCHAR(35) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'ours; what every message about it bears',
  account_id BIGINT NOT NULL,
  account_no VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  mandate_id BIGINT NOT NULL,
  mandate_ref VARCHAR(35) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'as the bank knows it',
  signed_on DATE NOT NULL,
  sequence CHAR(4) NOT NULL COMMENT 'FRST RCUR',
  bank_account VARCHAR(34) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  bank_account_name VARCHAR(140) NOT NULL,
  bank_code VARCHAR(35) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount_fen BIGINT NOT NULL,
  billing_month INT NULL COMMENT 'the oldest bill in it',
  state VARCHAR(10) NOT NULL COMMENT 'prepared sent paid partly refused unknown cancelled returned',
  paid_fen BIGINT NULL,
  paid_on DATE NULL COMMENT 'the bank''s day',
  reason VARCHAR(200) NOT NULL DEFAULT '',
  bank_reference VARCHAR(64) NOT NULL DEFAULT '',
  payment_id BIGINT NULL,
  changed_at DATETIME(6) NOT NULL,
  open_account BIGINT GENERATED ALWAYS AS (CASE WHEN state IN ('prepared', 'sent', 'unknown') THEN account_id END) STORED,
  UNIQUE KEY uk_debit_item_id (end_to_end_id),
  UNIQUE KEY uk_debit_item_open (open_account),
  KEY ix_debit_item_batch (batch_id),
  KEY ix_debit_item_account (account_id, item_id),
  KEY ix_debit_item_mandate (mandate_id),
  KEY ix_debit_item_payment (payment_id)
) COMMENT='an account is collected in one open batch at a time; a row changes its state only as domain/debit_state.hpp declares';

CREATE TABLE payment_channels_debit_result (
  result_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  batch_id BIGINT NOT NULL,
  state VARCHAR(10) NOT NULL COMMENT 'loaded taken',
  file_name VARCHAR(120) NOT NULL,
  file_sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  line_count BIGINT NOT NULL DEFAULT 0,
  job_id BIGINT NULL,
  loaded_by BIGINT NULL,
  loaded_at DATETIME(6) NOT NULL,
  taken_at DATETIME(6) NULL,
  UNIQUE KEY uk_debit_result_file (batch_id, file_sha256)
) COMMENT='回盘: a file of answers to a batch';

CREATE TABLE payment_channels_debit_answer (
  result_id BIGINT NOT NULL,
  seq INT NOT NULL,
  line_no BIGINT NOT NULL,
  end_to_end_id VARCHAR(64) NOT NULL,
  outcome VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'paid partly rejected pending unknown',
  amount_fen BIGINT NULL COMMENT 'what was asked for, where the bank repeats it',
  paid_fen BIGINT NULL,
  paid_on DATE NULL,
  reason VARCHAR(200) NOT NULL,
  bank_reference VARCHAR(64) NOT NULL,
  PRIMARY KEY (result_id, seq)
) COMMENT='append-only: what the bank says, line by line';

CREATE TABLE payment_channels_debit_verdict (
  result_id BIGINT NOT NULL,
  seq INT NOT NULL,
  verdict VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'taken refused known waits difference',
  item_id BIGINT NULL,
  state VARCHAR(10) NULL COMMENT 'that the item has by it',
  paid_fen BIGINT NULL,
  paid_on DATE NULL,
  payment_id BIGINT NULL,
  PRIMARY KEY (result_id, seq)
) COMMENT='append-only: what became of each line of a result; written with the payment';

CREATE TABLE payment_channels_debit_difference (
  difference_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  channel_id BIGINT NOT NULL,
  batch_id BIGINT NOT NULL,
  result_id BIGINT NULL,
  line_no BIGINT NULL,
  kind VARCHAR(12) NOT NULL COMMENT 'unknown_id amount date returned paid_after unreadable unanswered unclear',
  end_to_end_id VARCHAR(64) NOT NULL,
  item_id BIGINT NULL,
  expected_fen BIGINT NULL,
  found_fen BIGINT NULL,
  found_on DATE NULL,
  message VARCHAR(300) NOT NULL,
  state VARCHAR(10) NOT NULL DEFAULT 'open' COMMENT 'open proposed settled',
  how VARCHAR(10) NULL COMMENT 'take_in take_back refuse ignore; answered where the bank''s late answer settled it',
  note VARCHAR(200) NOT NULL DEFAULT '',
  proposed_by BIGINT NULL,
  proposed_at DATETIME(6) NULL,
  decided_by BIGINT NULL,
  decided_at DATETIME(6) NULL,
  payment_id BIGINT NULL COMMENT 'taken in or taken back by it',
  version INT NOT NULL DEFAULT 1,
  KEY ix_debit_difference_channel (channel_id, state, difference_id),
  KEY ix_debit_difference_item (item_id)
) COMMENT='what a bank says against what we know: proposed by one person, approved by another';
