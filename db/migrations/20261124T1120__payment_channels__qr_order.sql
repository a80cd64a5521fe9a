-- Orders that we make with a payment company: an amount, an account, a code to scan.

CREATE TABLE payment_channels_order (
  order_no VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY COMMENT 'account number and a serial number: what the company calls out_trade_no',
  channel_id BIGINT NOT NULL,
  client_key VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the Idempotency-Key of whoever asked for it',
  account_no VARCHAR(32) NOT NULL,
  account_id BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  state VARCHAR(10) NOT NULL COMMENT 'unknown open paid closed: unknown while nobody knows whether the company has it',
  code_url VARCHAR(500) NOT NULL DEFAULT '',
  trade_no VARCHAR(64) NOT NULL DEFAULT '' COMMENT 'the company''s',
  created_by BIGINT NULL,
  created_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  changed_at DATETIME(6) NOT NULL,
  UNIQUE KEY uk_order_client_key (channel_id, created_by, client_key),
  KEY ix_order_state (state, expires_at)
);
