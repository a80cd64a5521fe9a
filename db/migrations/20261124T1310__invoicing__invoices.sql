-- Invoices: numbers without gaps, one standing invoice per bill, red-letter invoices that reverse others.

CREATE TABLE invoicing_setting (
  version INT NOT NULL PRIMARY KEY COMMENT 'ETag; an invoice names the version that it was drawn by',
  seller_name VARCHAR(100) NOT NULL,
  seller_tax_id VARCHAR(30) NOT NULL,
  seller_address_phone VARCHAR(200) NOT NULL,
  seller_bank_account VARCHAR(200) NOT NULL,
  payee VARCHAR(60) NOT NULL,
  reviewer VARCHAR(60) NOT NULL,
  line_mode VARCHAR(10) NOT NULL COMMENT 'bill: one line per bill; component: a line per kind of charge',
  tax_rate_bp INT NOT NULL COMMENT '1/100 of a per cent',
  reversal_limit_fen BIGINT NOT NULL COMMENT 'invoices of more than this are reversed by two people',
  changed_by BIGINT NULL,
  changed_at DATETIME(6) NOT NULL
) COMMENT='append-only: the newest version counts';

INSERT INTO invoicing_setting (version, seller_name, seller_tax_id, seller_address_phone, seller_bank_account, payee, reviewer, line_mode, tax_rate_bp, reversal_limit_fen, changed_at)
VALUES (1, '', '', '', '', '', '', 'bill', 1300, 100000, UTC_TIMESTAMP(6));

CREATE TABLE invoicing_series (
  year SMALLINT NOT NULL,
  kind VARCHAR(4) CHARACTER SET ascii NOT NULL COMMENT 'blue, red',
  last INT NOT NULL COMMENT 'the last serial number that was taken; the row is locked until the transaction that takes one ends',
  PRIMARY KEY (year, kind)
);

CREATE TABLE invoicing_buyer (
  account_id BIGINT NOT NULL PRIMARY KEY,
  name VARCHAR(100) NOT NULL COMMENT 'empty: as the customer has it',
  tax_id VARCHAR(30) NOT NULL,
  address_phone VARCHAR(200) NOT NULL,
  bank_account VARCHAR(200) NOT NULL,
  email VARCHAR(200) NOT NULL COMMENT 'empty: invoices are not sent',
  version INT NOT NULL COMMENT 'ETag',
  changed_by BIGINT NOT NULL,
  changed_at DATETIME(6) NOT NULL
) COMMENT='what an account wants on its invoices, where that is not what the customer is known by';

CREATE TABLE invoicing_invoice (
  invoice_id BIGINT NOT NULL PRIMARY KEY,
  number CHAR(16) CHARACTER SET ascii NOT NULL,
  year SMALLINT NOT NULL,
  kind VARCHAR(4) CHARACTER SET ascii NOT NULL COMMENT 'blue, red',
  serial INT NOT NULL,
  account_id BIGINT NOT NULL,
  billing_month INT NOT NULL,
  revision SMALLINT NOT NULL,
  route_id BIGINT NOT NULL,
  state VARCHAR(8) CHARACTER SET ascii NOT NULL COMMENT 'drawn sending issued failed unknown reversed',
  standing TINYINT NULL COMMENT '1 for the one blue invoice of a bill that counts; nothing once it has failed or was reversed, and for red ones',
  reverses_id BIGINT NULL COMMENT 'of a red one: the invoice that it reverses',
  live_reversal BIGINT NULL COMMENT 'the same, nothing where the red one has failed: an invoice is reversed once',
  lane TINYINT NOT NULL COMMENT 'who sends: one at a time per lane',
  setting_version INT NOT NULL,
  buyer_name VARCHAR(100) NOT NULL,
  buyer_tax_id VARCHAR(30) NOT NULL,
  buyer_address_phone VARCHAR(200) NOT NULL,
  buyer_bank_account VARCHAR(200) NOT NULL,
  email VARCHAR(200) NOT NULL,
  remarks VARCHAR(400) NOT NULL,
  net_fen BIGINT NOT NULL,
  tax_fen BIGINT NOT NULL,
  total_fen BIGINT NOT NULL,
  check_code CHAR(20) CHARACTER SET ascii NOT NULL,
  reason VARCHAR(200) NOT NULL DEFAULT '' COMMENT 'why it is reversed',
  drawn_on DATE NOT NULL COMMENT 'the utility''s day: the date on the invoice',
  drawn_at DATETIME(6) NOT NULL,
  drawn_by BIGINT NULL,
  provider VARCHAR(20) CHARACTER SET ascii NOT NULL DEFAULT '',
  provider_reference VARCHAR(120) NOT NULL DEFAULT '',
  error VARCHAR(200) NOT NULL DEFAULT '',
  asked_at DATETIME(6) NULL COMMENT 'when the provider was last asked about an unknown one',
  issued_at DATETIME(6) NULL,
  UNIQUE KEY uk_invoice_number (number),
  UNIQUE KEY uk_invoice_serial (year, kind, serial),
  UNIQUE KEY uk_invoice_standing (account_id, billing_month, revision, standing),
  UNIQUE KEY uk_invoice_reversal (live_reversal),
  KEY ix_invoice_account (account_id, invoice_id),
  KEY ix_invoice_month (billing_month, invoice_id),
  KEY ix_invoice_route (billing_month, route_id),
  KEY ix_invoice_state (state, lane, invoice_id)
);

CREATE TABLE invoicing_invoice_line (
  invoice_id BIGINT NOT NULL,
  line_no SMALLINT NOT NULL,
  name VARCHAR(100) NOT NULL,
  unit VARCHAR(12) NOT NULL,
  quantity_milli BIGINT NULL COMMENT 'thousandths of the unit; nothing where the line has none',
  tax_rate_bp INT NOT NULL,
  net_fen BIGINT NOT NULL,
  tax_fen BIGINT NOT NULL,
  PRIMARY KEY (invoice_id, line_no)
) COMMENT='append-only: what an invoice says';

CREATE TABLE invoicing_lane (
  lane TINYINT NOT NULL PRIMARY KEY
) COMMENT='its row is locked by whoever sends invoices of this lane';

INSERT INTO invoicing_lane (lane) VALUES (0), (1), (2), (3), (4), (5), (6), (7);

CREATE TABLE invoicing_reversal_request (
  request_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  invoice_id BIGINT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  state VARCHAR(10) NOT NULL DEFAULT 'requested' COMMENT 'requested approved refused',
  waiting TINYINT NULL DEFAULT 1 COMMENT 'nothing once it is decided: one waits per invoice',
  requested_by BIGINT NOT NULL,
  requested_at DATETIME(6) NOT NULL,
  decided_by BIGINT NULL,
  decided_at DATETIME(6) NULL,
  decision_note VARCHAR(200) NOT NULL DEFAULT '',
  UNIQUE KEY uk_reversal_request (invoice_id, waiting),
  KEY ix_reversal_request_state (state, request_id)
);

CREATE TABLE invoicing_batch (
  batch_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  what VARCHAR(5) NOT NULL COMMENT 'draw, print',
  billing_month INT NOT NULL,
  route_id BIGINT NULL,
  customer_kind VARCHAR(12) NULL COMMENT 'person, body; nothing for both',
  language VARCHAR(4) NOT NULL DEFAULT 'zh',
  scope VARCHAR(200) NOT NULL COMMENT 'path of the unit whose accounts it is about',
  invoices INT NOT NULL DEFAULT 0 COMMENT 'drawn, or to be printed',
  job_id BIGINT NULL,
  created_by BIGINT NOT NULL,
  created_at DATETIME(6) NOT NULL
);

CREATE TABLE invoicing_batch_item (
  batch_id BIGINT NOT NULL,
  file_no INT NOT NULL,
  position INT NOT NULL,
  invoice_id BIGINT NOT NULL,
  PRIMARY KEY (batch_id, file_no, position)
) COMMENT='append-only: which invoices are printed into which file';

CREATE TABLE invoicing_batch_file (
  batch_id BIGINT NOT NULL,
  file_no INT NOT NULL,
  invoices INT NOT NULL,
  bytes BIGINT NOT NULL,
  sha256 CHAR(64) CHARACTER SET ascii NOT NULL,
  made_at DATETIME(6) NOT NULL,
  PRIMARY KEY (batch_id, file_no)
);
