-- Direct-debit mandates: which account may be collected from which bank account, and what became of each mandate.

CREATE TABLE payment_channels_mandate (
  mandate_id BIGINT NOT NULL PRIMARY KEY,
  mandate_no VARCHAR(35) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'ours, unique',
  agreement_no VARCHAR(35) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'the bank''s own number where it has one; files bear it then',
  account_id BIGINT NOT NULL,
  channel_id BIGINT NOT NULL,
  state VARCHAR(10) NOT NULL COMMENT 'signed active cancelled',
  bank_account VARCHAR(34) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  bank_account_name VARCHAR(140) NOT NULL,
  bank_code VARCHAR(35) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  signed_on DATE NOT NULL,
  most_fen BIGINT NULL COMMENT 'the most that may be collected at once',
  version INT NOT NULL DEFAULT 1 COMMENT 'ETag',
  changed_at DATETIME(6) NOT NULL,
  active_account BIGINT GENERATED ALWAYS AS (CASE WHEN state = 'active' THEN account_id END) STORED,
  UNIQUE KEY uk_mandate_no (mandate_no),
  UNIQUE KEY uk_mandate_agreement (channel_id, agreement_no),
  UNIQUE KEY uk_mandate_active (active_account),
  KEY ix_mandate_account (account_id, mandate_id),
  KEY ix_mandate_channel (channel_id, state, account_id)
) COMMENT='one active mandate for an account; a row changes its state only as domain/mandate_state.hpp declares';

CREATE TABLE payment_channels_mandate_event (
  mandate_id BIGINT NOT NULL,
  version INT NOT NULL COMMENT 'of the mandate, which the event made',
  state VARCHAR(10) NOT NULL COMMENT 'that it has since',
  reason VARCHAR(200) NOT NULL DEFAULT '',
  source VARCHAR(10) NOT NULL COMMENT 'staff channel import',
  changed_by BIGINT NULL,
  happened_at DATETIME(6) NOT NULL,
  PRIMARY KEY (mandate_id, version)
) COMMENT='append-only: a mandate''s history';
