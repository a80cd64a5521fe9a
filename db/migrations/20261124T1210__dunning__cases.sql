-- Dunning: rules, runs, what was sent to whom, and the cases in which supply is stopped and restored.

CREATE TABLE dunning_setting (
  name VARCHAR(40) NOT NULL PRIMARY KEY,
  value VARCHAR(60) NOT NULL,
  changed_by BIGINT NULL,
  changed_at DATETIME(6) NOT NULL
);

INSERT INTO dunning_setting (name, value, changed_at) VALUES
  ('contacts_per_week', '2', UTC_TIMESTAMP(6)), ('language', 'zh', UTC_TIMESTAMP(6)), ('sender', '供电公司', UTC_TIMESTAMP(6)), ('phone', '95598', UTC_TIMESTAMP(6));

CREATE TABLE dunning_rule_set (
  set_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  valid_from DATE NOT NULL COMMENT 'until the next set begins; of two that begin on a day the later one counts',
  created_by BIGINT NULL,
  created_at DATETIME(6) NOT NULL,
  KEY ix_rule_set_from (valid_from, set_id)
) COMMENT='append-only: a change is a new set';

CREATE TABLE dunning_rule (
  set_id BIGINT NOT NULL,
  category VARCHAR(20) NOT NULL,
  step TINYINT NOT NULL,
  days_after_due INT NOT NULL,
  action TINYINT NOT NULL COMMENT '1 sms, 2 letter, 3 disconnection candidate',
  minimum_fen BIGINT NOT NULL,
  PRIMARY KEY (set_id, category, step)
) COMMENT='append-only: the steps of a set';

INSERT INTO dunning_rule_set (set_id, valid_from, created_at) VALUES (1, '2000-01-01', UTC_TIMESTAMP(6));
INSERT INTO dunning_rule (set_id, category, step, days_after_due, action, minimum_fen) VALUES
  (1, 'other', 1, 1, 1, 100), (1, 'other', 2, 7, 1, 100), (1, 'other', 3, 15, 2, 1000), (1, 'other', 4, 30, 3, 5000);

CREATE TABLE dunning_run (
  run_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind TINYINT NOT NULL COMMENT '1 reminders, 2 scan of open cases, 3 prepaid balances',
  run_on DATE NOT NULL COMMENT 'the utility''s day that it goes by, also where it ends on another one',
  set_id BIGINT NULL COMMENT 'rules of that day',
  shard_width BIGINT NOT NULL COMMENT 'a shard is the customers (cases) from its key on, so many ids',
  job_id BIGINT NULL,
  requested_by BIGINT NULL,
  created_at DATETIME(6) NOT NULL,
  finished_at DATETIME(6) NULL,
  KEY ix_run_job (job_id)
);

CREATE TABLE dunning_run_shard (
  run_id BIGINT NOT NULL,
  shard_key BIGINT NOT NULL,
  accounts INT NOT NULL COMMENT 'with something overdue, or cases, or prepaid accounts',
  notices INT NOT NULL,
  candidates INT NOT NULL,
  held_back INT NOT NULL COMMENT 'by the limit of contacts',
  moved INT NOT NULL COMMENT 'cases that a payment moved',
  overdue_fen BIGINT NOT NULL,
  PRIMARY KEY (run_id, shard_key)
) COMMENT='append-only: what each shard did, written in its transaction';

CREATE TABLE dunning_notice (
  notice_id BIGINT NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  billing_month INT NOT NULL COMMENT 'with revision the oldest bill that was overdue; 0 for prepaid balances',
  revision SMALLINT NOT NULL,
  step SMALLINT NOT NULL COMMENT 'of the rules; 0 where it is about a case or a balance',
  occasion VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'what makes it one notice: bill and step, case and number, day and level',
  channel TINYINT NOT NULL COMMENT 'of the outbox: 1 sms, 2 email, 3 letter',
  purpose VARCHAR(16) CHARACTER SET ascii NOT NULL COMMENT 'reminder stop_notice last_notice restored prepaid_low prepaid_empty',
  principal_fen BIGINT NOT NULL,
  late_fen BIGINT NOT NULL,
  days_overdue INT NOT NULL,
  noticed_on DATE NOT NULL,
  queued_at DATETIME(6) NOT NULL,
  run_id BIGINT NULL,
  case_id BIGINT NULL,
  message_id BIGINT NOT NULL COMMENT 'of the outbox',
  UNIQUE KEY uk_notice_occasion (account_id, occasion),
  KEY ix_notice_customer (customer_id, account_id),
  KEY ix_notice_run (run_id)
) COMMENT='append-only: what was sent about debts';

CREATE TABLE dunning_contact (
  week_of DATE NOT NULL COMMENT 'a Monday',
  customer_id BIGINT NOT NULL,
  slot SMALLINT NOT NULL COMMENT '1, 2, …: the key itself keeps two runs from taking the same one',
  notice_id BIGINT NOT NULL,
  PRIMARY KEY (week_of, customer_id, slot)
) COMMENT='append-only: contacts of a customer in a week, which are limited';

CREATE TABLE dunning_important_user (
  account_id BIGINT NOT NULL PRIMARY KEY,
  reason VARCHAR(100) NOT NULL,
  authority VARCHAR(100) NOT NULL COMMENT 'who gets a copy before supply is stopped',
  changed_by BIGINT NULL,
  changed_at DATETIME(6) NOT NULL
);

CREATE TABLE dunning_case (
  case_id BIGINT NOT NULL PRIMARY KEY,
  kind TINYINT NOT NULL COMMENT '1 arrears, 2 prepaid',
  account_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  org_id BIGINT NOT NULL,
  open_account_id BIGINT NULL COMMENT 'the account while the case is open: one case at a time',
  state VARCHAR(16) CHARACTER SET ascii NOT NULL COMMENT 'candidate approved noticed noticed_again disconnected paid reconnected cancelled',
  version INT NOT NULL DEFAULT 1 COMMENT 'ETag',
  billing_month INT NOT NULL COMMENT 'with revision the oldest bill that is overdue; 0 for prepaid accounts',
  revision SMALLINT NOT NULL,
  due_on DATE NOT NULL,
  overdue_fen BIGINT NOT NULL COMMENT 'when it was proposed, late charges included',
  authority_copy VARCHAR(60) NOT NULL DEFAULT '' COMMENT 'number of the copy that the authority got',
  reason VARCHAR(200) NOT NULL DEFAULT '',
  proposed_by BIGINT NULL,
  proposed_at DATETIME(6) NOT NULL,
  approved_by BIGINT NULL,
  approved_at DATETIME(6) NULL,
  noticed_at DATETIME(6) NULL,
  stop_at DATETIME(6) NULL COMMENT 'as announced',
  noticed_again_at DATETIME(6) NULL,
  notices SMALLINT NOT NULL DEFAULT 0,
  disconnected_by BIGINT NULL,
  disconnected_at DATETIME(6) NULL,
  paid_at DATETIME(6) NULL,
  reconnect_due_at DATETIME(6) NULL,
  reconnected_by BIGINT NULL,
  reconnected_at DATETIME(6) NULL,
  cancelled_by BIGINT NULL COMMENT 'nobody where a payment ended it',
  cancelled_at DATETIME(6) NULL,
  UNIQUE KEY uk_case_open (open_account_id),
  KEY ix_case_state (state, case_id),
  KEY ix_case_account (account_id, case_id),
  KEY ix_case_customer (customer_id)
);

CREATE TABLE dunning_case_event (
  case_id BIGINT NOT NULL,
  seq SMALLINT NOT NULL,
  step VARCHAR(16) CHARACTER SET ascii NOT NULL,
  from_state VARCHAR(16) CHARACTER SET ascii NOT NULL,
  to_state VARCHAR(16) CHARACTER SET ascii NOT NULL,
  at DATETIME(6) NOT NULL,
  by_user BIGINT NULL,
  note VARCHAR(200) NOT NULL DEFAULT '',
  PRIMARY KEY (case_id, seq)
) COMMENT='append-only: the history of each case';
