-- Supply given back without payment: one person asks, another decides.

ALTER TABLE dunning_case
  MODIFY COLUMN state VARCHAR(16) CHARACTER SET ascii NOT NULL COMMENT 'candidate approved noticed noticed_again disconnected paid released reconnected cancelled',
  ADD COLUMN release_asked_by BIGINT NULL COMMENT 'who asked for supply without payment; nobody while nobody asks',
  ADD COLUMN release_asked_at DATETIME(6) NULL,
  ADD COLUMN release_reason VARCHAR(200) NOT NULL DEFAULT '',
  ADD COLUMN released_by BIGINT NULL,
  ADD COLUMN released_at DATETIME(6) NULL;
