-- A customer gets a printed number of its own: identity numbers are missing, shared or wrong in real files, so they are no key.

ALTER TABLE customers_customer
  ADD COLUMN customer_no VARCHAR(20) CHARACTER SET ascii NOT NULL AFTER customer_id,
  ADD UNIQUE KEY uk_customer_no (customer_no);
