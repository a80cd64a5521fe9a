-- What begins by itself, every day or every so many seconds: which due time is done, and what went wrong.

CREATE TABLE jobs_timer (
  name VARCHAR(60) NOT NULL PRIMARY KEY,
  done_for DATETIME(6) NOT NULL COMMENT 'the newest due time that is done; those before it that nobody did were done with it',
  done_at DATETIME(6) NULL COMMENT 'nothing: it has not run since it is known',
  job_id BIGINT NULL COMMENT 'the newest job that it made',
  failures INT NOT NULL DEFAULT 0 COMMENT 'in a row',
  error VARCHAR(400) NULL COMMENT 'of the newest failure; it stays after a success',
  failed_at DATETIME(6) NULL,
  retry_at DATETIME(6) NULL COMMENT 'not before; nothing where the last attempt was good'
) COMMENT='a host holds the row lock while it does what is due; when it dies, the lock and the half-done work go together';
