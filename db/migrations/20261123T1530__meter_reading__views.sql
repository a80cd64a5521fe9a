-- Start and end indexes of installations, which metering shows, and the accounts of a route by where they belong.

CREATE VIEW meter_reading_start_end AS
SELECT installation_id, kind, seq, total_e4, sharp_e4, peak_e4, flat_e4, valley_e4, deep_e4, reactive_forward_e4, reactive_reverse_e4,
       reverse_total_e4, max_demand_w
FROM meter_reading_reading WHERE kind IN (2, 3);
