-- What is not settled of each bill, for runs over all accounts; late charges follow from it by receivables' own rule (OpenItem).

CREATE VIEW receivables_unsettled_item AS
SELECT account_id, billing_month, revision, org_id, category, amount_fen, due_on, outstanding_fen, late_milli_fen, late_to, late_settled_fen, late_stop
FROM receivables_open_item WHERE settled = 0;
