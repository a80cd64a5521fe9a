-- What a customer's statement is made of: every posting about an account, reversals too.

CREATE VIEW ledger_account_posting AS
SELECT p.account_id, p.accounting_month, p.transaction_id, p.line_no, p.template, p.ledger_account, p.amount_fen, p.billing_month, p.revision, p.posted_on, t.posted_at
FROM ledger_posting p LEFT JOIN ledger_transaction t ON t.accounting_month = p.accounting_month AND t.transaction_id = p.transaction_id;
