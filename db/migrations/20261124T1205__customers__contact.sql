-- How a customer is reached about an account, for whoever must tell him something.

CREATE VIEW customers_contact AS
SELECT a.account_id, a.account_no, a.customer_id, c.kind AS customer_kind, c.name, c.phone, a.address, a.org_id, a.route_id, a.status
FROM customers_account a JOIN customers_customer c ON c.customer_id = a.customer_id;
