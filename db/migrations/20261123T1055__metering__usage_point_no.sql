-- Interval data comes by usage point number.

CREATE VIEW metering_usage_point_no AS SELECT usage_point_id, usage_point_no, account_id FROM metering_usage_point;
