-- Payments: what is open of each bill, what each account has in advance, what was paid and taken back.

ALTER TABLE receivables_receivable ADD COLUMN category VARCHAR(20) NOT NULL DEFAULT 'general' COMMENT 'of the agreement: late charges and dunning go by it';

UPDATE receivables_receivable r JOIN billing_issuable_bill b ON b.billing_month = r.billing_month AND b.route_id = r.route_id AND b.account_id = r.account_id AND b.revision = r.revision
  SET r.category = b.category;

CREATE TABLE receivables_account (
  account_id BIGINT NOT NULL PRIMARY KEY,
  advance_fen BIGINT NOT NULL DEFAULT 0,
  deposit_fen BIGINT NOT NULL DEFAULT 0
) COMMENT='projection of the ledger, rebuilt by mis verify --repair; its row is locked by whoever decides about the account''s money';

CREATE TABLE receivables_open_item (
  account_id BIGINT NOT NULL,
  billing_month INT NOT NULL,
  revision SMALLINT NOT NULL,
  org_id BIGINT NOT NULL,
  category VARCHAR(20) NOT NULL,
  amount_fen BIGINT NOT NULL,
  due_on DATE NOT NULL,
  outstanding_fen BIGINT NOT NULL,
  late_milli_fen BIGINT NOT NULL DEFAULT 0 COMMENT 'late charge accrued until late_to, in thousandths of a fen',
  late_to DATE NOT NULL COMMENT 'the day up to which it is accrued; at first the due day',
  late_settled_fen BIGINT NOT NULL DEFAULT 0 COMMENT 'late charge paid or waived',
  settled TINYINT NOT NULL DEFAULT 0 COMMENT 'nothing is due any more; such rows go with the next issue of the route',
  PRIMARY KEY (account_id, billing_month, revision)
) COMMENT='projection of the ledger, rebuilt by mis verify --repair';

CREATE TABLE receivables_payment (
  payment_id BIGINT NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL,
  source VARCHAR(10) NOT NULL COMMENT 'cashier, channel, unidentified',
  source_id BIGINT NOT NULL COMMENT 'cashier session or channel',
  reference VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of the source; unique, so that nothing is paid twice',
  method VARCHAR(10) NOT NULL,
  amount_fen BIGINT NOT NULL,
  advance_fen BIGINT NOT NULL COMMENT 'the part that no bill took',
  value_on DATE NOT NULL,
  paid_at DATETIME(6) NOT NULL,
  taken_by BIGINT NULL,
  accounting_month INT NOT NULL,
  transaction_id BIGINT NOT NULL,
  UNIQUE KEY uk_payment_reference (source, source_id, reference),
  KEY ix_payment_account (account_id, payment_id),
  KEY ix_payment_transaction (transaction_id)
) COMMENT='append-only: money taken for an account';

CREATE TABLE receivables_payment_reversal (
  payment_id BIGINT NOT NULL PRIMARY KEY,
  reason VARCHAR(200) NOT NULL,
  reversed_on DATE NOT NULL,
  reversed_at DATETIME(6) NOT NULL,
  reversed_by BIGINT NULL,
  approved_by BIGINT NULL,
  accounting_month INT NOT NULL,
  transaction_id BIGINT NOT NULL
) COMMENT='append-only: a payment is taken back once';

CREATE TABLE receivables_late_waiver (
  waiver_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id BIGINT NOT NULL,
  billing_month INT NOT NULL,
  revision SMALLINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  requested_by BIGINT NULL,
  approved_by BIGINT NULL,
  waived_at DATETIME(6) NOT NULL,
  KEY ix_late_waiver_account (account_id, billing_month, revision)
) COMMENT='append-only: late charges that need not be paid';

CREATE TABLE receivables_setting (
  name VARCHAR(40) NOT NULL PRIMARY KEY,
  value VARCHAR(40) NOT NULL,
  changed_by BIGINT NULL,
  changed_at DATETIME(6) NOT NULL
);

INSERT INTO receivables_setting (name, value, changed_at) VALUES ('allocation_order', 'late_first', UTC_TIMESTAMP(6));

INSERT INTO receivables_account (account_id) SELECT DISTINCT account_id FROM receivables_receivable;

INSERT INTO receivables_open_item (account_id, billing_month, revision, org_id, category, amount_fen, due_on, outstanding_fen, late_to)
  SELECT account_id, billing_month, revision, org_id, category, amount_fen, due_on, amount_fen, due_on FROM receivables_receivable WHERE amount_fen > 0;

CREATE VIEW receivables_payment_row AS
SELECT p.payment_id, p.account_id, p.source, p.source_id, p.reference, p.method, p.amount_fen, p.advance_fen, p.value_on, p.paid_at, p.taken_by, p.accounting_month, p.transaction_id,
       v.payment_id IS NOT NULL AS reversed
FROM receivables_payment p LEFT JOIN receivables_payment_reversal v ON v.payment_id = p.payment_id;
