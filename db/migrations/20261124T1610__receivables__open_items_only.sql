-- An open item goes when nothing is due of it any more, with the payment that settles it: the table holds what is open and
-- stays as small as that, so that neither payments nor issues become slower by the months that were paid.

DELETE FROM receivables_open_item WHERE settled = 1;

CREATE OR REPLACE VIEW receivables_unsettled_item AS
SELECT account_id, billing_month, revision, org_id, category, amount_fen, due_on, outstanding_fen, late_milli_fen, late_to, late_settled_fen, late_stop
FROM receivables_open_item;

ALTER TABLE receivables_open_item DROP COLUMN settled;
