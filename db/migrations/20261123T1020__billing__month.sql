-- Tariffs, bill runs, bills, receivables and the ledger.

CREATE TABLE tariffs_tariff (
  tariff_code VARCHAR(40) NOT NULL PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  name_en VARCHAR(100) NOT NULL,
  category VARCHAR(20) NOT NULL
);

CREATE TABLE tariffs_version (
  tariff_code VARCHAR(40) NOT NULL,
  version INT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE NOT NULL,
  status VARCHAR(12) NOT NULL COMMENT 'draft published',
  version_id INT NOT NULL AUTO_INCREMENT COMMENT 'what a bill line names as the source of its price',
  definition MEDIUMTEXT NOT NULL COMMENT 'JSON, the format of tests/cases',
  created_by BIGINT NULL,
  approved_by BIGINT NULL,
  PRIMARY KEY (tariff_code, version),
  UNIQUE KEY uk_version_id (version_id)
);

CREATE TABLE billing_run (
  run_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  billing_month INT NOT NULL,
  state VARCHAR(12) NOT NULL COMMENT 'open calculating calculated submitted issuing issued',
  version INT NOT NULL DEFAULT 1 COMMENT 'ETag',
  job_id BIGINT NULL,
  created_by BIGINT NULL,
  created_at DATETIME(6) NOT NULL,
  calculated_at DATETIME(6) NULL COMMENT 'when the last calculation of all routes was begun: readings recorded later are not in it',
  submitted_by BIGINT NULL,
  submitted_at DATETIME(6) NULL,
  approved_by BIGINT NULL,
  issued_on DATE NULL COMMENT 'the day of issue, fixed when it is approved: due dates and accounting month follow from it',
  issued_at DATETIME(6) NULL,
  UNIQUE KEY uk_run_month (billing_month)
);

CREATE TABLE billing_run_shard (
  run_id BIGINT NOT NULL,
  route_id BIGINT NOT NULL,
  category VARCHAR(20) NOT NULL,
  org_id BIGINT NOT NULL,
  accounts INT NOT NULL,
  bills INT NOT NULL,
  flagged INT NOT NULL,
  energy_wh BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  PRIMARY KEY (run_id, route_id, category, org_id)
) COMMENT='what each shard gave, so that a summary adds hundreds of rows, not hundreds of thousands';

CREATE TABLE billing_bill (
  billing_month INT NOT NULL,
  route_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  revision SMALLINT NOT NULL COMMENT '1, or more after a bill was reversed and billed again',
  run_id BIGINT NOT NULL,
  org_id BIGINT NOT NULL,
  category VARCHAR(20) NOT NULL,
  version_id INT NOT NULL COMMENT 'tariffs_version of the first usage point',
  period_from DATE NOT NULL,
  period_to DATE NOT NULL,
  energy_wh BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL COMMENT 'to collect',
  funds_fen BIGINT NOT NULL COMMENT 'government funds inside the amount, collected for others',
  export_fen BIGINT NOT NULL COMMENT 'to pay out for photovoltaic energy, settled separately; zero or negative',
  exported_wh BIGINT NOT NULL,
  tier_energy_wh BIGINT NOT NULL COMMENT 'used of the tier cycle after this bill; the next month goes on from it',
  flags INT NOT NULL COMMENT 'bits: why a reviewer should look',
  PRIMARY KEY (billing_month, route_id, account_id, revision),
  KEY ix_bill_account (account_id, billing_month)
) COMMENT='month-partitioned: bills, calculated and, once their run is issued, final'
PARTITION BY RANGE (billing_month) (PARTITION p202001 VALUES LESS THAN (202002));

CREATE TABLE billing_bill_line (
  billing_month INT NOT NULL,
  route_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  revision SMALLINT NOT NULL,
  line_no SMALLINT NOT NULL,
  usage_point_id BIGINT NOT NULL,
  version_id INT NOT NULL COMMENT 'tariffs_version that the price comes from',
  kind TINYINT NOT NULL,
  role TINYINT NOT NULL COMMENT '0 charge, 1 included in the charges of its usage point, 2 payable to the customer',
  unit TINYINT NOT NULL,
  period TINYINT NOT NULL,
  tier TINYINT NOT NULL,
  component TINYINT NOT NULL,
  rounding TINYINT NOT NULL,
  power_factor TINYINT NOT NULL,
  percent_bp INT NOT NULL,
  days SMALLINT NOT NULL,
  of_days SMALLINT NOT NULL,
  quantity BIGINT NOT NULL COMMENT 'Wh, W or VA, by unit',
  price_e8 BIGINT NOT NULL,
  base_fen BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  PRIMARY KEY (billing_month, route_id, account_id, revision, line_no)
) COMMENT='month-partitioned: bill lines, each with its whole working'
PARTITION BY RANGE (billing_month) (PARTITION p202001 VALUES LESS THAN (202002));

CREATE TABLE billing_bill_usage (
  billing_month INT NOT NULL,
  route_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  revision SMALLINT NOT NULL,
  usage_point_id BIGINT NOT NULL,
  detail TEXT NOT NULL COMMENT 'JSON: the meters, indexes, ratio, deductions and losses that the bill was made of',
  PRIMARY KEY (billing_month, route_id, account_id, revision, usage_point_id)
) COMMENT='month-partitioned: what was measured, as the bill saw it'
PARTITION BY RANGE (billing_month) (PARTITION p202001 VALUES LESS THAN (202002));

CREATE TABLE billing_exception (
  run_id BIGINT NOT NULL,
  route_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  reason TINYINT NOT NULL,
  usage_point_id BIGINT NOT NULL COMMENT '0 where it is about the account',
  severity TINYINT NOT NULL COMMENT '0 note, 1 a person should look, 2 no bill',
  argument_1 BIGINT NOT NULL DEFAULT 0,
  argument_2 BIGINT NOT NULL DEFAULT 0,
  after_decision INT NOT NULL DEFAULT 0 COMMENT 'decisions about the account that it came after; open until there is a later one',
  PRIMARY KEY (run_id, route_id, account_id, reason, usage_point_id),
  KEY ix_exception_reason (run_id, reason, account_id)
);

CREATE TABLE billing_exception_resolution (
  run_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  seq INT NOT NULL,
  action VARCHAR(12) NOT NULL COMMENT 'estimate accept exclude',
  note VARCHAR(200) NOT NULL,
  decided_by BIGINT NOT NULL,
  decided_at DATETIME(6) NOT NULL,
  PRIMARY KEY (run_id, account_id, seq)
) COMMENT='append-only: the newest one counts';

CREATE TABLE billing_history (
  billing_month INT NOT NULL,
  account_id BIGINT NOT NULL,
  energy_wh BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  tier_energy_wh BIGINT NOT NULL,
  PRIMARY KEY (billing_month, account_id),
  KEY ix_history_account (account_id, billing_month)
) COMMENT='append-only month-partitioned: months billed by the system that Watthour replaced'
PARTITION BY RANGE (billing_month) (PARTITION p202001 VALUES LESS THAN (202002));

CREATE TABLE receivables_receivable (
  billing_month INT NOT NULL,
  account_id BIGINT NOT NULL,
  revision SMALLINT NOT NULL,
  route_id BIGINT NOT NULL,
  org_id BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  issued_on DATE NOT NULL,
  due_on DATE NOT NULL,
  PRIMARY KEY (billing_month, account_id, revision),
  KEY ix_receivable_account (account_id, billing_month)
) COMMENT='append-only month-partitioned: what is owed, as issued; what is left of it follows from the postings'
PARTITION BY RANGE (billing_month) (PARTITION p202001 VALUES LESS THAN (202002));

CREATE TABLE receivables_posting (
  accounting_month INT NOT NULL,
  transaction_id BIGINT NOT NULL,
  line_no SMALLINT NOT NULL,
  account_id BIGINT NOT NULL,
  ledger_account SMALLINT NOT NULL,
  amount_fen BIGINT NOT NULL COMMENT 'debit positive, credit negative; a transaction sums to zero',
  billing_month INT NOT NULL DEFAULT 0 COMMENT 'the bill it is about, with account and revision',
  revision SMALLINT NOT NULL DEFAULT 0,
  PRIMARY KEY (accounting_month, transaction_id, line_no),
  KEY ix_posting_account (account_id, accounting_month)
) COMMENT='append-only month-partitioned: double entry'
PARTITION BY RANGE (accounting_month) (PARTITION p202001 VALUES LESS THAN (202002));

CREATE TABLE receivables_batch (
  accounting_month INT NOT NULL,
  batch_id BIGINT NOT NULL AUTO_INCREMENT,
  template VARCHAR(30) NOT NULL,
  subject VARCHAR(60) NOT NULL COMMENT 'run and route of an issue; unique, so that no batch is posted twice',
  first_transaction_id BIGINT NOT NULL,
  transactions INT NOT NULL,
  debit_fen BIGINT NOT NULL,
  posted_on DATE NOT NULL,
  posted_at DATETIME(6) NOT NULL,
  posted_by BIGINT NULL,
  PRIMARY KEY (batch_id),
  UNIQUE KEY uk_batch_subject (template, subject)
) COMMENT='append-only: transactions posted together, with their template and totals';

CREATE TABLE receivables_ledger_account (
  ledger_account SMALLINT NOT NULL PRIMARY KEY,
  code VARCHAR(12) NOT NULL,
  name VARCHAR(60) NOT NULL,
  name_en VARCHAR(60) NOT NULL,
  UNIQUE KEY uk_ledger_account_code (code)
);

-- What billing reads of its neighbours, a route at a time: views that those modules publish.

CREATE VIEW customers_billing_account AS
SELECT a.route_id, a.account_id, a.account_no, a.org_id, a.status, a.opened_on, a.closed_on, a.household_size, a.household_since,
       g.valid_from, g.valid_to, g.category, g.capacity_va, g.tariff_code, g.billing_mode, g.contract_demand_w, g.pf_standard
FROM customers_account a JOIN customers_agreement g ON g.account_id = a.account_id;

CREATE VIEW customers_served_account AS
SELECT route_id, account_id, org_id, status, opened_on, closed_on, household_size, household_since FROM customers_account;

CREATE VIEW metering_foreign_child AS
SELECT pa.route_id AS parent_route_id, a.route_id, a.account_id, u.usage_point_id, u.kind, u.tariff_code, u.parent_id, u.deduction_kind, u.deduction_value,
       u.metered_side, u.transformer_va, u.p0_w, u.pk_w, u.i0_ppm, u.uk_ppm, u.loss_k_e4, u.line_loss_ppm,
       i.installation_id, i.valid_from, i.valid_to, i.ct_ratio, i.pt_ratio, m.register_digits, m.asset_no
FROM customers_account pa
JOIN metering_usage_point p ON p.account_id = pa.account_id
JOIN metering_usage_point u ON u.parent_id = p.usage_point_id
JOIN customers_account a ON a.account_id = u.account_id AND a.route_id <> pa.route_id
LEFT JOIN metering_installation i ON i.usage_point_id = u.usage_point_id
LEFT JOIN metering_meter m ON m.meter_id = i.meter_id;

CREATE VIEW metering_billing_point AS
SELECT a.route_id, a.account_id, u.usage_point_id, u.kind, u.tariff_code, u.parent_id, u.deduction_kind, u.deduction_value,
       u.metered_side, u.transformer_va, u.p0_w, u.pk_w, u.i0_ppm, u.uk_ppm, u.loss_k_e4, u.line_loss_ppm,
       i.installation_id, i.valid_from, i.valid_to, i.ct_ratio, i.pt_ratio, m.register_digits, m.asset_no
FROM customers_account a
JOIN metering_usage_point u ON u.account_id = a.account_id
LEFT JOIN metering_installation i ON i.usage_point_id = u.usage_point_id
LEFT JOIN metering_meter m ON m.meter_id = i.meter_id;

-- What receivables posts when a run is issued.
CREATE VIEW billing_issuable_bill AS
SELECT billing_month, route_id, account_id, revision, org_id, category, amount_fen, funds_fen, export_fen FROM billing_bill;

INSERT INTO receivables_ledger_account (ledger_account, code, name, name_en) VALUES
  (1, '1122', '应收账款——电费', 'Receivables: electricity'),
  (2, '6001', '主营业务收入——售电', 'Revenue: electricity sales'),
  (3, '2241', '其他应付款——政府性基金及附加', 'Payables: government funds collected'),
  (4, '6401', '主营业务成本——分布式光伏购电', 'Cost: purchase from distributed photovoltaics'),
  (5, '2202', '应付账款——分布式光伏购电', 'Payables: distributed photovoltaics');
