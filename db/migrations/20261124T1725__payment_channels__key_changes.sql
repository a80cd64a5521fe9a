-- Working keys that channels have sent over the line. Which they were is told by a digest of what was sent, so that none is taken twice:
-- who recorded an old change cannot bring its key back.

CREATE TABLE payment_channels_key_change (
  channel_id BIGINT NOT NULL,
  sent_sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of the key as it came, encrypted',
  stan VARCHAR(6) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'field 11 of the message',
  changed_at DATETIME(6) NOT NULL,
  PRIMARY KEY (channel_id, sent_sha256)
) COMMENT='append-only: one row for each key change';
