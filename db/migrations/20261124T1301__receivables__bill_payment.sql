-- Whether a bill was paid: nothing of it is outstanding, and it was not written off instead (templates 8 and 9, written off and
-- recovered, leave nothing on 1122). Late charges are not part of it.

CREATE VIEW receivables_bill_payment AS
SELECT r.billing_month, r.account_id, r.revision, r.route_id, r.amount_fen, COALESCE(o.outstanding_fen, 0) AS outstanding_fen,
       (SELECT COALESCE(-SUM(p.amount_fen), 0) FROM ledger_standing_posting p
        WHERE p.account_id = r.account_id AND p.billing_month = r.billing_month AND p.revision = r.revision AND p.template IN (8, 9) AND p.ledger_account = 1) AS written_off_fen
FROM receivables_receivable r
LEFT JOIN receivables_open_item o ON o.account_id = r.account_id AND o.billing_month = r.billing_month AND o.revision = r.revision;

-- Bills of which something is open.
CREATE VIEW receivables_open_bill AS
SELECT account_id, billing_month, revision, outstanding_fen FROM receivables_open_item WHERE outstanding_fen > 0;
