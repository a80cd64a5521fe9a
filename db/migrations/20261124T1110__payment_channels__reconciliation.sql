-- A channel's own list of a business day against ours, and what became of the differences.

CREATE TABLE payment_channels_reconciliation (
  reconciliation_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  channel_id BIGINT NOT NULL,
  business_date DATE NOT NULL,
  state VARCHAR(10) NOT NULL COMMENT 'loaded compared',
  file_name VARCHAR(120) NOT NULL,
  file_sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  their_count BIGINT NOT NULL,
  their_fen BIGINT NOT NULL,
  our_count BIGINT NOT NULL DEFAULT 0,
  our_fen BIGINT NOT NULL DEFAULT 0,
  equal_count BIGINT NOT NULL DEFAULT 0,
  equal_fen BIGINT NOT NULL DEFAULT 0,
  job_id BIGINT NULL,
  loaded_by BIGINT NULL,
  loaded_at DATETIME(6) NOT NULL,
  compared_at DATETIME(6) NULL,
  UNIQUE KEY uk_reconciliation_day (channel_id, business_date)
);

CREATE TABLE payment_channels_their_item (
  reconciliation_id BIGINT NOT NULL,
  serial_no VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  line_no INT NOT NULL,
  account_no VARCHAR(32) NOT NULL,
  amount_fen BIGINT NOT NULL,
  PRIMARY KEY (reconciliation_id, serial_no)
) COMMENT='the channel''s file, line by line';

CREATE TABLE payment_channels_difference (
  difference_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  reconciliation_id BIGINT NOT NULL,
  kind VARCHAR(12) NOT NULL COMMENT 'only_theirs only_ours amount account other_day',
  serial_no VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  account_no VARCHAR(32) NOT NULL COMMENT 'theirs where they have one',
  their_fen BIGINT NULL,
  our_fen BIGINT NULL,
  item_id BIGINT NULL COMMENT 'ours, whatever its state',
  state VARCHAR(10) NOT NULL DEFAULT 'open' COMMENT 'open proposed settled',
  how VARCHAR(10) NULL COMMENT 'post reverse ignore',
  note VARCHAR(200) NOT NULL DEFAULT '',
  proposed_by BIGINT NULL,
  proposed_at DATETIME(6) NULL,
  decided_by BIGINT NULL,
  decided_at DATETIME(6) NULL,
  payment_id BIGINT NULL COMMENT 'taken in or taken back by it',
  version INT NOT NULL DEFAULT 1,
  KEY ix_difference_reconciliation (reconciliation_id, difference_id),
  KEY ix_difference_item (item_id)
) COMMENT='单边账: proposed by one person, approved by another';

CREATE TABLE payment_channels_settlement (
  settlement_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  channel_id BIGINT NOT NULL,
  business_date DATE NOT NULL,
  amount_fen BIGINT NOT NULL,
  reference VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of the bank''s entry; unique, so that money arrives once',
  note VARCHAR(200) NOT NULL DEFAULT '',
  state VARCHAR(10) NOT NULL COMMENT 'proposed posted refused',
  proposed_by BIGINT NULL,
  proposed_at DATETIME(6) NOT NULL,
  decided_by BIGINT NULL,
  decided_at DATETIME(6) NULL,
  accounting_month INT NULL,
  transaction_id BIGINT NULL,
  version INT NOT NULL DEFAULT 1,
  UNIQUE KEY uk_settlement_reference (channel_id, reference),
  KEY ix_settlement_day (channel_id, business_date)
) COMMENT='money in transit that has arrived at the bank';
