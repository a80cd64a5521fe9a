-- What invoices are made of: issued bills, and what each of their charge lines is for. Lines that are part of others, or payable
-- to the customer, are not in them: charge lines add up to the amount.

CREATE VIEW billing_invoice_bill AS
SELECT b.billing_month, b.route_id, b.account_id, b.revision, b.org_id, b.category, b.period_from, b.period_to, b.energy_wh, b.amount_fen
FROM billing_bill b JOIN billing_run r ON r.run_id = b.run_id WHERE r.state = 'issued';

CREATE VIEW billing_invoice_line AS
SELECT billing_month, route_id, account_id, revision, line_no, usage_point_id,
       CASE kind WHEN 0 THEN 'energy' WHEN 1 THEN 'tier_increment' WHEN 2 THEN 'free_energy' WHEN 3 THEN 'surcharge' WHEN 4 THEN 'capacity_charge' WHEN 5 THEN 'demand_charge'
                 WHEN 6 THEN 'over_contract_demand' WHEN 7 THEN 'power_factor_adjustment' ELSE 'other' END AS item,
       CASE unit WHEN 0 THEN 'kWh' WHEN 1 THEN 'kW' WHEN 2 THEN 'kVA' ELSE '' END AS unit,
       CASE period WHEN 1 THEN 'sharp' WHEN 2 THEN 'peak' WHEN 3 THEN 'flat' WHEN 4 THEN 'valley' WHEN 5 THEN 'deep' ELSE '' END AS period,
       tier, quantity, amount_fen
FROM billing_bill_line WHERE role = 0;
