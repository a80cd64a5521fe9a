-- How far the loading of a demonstration county has got, so that one that was killed goes on where it stopped.

CREATE TABLE demo_county (
  id TINYINT NOT NULL PRIMARY KEY,
  options VARCHAR(200) NOT NULL COMMENT 'what it is made from; another county does not fit on top of it',
  complete TINYINT NOT NULL
);

CREATE TABLE demo_county_shard (
  stage VARCHAR(20) NOT NULL,
  shard INT NOT NULL COMMENT 'a reading route, or 0',
  rows_loaded BIGINT NOT NULL,
  PRIMARY KEY (stage, shard)
) COMMENT='written in the transaction of the rows that it counts';
