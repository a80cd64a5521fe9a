-- Total indexes with the time they were read at, to see how much was used since the last bill.

CREATE VIEW meter_reading_total_index AS
SELECT installation_id, billing_month, kind, seq, read_at, total_e4 FROM meter_reading_reading WHERE total_e4 IS NOT NULL;
