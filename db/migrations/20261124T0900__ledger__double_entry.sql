-- The ledger becomes a room of its own, below receivables: payments, cashiers and banks post to it too.

RENAME TABLE receivables_posting TO ledger_posting;
RENAME TABLE receivables_batch TO ledger_batch;
RENAME TABLE receivables_ledger_account TO ledger_chart;

ALTER TABLE ledger_posting
  ADD COLUMN template SMALLINT NOT NULL DEFAULT 1 COMMENT 'the posting template; negative: its reversal',
  ADD COLUMN posted_on DATE NOT NULL DEFAULT '2000-01-01',
  ADD COLUMN subject_id BIGINT NOT NULL DEFAULT 0 COMMENT 'whose cash or which channel''s money in transit it is';

UPDATE ledger_posting p JOIN receivables_receivable r ON r.billing_month = p.billing_month AND r.account_id = p.account_id AND r.revision = p.revision
  SET p.posted_on = r.issued_on;

CREATE TABLE ledger_transaction (
  accounting_month INT NOT NULL,
  transaction_id BIGINT NOT NULL,
  template SMALLINT NOT NULL,
  posted_on DATE NOT NULL,
  value_on DATE NOT NULL COMMENT 'the day from which it counts for the customer: late charges end with it',
  posted_at DATETIME(6) NOT NULL,
  posted_by BIGINT NULL COMMENT 'nobody where the system itself acts',
  debit_fen BIGINT NOT NULL,
  note VARCHAR(200) NOT NULL DEFAULT '',
  PRIMARY KEY (accounting_month, transaction_id)
) COMMENT='append-only month-partitioned: the head of each transaction that is posted by itself; those of a batch share its row'
PARTITION BY RANGE (accounting_month) (PARTITION p202001 VALUES LESS THAN (202002));

CREATE TABLE ledger_reversal (
  accounting_month INT NOT NULL COMMENT 'of what is reversed',
  transaction_id BIGINT NOT NULL,
  by_accounting_month INT NOT NULL,
  by_transaction_id BIGINT NOT NULL,
  PRIMARY KEY (accounting_month, transaction_id)
) COMMENT='append-only: a transaction is reversed once';

CREATE TABLE ledger_period (
  accounting_month INT NOT NULL PRIMARY KEY,
  state VARCHAR(8) NOT NULL COMMENT 'open closed',
  version INT NOT NULL DEFAULT 1 COMMENT 'ETag; counts closings and reopenings',
  changed_by BIGINT NULL,
  changed_at DATETIME(6) NOT NULL
) COMMENT='a month opens with its first posting and is closed by a person';

CREATE TABLE ledger_period_balance (
  accounting_month INT NOT NULL,
  version INT NOT NULL COMMENT 'of the period when it was closed; the newest counts',
  ledger_account SMALLINT NOT NULL,
  debit_fen BIGINT NOT NULL,
  credit_fen BIGINT NOT NULL,
  PRIMARY KEY (accounting_month, version, ledger_account)
) COMMENT='append-only: what each ledger account had in a month when it was closed';

INSERT INTO ledger_chart (ledger_account, code, name, name_en) VALUES
  (6, '1001', '库存现金', 'Cash on hand'),
  (7, '1002', '银行存款', 'Bank deposits'),
  (8, '1012', '其他货币资金——在途资金', 'Money in transit'),
  (9, '2203', '预收账款——电费', 'Advances from customers'),
  (10, '6301', '营业外收入——电费违约金', 'Late charges'),
  (11, '2241.02', '其他应付款——保证金', 'Deposits held'),
  (12, '1231', '坏账准备', 'Allowance for bad debts'),
  (13, '1901', '待处理财产损溢——现金长短款', 'Cash over and short'),
  (14, '2241.03', '其他应付款——待查收款', 'Unidentified receipts');

-- What has happened to bills and accounts and still stands: without what was reversed, and without the reversals.
CREATE VIEW ledger_standing_posting AS
SELECT p.account_id, p.accounting_month, p.transaction_id, p.line_no, p.template, p.ledger_account, p.amount_fen, p.billing_month, p.revision, p.subject_id,
       p.posted_on, COALESCE(t.value_on, p.posted_on) AS value_on, t.posted_at
FROM ledger_posting p
LEFT JOIN ledger_transaction t ON t.accounting_month = p.accounting_month AND t.transaction_id = p.transaction_id
LEFT JOIN ledger_reversal v ON v.accounting_month = p.accounting_month AND v.transaction_id = p.transaction_id
WHERE p.template > 0 AND v.transaction_id IS NULL;

INSERT INTO ledger_period (accounting_month, state, changed_at) SELECT DISTINCT accounting_month, 'open', UTC_TIMESTAMP(6) FROM ledger_posting;

CREATE VIEW ledger_payment_posting AS
SELECT accounting_month, transaction_id, template, account_id, ledger_account, amount_fen FROM ledger_posting WHERE template IN (2, 15);

CREATE VIEW ledger_reversed AS SELECT accounting_month, transaction_id, by_accounting_month, by_transaction_id FROM ledger_reversal;

CREATE VIEW ledger_issue_posting AS SELECT accounting_month, account_id, ledger_account, amount_fen, billing_month, revision FROM ledger_posting WHERE template = 1;
