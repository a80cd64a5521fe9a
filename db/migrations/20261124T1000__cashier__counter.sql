-- The counter: cashiers' sessions, receipts, reversals, closing and the day's end.

-- Whose cash and which money in transit: what a cashier's figures are held against.
CREATE VIEW ledger_subject_posting AS
SELECT accounting_month, transaction_id, template, posted_on, ledger_account, subject_id, amount_fen FROM ledger_posting WHERE ledger_account IN (6, 8);

CREATE VIEW ledger_bill_credit AS
SELECT accounting_month, transaction_id, account_id, ledger_account, billing_month, revision, amount_fen FROM ledger_posting WHERE template = 2 AND ledger_account IN (1, 10);

CREATE TABLE cashier_setting (
  setting_id TINYINT NOT NULL PRIMARY KEY,
  round_up_to_yuan TINYINT NOT NULL,
  reversal_limit_fen BIGINT NOT NULL COMMENT 'up to it a cashier takes a receipt of the own open session back alone',
  receipt_format VARCHAR(4) NOT NULL COMMENT 'roll a5',
  version INT NOT NULL DEFAULT 1,
  changed_by BIGINT NULL,
  changed_at DATETIME(6) NOT NULL
) COMMENT='one row; every change is in the audit trail';

INSERT INTO cashier_setting (setting_id, round_up_to_yuan, reversal_limit_fen, receipt_format, changed_at) VALUES (1, 0, 50000, 'roll', UTC_TIMESTAMP(6));

CREATE TABLE cashier_day (
  org_id BIGINT NOT NULL COMMENT 'the business hall; 0 for the whole company',
  day DATE NOT NULL,
  state VARCHAR(8) NOT NULL COMMENT 'open closed',
  sessions INT NOT NULL DEFAULT 0 COMMENT 'how many were opened: the next one''s number',
  closed_by BIGINT NULL,
  closed_at DATETIME(6) NULL,
  PRIMARY KEY (org_id, day),
  KEY ix_day_day (day)
) COMMENT='opened by the first session; locked by whoever opens a session or closes the day';

CREATE TABLE cashier_session (
  session_id BIGINT NOT NULL PRIMARY KEY,
  session_no VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cashier BIGINT NOT NULL,
  open_for BIGINT NULL COMMENT 'the cashier while it is open: one open session each',
  org_id BIGINT NOT NULL,
  day DATE NOT NULL,
  state VARCHAR(8) NOT NULL COMMENT 'open closed',
  float_fen BIGINT NOT NULL,
  opened_at DATETIME(6) NOT NULL,
  closed_at DATETIME(6) NULL,
  version INT NOT NULL DEFAULT 1,
  UNIQUE KEY uk_session_no (session_no),
  UNIQUE KEY uk_session_open (open_for),
  KEY ix_session_day (day, org_id),
  KEY ix_session_cashier (cashier, session_id)
) COMMENT='what it has taken is the sum of its receipts, never stored here; its row is locked by whatever changes its money';

CREATE TABLE cashier_receipt (
  receipt_id BIGINT NOT NULL PRIMARY KEY,
  receipt_no VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  session_id BIGINT NOT NULL,
  number INT NOT NULL COMMENT 'within the session, from 1, without gaps',
  taken_at DATETIME(6) NOT NULL,
  method VARCHAR(10) NOT NULL,
  total_fen BIGINT NOT NULL,
  tendered_fen BIGINT NULL COMMENT 'what the customer handed over in cash',
  reference VARCHAR(64) NULL COMMENT 'card slip, cheque or QR order',
  UNIQUE KEY uk_receipt_no (receipt_no),
  UNIQUE KEY uk_receipt_number (session_id, number)
) COMMENT='append-only: money taken at the counter, one row a receipt; it is its own audit';

CREATE TABLE cashier_receipt_line (
  receipt_id BIGINT NOT NULL,
  line_no INT NOT NULL,
  account_id BIGINT NOT NULL,
  payment_id BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  advance_fen BIGINT NOT NULL,
  account_no VARCHAR(20) NOT NULL COMMENT 'number and name as they were printed',
  name VARCHAR(100) NOT NULL,
  PRIMARY KEY (receipt_id, line_no),
  UNIQUE KEY uk_receipt_payment (payment_id),
  KEY ix_receipt_account (account_id, receipt_id)
) COMMENT='append-only: an account of a receipt and its payment';

CREATE TABLE cashier_receipt_bill (
  receipt_id BIGINT NOT NULL,
  line_no INT NOT NULL,
  billing_month INT NOT NULL,
  revision SMALLINT NOT NULL,
  principal_fen BIGINT NOT NULL,
  late_fen BIGINT NOT NULL,
  PRIMARY KEY (receipt_id, line_no, billing_month, revision)
) COMMENT='append-only: what a receipt said of each bill when it was taken';

CREATE TABLE cashier_receipt_print (
  receipt_id BIGINT NOT NULL,
  print_no INT NOT NULL COMMENT 'from 1; every later one is marked as a reprint',
  format VARCHAR(4) NOT NULL,
  language VARCHAR(2) NOT NULL,
  printed_by BIGINT NOT NULL,
  printed_at DATETIME(6) NOT NULL,
  PRIMARY KEY (receipt_id, print_no)
) COMMENT='append-only: each time a receipt was printed';

CREATE TABLE cashier_reversal (
  receipt_id BIGINT NOT NULL PRIMARY KEY,
  session_id BIGINT NOT NULL COMMENT 'the session that gave the money back',
  reason VARCHAR(200) NOT NULL,
  reversed_on DATE NOT NULL,
  reversed_at DATETIME(6) NOT NULL,
  reversed_by BIGINT NOT NULL,
  approved_by BIGINT NULL,
  KEY ix_reversal_session (session_id)
) COMMENT='append-only: a receipt is taken back once and whole';

CREATE TABLE cashier_reversal_request (
  request_id BIGINT NOT NULL PRIMARY KEY,
  receipt_id BIGINT NOT NULL,
  open_for BIGINT NULL COMMENT 'the receipt while it waits: one request at a time',
  org_id BIGINT NOT NULL COMMENT 'where it was asked for',
  state VARCHAR(10) NOT NULL COMMENT 'requested approved refused',
  reason VARCHAR(200) NOT NULL,
  requested_by BIGINT NOT NULL,
  requested_at DATETIME(6) NOT NULL,
  decided_by BIGINT NULL,
  decided_at DATETIME(6) NULL,
  decision_note VARCHAR(200) NOT NULL DEFAULT '',
  UNIQUE KEY uk_request_open (open_for),
  KEY ix_request_receipt (receipt_id)
);

CREATE TABLE cashier_close (
  session_id BIGINT NOT NULL PRIMARY KEY,
  returned_fen BIGINT NOT NULL COMMENT 'the float, back in the safe',
  note VARCHAR(200) NOT NULL DEFAULT '',
  closed_by BIGINT NOT NULL,
  closed_at DATETIME(6) NOT NULL
) COMMENT='append-only: a session is closed once';

CREATE TABLE cashier_close_method (
  session_id BIGINT NOT NULL,
  method VARCHAR(10) NOT NULL,
  expected_fen BIGINT NOT NULL,
  counted_fen BIGINT NOT NULL,
  PRIMARY KEY (session_id, method)
) COMMENT='append-only: what the system expected and what was counted';

CREATE TABLE cashier_close_count (
  session_id BIGINT NOT NULL,
  denomination_fen INT NOT NULL,
  pieces INT NOT NULL,
  PRIMARY KEY (session_id, denomination_fen)
) COMMENT='append-only: the notes and coins';

CREATE TABLE cashier_deposit (
  deposit_id BIGINT NOT NULL PRIMARY KEY,
  session_id BIGINT NOT NULL,
  bank_account VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  slip_no VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount_fen BIGINT NOT NULL,
  stage VARCHAR(8) NOT NULL COMMENT 'open closed carried: while the session was open, after its close, or what its closed day had carried over',
  deposited_on DATE NOT NULL,
  deposited_at DATETIME(6) NOT NULL,
  deposited_by BIGINT NOT NULL,
  UNIQUE KEY uk_deposit_slip (bank_account, slip_no),
  KEY ix_deposit_session (session_id)
) COMMENT='append-only: cash brought to the bank';

CREATE TABLE cashier_day_session (
  session_id BIGINT NOT NULL PRIMARY KEY,
  org_id BIGINT NOT NULL,
  day DATE NOT NULL,
  carried_fen BIGINT NOT NULL COMMENT 'cash that stayed in the session''s bag when its day was closed',
  KEY ix_day_session_org (org_id, day)
) COMMENT='append-only: the sessions of a closed day';

CREATE TABLE cashier_day_total (
  org_id BIGINT NOT NULL COMMENT '0 for the whole company',
  day DATE NOT NULL,
  method VARCHAR(10) NOT NULL,
  receipts INT NOT NULL,
  receipts_fen BIGINT NOT NULL,
  reversals INT NOT NULL,
  reversals_fen BIGINT NOT NULL,
  difference_fen BIGINT NOT NULL,
  PRIMARY KEY (org_id, day, method)
) COMMENT='append-only: what a closed day came to';
