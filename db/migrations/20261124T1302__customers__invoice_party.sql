-- Whose name an invoice bears. A body is known by its licence's number; a person's papers are nobody's business here.

CREATE VIEW customers_invoice_party AS
SELECT a.account_id, a.account_no, a.org_id, a.address, c.kind, c.name, CASE WHEN c.kind = 'body' THEN c.id_no ELSE '' END AS tax_id,
       CASE WHEN c.kind = 'body' THEN c.phone ELSE '' END AS phone
FROM customers_account a JOIN customers_customer c ON c.customer_id = a.customer_id;
