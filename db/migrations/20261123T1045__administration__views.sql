-- Names that other modules show beside their own rows.

CREATE VIEW administration_user_name AS SELECT user_id, username, name FROM administration_user;

CREATE VIEW administration_org_name AS SELECT org_id, code, name, name_en, path FROM administration_org_unit;

CREATE VIEW customers_account_label AS
SELECT a.account_id, a.account_no, a.org_id, a.route_id, a.address, c.name
FROM customers_account a JOIN customers_customer c ON c.customer_id = a.customer_id;

CREATE VIEW customers_route_size AS
SELECT route_id, COUNT(*) AS accounts FROM customers_account GROUP BY route_id;

CREATE VIEW meter_reading_route_name AS SELECT route_id, code, name, org_id FROM meter_reading_route;

CREATE VIEW metering_usage_point_label AS SELECT usage_point_id, usage_point_no, account_id FROM metering_usage_point;
