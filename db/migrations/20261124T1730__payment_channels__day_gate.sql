-- Whoever books on a channel's day and whoever closes that day meet at a row that nothing else waits for.

CREATE TABLE payment_channels_gate (
  channel_id BIGINT NOT NULL PRIMARY KEY
) COMMENT='its row is shared by payments and reversals until they are committed, and held alone by whoever closes a day with the channel''s file or takes a payment in by hand';

INSERT INTO payment_channels_gate (channel_id) SELECT channel_id FROM payment_channels_channel;
