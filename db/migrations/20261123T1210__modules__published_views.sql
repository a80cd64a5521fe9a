-- What billing and receivables read of the modules below them: views, so that those tables stay their owners' own.

CREATE VIEW customers_account_place AS SELECT account_id, account_no, route_id, org_id FROM customers_account;

CREATE VIEW meter_reading_index AS
SELECT billing_month, route_id, installation_id, kind, seq, source, quality, total_e4, sharp_e4, peak_e4, flat_e4, valley_e4, deep_e4,
       reactive_forward_e4, reactive_reverse_e4, reverse_total_e4, max_demand_w, recorded_at
FROM meter_reading_reading;

CREATE VIEW tariffs_published_version AS
SELECT version_id, tariff_code, version, valid_from, valid_to, definition FROM tariffs_version WHERE status = 'published';

CREATE VIEW billing_issued_month AS SELECT billing_month, run_id FROM billing_run WHERE state = 'issued';
