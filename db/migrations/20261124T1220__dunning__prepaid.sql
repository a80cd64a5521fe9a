-- Fee-controlled accounts (费控): what they have left is estimated each day; they are warned, and stopped where it is used up.

CREATE TABLE dunning_prepaid_account (
  account_id BIGINT NOT NULL PRIMARY KEY,
  customer_id BIGINT NOT NULL,
  org_id BIGINT NOT NULL,
  warn_fen BIGINT NOT NULL COMMENT 'warned where balance and credit together are not above this',
  stop_fen BIGINT NOT NULL COMMENT 'a stop is proposed where they are not above this',
  credit_fen BIGINT NOT NULL,
  enrolled_on DATE NOT NULL,
  ended_on DATE NULL,
  version INT NOT NULL DEFAULT 1 COMMENT 'ETag',
  changed_by BIGINT NULL,
  changed_at DATETIME(6) NOT NULL
);

CREATE TABLE dunning_prepaid_balance (
  account_id BIGINT NOT NULL,
  day DATE NOT NULL,
  advance_fen BIGINT NOT NULL,
  due_fen BIGINT NOT NULL,
  estimated_fen BIGINT NOT NULL COMMENT 'cost of the energy used since the last bill',
  balance_fen BIGINT NOT NULL COMMENT 'advance - due - estimated',
  level VARCHAR(8) CHARACTER SET ascii NOT NULL COMMENT 'good low empty',
  billed_to DATE NULL COMMENT 'end of the last bill; none: nothing was billed yet, so nothing is estimated',
  read_wh BIGINT NOT NULL COMMENT 'read since then',
  estimated_days INT NOT NULL COMMENT 'and for so many days nothing was read: at the daily energy of the last bill',
  recorded_at DATETIME(6) NOT NULL,
  PRIMARY KEY (account_id, day)
) COMMENT='append-only: the estimate of each day with its working';
