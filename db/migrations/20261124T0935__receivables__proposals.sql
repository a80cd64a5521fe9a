-- What takes two people: proposals, and the instalment plans that come of them.

CREATE TABLE receivables_proposal (
  proposal_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id BIGINT NOT NULL,
  kind VARCHAR(20) NOT NULL,
  state VARCHAR(10) NOT NULL DEFAULT 'proposed' COMMENT 'proposed approved refused withdrawn',
  reason VARCHAR(200) NOT NULL,
  detail TEXT NOT NULL COMMENT 'JSON, as the kind asks for it',
  amount_fen BIGINT NOT NULL COMMENT 'what it is about: at first as proposed, then as it came to be at approval',
  version INT NOT NULL DEFAULT 1 COMMENT 'ETag',
  proposed_by BIGINT NOT NULL,
  proposed_on DATE NOT NULL COMMENT 'the utility''s day: the late charge of an instalment plan stops with it',
  proposed_at DATETIME(6) NOT NULL,
  decided_by BIGINT NULL,
  decided_at DATETIME(6) NULL,
  decision_note VARCHAR(200) NOT NULL DEFAULT '',
  accounting_month INT NULL COMMENT 'with transaction_id what the approval posted; nothing where it moves no money',
  transaction_id BIGINT NULL,
  KEY ix_proposal_state (state, proposal_id),
  KEY ix_proposal_account (account_id, proposal_id)
);

CREATE TABLE receivables_plan (
  plan_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id BIGINT NOT NULL,
  proposal_id BIGINT NOT NULL,
  state VARCHAR(10) NOT NULL COMMENT 'active kept broken cancelled',
  total_fen BIGINT NOT NULL,
  late_stop DATE NOT NULL COMMENT 'the last day that counts for late charges on the bills while the plan is active or kept',
  approved_on DATE NOT NULL,
  ended_on DATE NULL,
  paid_fen BIGINT NULL COMMENT 'what was paid when it was broken or cancelled; before, it follows from the bills',
  UNIQUE KEY uk_plan_proposal (proposal_id),
  KEY ix_plan_account (account_id, plan_id),
  KEY ix_plan_state (state, account_id)
);

CREATE TABLE receivables_plan_bill (
  account_id BIGINT NOT NULL,
  billing_month INT NOT NULL,
  revision SMALLINT NOT NULL,
  plan_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, billing_month, revision, plan_id),
  KEY ix_plan_bill_plan (plan_id)
) COMMENT='append-only: the bills that a plan covers';

CREATE TABLE receivables_plan_instalment (
  plan_id BIGINT NOT NULL,
  seq SMALLINT NOT NULL,
  due_on DATE NOT NULL,
  amount_fen BIGINT NOT NULL,
  PRIMARY KEY (plan_id, seq)
) COMMENT='append-only';

ALTER TABLE receivables_open_item
  ADD COLUMN late_stop DATE NOT NULL DEFAULT '9999-12-31' COMMENT 'an instalment plan stops the late charge with this day';

-- Of each bill the day with which its late charge stops.
CREATE VIEW receivables_late_stop AS
SELECT b.account_id, b.billing_month, b.revision, MIN(p.late_stop) AS late_stop
FROM receivables_plan_bill b JOIN receivables_plan p ON p.plan_id = b.plan_id
WHERE p.state IN ('active', 'kept') GROUP BY b.account_id, b.billing_month, b.revision;

-- Whose debts wait because they are paid by instalments.
CREATE VIEW receivables_active_plan AS SELECT account_id, plan_id FROM receivables_plan WHERE state = 'active';

-- So many days after an instalment's day it may still come.
INSERT INTO receivables_setting (name, value, changed_at) VALUES ('plan_grace_days', '3', UTC_TIMESTAMP(6));
