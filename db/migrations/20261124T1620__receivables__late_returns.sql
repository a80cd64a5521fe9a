-- Late charges that were too high come back as advances: what caused each of them.

CREATE TABLE receivables_late_return (
  accounting_month INT NOT NULL,
  transaction_id BIGINT NOT NULL,
  billing_month INT NOT NULL COMMENT 'with revision the bill whose late charge came back',
  revision SMALLINT NOT NULL,
  idle_fen BIGINT NOT NULL COMMENT 'money that found nothing to pay and would have paid so much of the bill; 0 where the bill itself was worked out anew',
  cause_accounting_month INT NULL COMMENT 'with cause_transaction_id the money that had been there earlier; nothing where a payment was taken back or a plan agreed on',
  cause_transaction_id BIGINT NULL,
  PRIMARY KEY (accounting_month, transaction_id)
) COMMENT='append-only: a late charge that came back goes when its cause is taken back';

-- Bills that were written off and not recovered since. Only proposals write off, and there are few of them, so their accounts are looked at.
CREATE VIEW receivables_written_off_bill AS
SELECT p.account_id, p.billing_month, p.revision, CAST(-SUM(p.amount_fen) AS SIGNED) AS written_off_fen
FROM (SELECT DISTINCT account_id FROM receivables_proposal WHERE kind = 'write_off' AND state = 'approved') a
JOIN ledger_standing_posting p ON p.account_id = a.account_id
WHERE p.template IN (8, 9) AND p.ledger_account = 1
GROUP BY p.account_id, p.billing_month, p.revision HAVING SUM(p.amount_fen) < 0;

-- ETag of the settings as a whole.
INSERT INTO receivables_setting (name, value, changed_at) VALUES ('version', '1', UTC_TIMESTAMP(6));
