-- The kernel's own tables: people and rights, sessions, audit, idempotency, jobs.

CREATE TABLE administration_org_unit (
  org_id BIGINT NOT NULL PRIMARY KEY,
  parent_id BIGINT NULL,
  kind VARCHAR(20) NOT NULL,
  code VARCHAR(20) NOT NULL,
  name VARCHAR(100) NOT NULL,
  name_en VARCHAR(100) NOT NULL,
  path VARCHAR(200) NOT NULL COMMENT 'ids from the root, "/1/12/": data scope is a prefix of it',
  UNIQUE KEY uk_org_unit_code (code),
  KEY ix_org_unit_path (path)
) COMMENT='administration: organisational units';

CREATE TABLE administration_role (
  role_code VARCHAR(40) NOT NULL PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  name_en VARCHAR(100) NOT NULL
);

CREATE TABLE administration_role_permission (
  role_code VARCHAR(40) NOT NULL,
  permission VARCHAR(60) NOT NULL,
  PRIMARY KEY (role_code, permission)
);

CREATE TABLE administration_user (
  user_id BIGINT NOT NULL PRIMARY KEY,
  username VARCHAR(40) NOT NULL,
  name VARCHAR(60) NOT NULL,
  org_id BIGINT NOT NULL,
  password_hash VARCHAR(200) NOT NULL,
  must_change_password TINYINT NOT NULL DEFAULT 1,
  enabled TINYINT NOT NULL DEFAULT 1,
  failed_attempts INT NOT NULL DEFAULT 0,
  locked_until DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  UNIQUE KEY uk_user_username (username),
  KEY ix_user_org (org_id)
);

CREATE TABLE administration_user_role (
  user_id BIGINT NOT NULL,
  role_code VARCHAR(40) NOT NULL,
  PRIMARY KEY (user_id, role_code)
);

CREATE TABLE security_session (
  token_sha256 CHAR(64) CHARACTER SET ascii NOT NULL PRIMARY KEY,
  user_id BIGINT NOT NULL,
  csrf_token CHAR(43) CHARACTER SET ascii NOT NULL,
  created_at DATETIME(6) NOT NULL,
  last_seen_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  remote VARCHAR(60) NOT NULL,
  KEY ix_session_user (user_id),
  KEY ix_session_expires (expires_at)
);

CREATE TABLE security_audit (
  seq BIGINT NOT NULL PRIMARY KEY,
  at DATETIME(6) NOT NULL,
  user_id BIGINT NULL,
  action VARCHAR(60) NOT NULL,
  entity VARCHAR(40) NOT NULL,
  entity_id VARCHAR(60) NOT NULL,
  before_json TEXT NULL,
  after_json TEXT NULL,
  remote VARCHAR(60) NOT NULL,
  previous_hash CHAR(64) CHARACTER SET ascii NOT NULL,
  hash CHAR(64) CHARACTER SET ascii NOT NULL,
  KEY ix_audit_entity (entity, entity_id, seq),
  KEY ix_audit_user (user_id, seq)
) COMMENT='append-only: chained by hash';

CREATE TABLE security_audit_head (
  id TINYINT NOT NULL PRIMARY KEY,
  seq BIGINT NOT NULL,
  hash CHAR(64) CHARACTER SET ascii NOT NULL
) COMMENT='the last link of the chain; locked while one is added';

INSERT INTO security_audit_head (id, seq, hash) VALUES (1, 0, REPEAT('0', 64));

CREATE TABLE http_idempotency (
  user_id BIGINT NOT NULL,
  idempotency_key VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request_sha256 CHAR(64) CHARACTER SET ascii NOT NULL,
  status INT NOT NULL,
  answer MEDIUMTEXT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (user_id, idempotency_key),
  KEY ix_idempotency_created (created_at)
);

CREATE TABLE jobs_job (
  job_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind VARCHAR(40) NOT NULL,
  subject BIGINT NOT NULL COMMENT 'the key of what it works on, e.g. of a bill run',
  state VARCHAR(12) NOT NULL COMMENT 'queued running done failed cancelled',
  message VARCHAR(400) NOT NULL DEFAULT '',
  unit VARCHAR(20) NOT NULL DEFAULT '' COMMENT 'what its items are, e.g. accounts',
  requested_by BIGINT NULL,
  created_at DATETIME(6) NOT NULL,
  started_at DATETIME(6) NULL,
  finished_at DATETIME(6) NULL,
  KEY ix_job_state (state, job_id),
  KEY ix_job_subject (kind, subject)
);

CREATE TABLE jobs_shard (
  job_id BIGINT NOT NULL,
  shard_key BIGINT NOT NULL COMMENT 'a reading route, mostly',
  state TINYINT NOT NULL COMMENT '0 open, 1 done, 2 failed',
  items_expected INT NOT NULL DEFAULT 0,
  items INT NOT NULL DEFAULT 0,
  attempts INT NOT NULL DEFAULT 0,
  error VARCHAR(400) NULL,
  PRIMARY KEY (job_id, shard_key),
  KEY ix_shard_open (job_id, state)
) COMMENT='a worker holds the row lock of the shard it works on; when it dies, the lock and the half-done work go together';

CREATE TABLE mis_sequence (
  name VARCHAR(40) NOT NULL PRIMARY KEY,
  next_value BIGINT NOT NULL
) COMMENT='blocks of ids for bulk writers';
