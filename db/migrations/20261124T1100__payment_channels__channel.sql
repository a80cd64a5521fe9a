-- Banks, the post office and payment companies: who they are, what each asked of us and what we answered.

CREATE TABLE payment_channels_channel (
  channel_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  code VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(80) NOT NULL,
  kind VARCHAR(20) NOT NULL COMMENT 'bank post payment_company alipay wechat',
  state VARCHAR(10) NOT NULL COMMENT 'active suspended',
  profile TEXT NOT NULL COMMENT 'JSON: how it speaks and what it may do; holds no secret',
  key_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'by which its REST requests name their key',
  client_certificate CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'SHA-256 of the certificate that it shows at the bank port',
  signed_on TINYINT NOT NULL DEFAULT 0,
  signed_at DATETIME(6) NULL,
  version INT NOT NULL DEFAULT 1 COMMENT 'ETag',
  changed_by BIGINT NULL,
  changed_at DATETIME(6) NOT NULL,
  UNIQUE KEY uk_channel_code (code),
  UNIQUE KEY uk_channel_key (key_id),
  UNIQUE KEY uk_channel_certificate (client_certificate)
);

CREATE TABLE payment_channels_secret (
  channel_id BIGINT NOT NULL,
  name VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'mac_key, hmac_secret, …',
  sealed TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'encrypted with the installation''s key file, in base64',
  changed_by BIGINT NULL,
  changed_at DATETIME(6) NOT NULL,
  PRIMARY KEY (channel_id, name)
);

CREATE TABLE payment_channels_item (
  item_id BIGINT NOT NULL PRIMARY KEY,
  channel_id BIGINT NOT NULL,
  request_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'what the channel itself calls unique; a reversal''s begins with R/',
  kind VARCHAR(8) NOT NULL COMMENT 'pay reverse',
  state VARCHAR(10) NOT NULL COMMENT 'paid refused voided reversed',
  content_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of what was asked; empty where a reversal came before its payment',
  original_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of a reversal: the payment that it is about',
  serial_no VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'by which the channel''s file of the day names it',
  account_no VARCHAR(32) NOT NULL COMMENT 'as it was sent',
  account_id BIGINT NULL,
  amount_fen BIGINT NOT NULL,
  business_date DATE NOT NULL,
  response VARCHAR(24) NOT NULL,
  answer TEXT NOT NULL COMMENT 'JSON: what was answered, for a repeat',
  payment_id BIGINT NULL,
  received_at DATETIME(6) NOT NULL,
  changed_at DATETIME(6) NOT NULL,
  UNIQUE KEY uk_item_key (channel_id, request_key),
  UNIQUE KEY uk_item_serial (channel_id, business_date, serial_no),
  KEY ix_item_day (channel_id, business_date, kind, state, amount_fen),
  KEY ix_item_payment (payment_id)
) COMMENT='one row for each request that may move money; a row changes its state only as domain/item_state.hpp declares';
