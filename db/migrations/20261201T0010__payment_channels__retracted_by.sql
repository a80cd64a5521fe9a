-- Who had a receipt taken away from an account is kept apart from who proposes its return, so that a refused return does not forget it.

ALTER TABLE payment_channels_receipt
  ADD COLUMN retracted_by BIGINT NULL COMMENT 'who proposed to take it from an account, where it was; does not say alone who gets it',
  MODIFY COLUMN state VARCHAR(12) NOT NULL COMMENT 'received settled proposed paid unidentified assigned returning returned retracting noted bounced',
  MODIFY COLUMN proposed_by BIGINT NULL COMMENT 'of a return, a retraction or a settlement',
  ADD KEY ix_receipt_settlement (settlement_id);

UPDATE payment_channels_receipt SET retracted_by = proposed_by WHERE state = 'unidentified' AND proposed_by IS NOT NULL;

-- A settlement that was decided about settles its receipt at once from now on: what waits for it is settled, or decided about again.
UPDATE payment_channels_receipt r JOIN payment_channels_settlement s ON s.settlement_id = r.settlement_id SET r.state = 'settled' WHERE r.state = 'proposed' AND s.state = 'posted';
UPDATE payment_channels_settlement s JOIN payment_channels_receipt r ON r.settlement_id = s.settlement_id SET s.state = 'proposed', s.decided_by = NULL, s.decided_at = NULL WHERE r.state = 'proposed' AND s.state = 'refused';
