-- Messages to people outside: queued in the transaction that decides on them, sent in batches by a provider.

CREATE TABLE outbox_channel (
  kind TINYINT NOT NULL PRIMARY KEY COMMENT '1 sms, 2 email, 3 letter'
) COMMENT='its row is locked by whoever sends messages of this kind, so that one at a time does';

INSERT INTO outbox_channel (kind) VALUES (1), (2), (3);

CREATE TABLE outbox_message (
  message_id BIGINT NOT NULL PRIMARY KEY,
  kind TINYINT NOT NULL,
  org_id BIGINT NOT NULL DEFAULT 0 COMMENT 'data scope; 0: of the company as a whole',
  address VARCHAR(320) NOT NULL,
  subject VARCHAR(200) NOT NULL DEFAULT '',
  body TEXT NOT NULL,
  attachment_name VARCHAR(120) NOT NULL DEFAULT '' COMMENT 'none: no attachment',
  attachment_type VARCHAR(80) NOT NULL DEFAULT '',
  attachment MEDIUMBLOB NULL,
  entity VARCHAR(40) CHARACTER SET ascii NOT NULL,
  entity_id VARCHAR(60) CHARACTER SET ascii NOT NULL,
  dedup_key VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the same message is queued once',
  state VARCHAR(8) CHARACTER SET ascii NOT NULL DEFAULT 'queued' COMMENT 'queued sending sent failed unknown',
  batch_id BIGINT NULL,
  attempts INT NOT NULL DEFAULT 0,
  not_before DATETIME(6) NOT NULL,
  queued_at DATETIME(6) NOT NULL,
  finished_at DATETIME(6) NULL,
  last_error VARCHAR(200) NOT NULL DEFAULT '',
  UNIQUE KEY uk_message_dedup (dedup_key),
  KEY ix_message_due (kind, state, not_before),
  KEY ix_message_entity (entity, entity_id),
  KEY ix_message_batch (batch_id)
);

CREATE TABLE outbox_batch (
  batch_id BIGINT NOT NULL PRIMARY KEY,
  kind TINYINT NOT NULL,
  provider VARCHAR(20) CHARACTER SET ascii NOT NULL,
  state VARCHAR(8) CHARACTER SET ascii NOT NULL COMMENT 'sending sent failed unknown',
  messages INT NOT NULL,
  reference VARCHAR(120) NOT NULL DEFAULT '' COMMENT 'of the provider: a file, an order number',
  error VARCHAR(200) NOT NULL DEFAULT '',
  started_at DATETIME(6) NOT NULL,
  asked_at DATETIME(6) NULL COMMENT 'when its provider was last asked what became of it',
  finished_at DATETIME(6) NULL,
  KEY ix_batch_state (kind, state)
);
