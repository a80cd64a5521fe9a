-- What was billed of an account and for which days, of issued months only.

CREATE VIEW billing_issued_period AS
SELECT b.account_id, b.billing_month, b.revision, b.period_from, b.period_to, b.energy_wh, b.amount_fen
FROM billing_bill b JOIN billing_run r ON r.run_id = b.run_id WHERE r.state = 'issued';
