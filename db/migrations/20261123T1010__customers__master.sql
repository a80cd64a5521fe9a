-- Customers, the network, what is installed where, and who reads it when.

CREATE TABLE network_substation (
  substation_id BIGINT NOT NULL PRIMARY KEY,
  code VARCHAR(20) NOT NULL,
  name VARCHAR(60) NOT NULL,
  voltage_kv INT NOT NULL,
  UNIQUE KEY uk_substation_code (code)
);

CREATE TABLE network_feeder (
  feeder_id BIGINT NOT NULL PRIMARY KEY,
  substation_id BIGINT NOT NULL,
  code VARCHAR(20) NOT NULL,
  name VARCHAR(60) NOT NULL,
  voltage_kv INT NOT NULL,
  UNIQUE KEY uk_feeder_code (code),
  KEY ix_feeder_substation (substation_id)
);

CREATE TABLE network_transformer_area (
  transformer_area_id BIGINT NOT NULL PRIMARY KEY,
  feeder_id BIGINT NOT NULL,
  org_id BIGINT NOT NULL,
  code VARCHAR(20) NOT NULL,
  name VARCHAR(60) NOT NULL,
  capacity_va BIGINT NOT NULL,
  is_public TINYINT NOT NULL,
  UNIQUE KEY uk_transformer_area_code (code),
  KEY ix_transformer_area_feeder (feeder_id)
);

CREATE TABLE customers_customer (
  customer_id BIGINT NOT NULL PRIMARY KEY,
  kind VARCHAR(12) NOT NULL COMMENT 'person or body',
  name VARCHAR(100) NOT NULL,
  id_kind VARCHAR(20) NOT NULL,
  id_no VARCHAR(30) NOT NULL,
  phone VARCHAR(20) NOT NULL,
  created_at DATETIME(6) NOT NULL
);

CREATE TABLE customers_account (
  account_id BIGINT NOT NULL PRIMARY KEY,
  account_no CHAR(10) CHARACTER SET ascii NOT NULL,
  customer_id BIGINT NOT NULL,
  org_id BIGINT NOT NULL COMMENT 'supply station; data scope',
  route_id BIGINT NOT NULL,
  route_position INT NOT NULL DEFAULT 0,
  transformer_area_id BIGINT NOT NULL,
  address VARCHAR(200) NOT NULL,
  status VARCHAR(12) NOT NULL COMMENT 'active suspended closed',
  opened_on DATE NOT NULL,
  closed_on DATE NULL,
  household_size INT NOT NULL DEFAULT 0,
  household_since DATE NULL COMMENT 'month of application for the larger tiers of a household of five or more',
  UNIQUE KEY uk_account_no (account_no),
  KEY ix_account_route (route_id, account_id),
  KEY ix_account_customer (customer_id),
  KEY ix_account_org (org_id, account_id)
);

CREATE TABLE customers_agreement (
  account_id BIGINT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE NOT NULL,
  category VARCHAR(20) NOT NULL COMMENT 'residential shared agriculture general large_industry photovoltaic',
  voltage VARCHAR(12) NOT NULL COMMENT '220V 380V 10kV 35kV',
  capacity_va BIGINT NOT NULL,
  tariff_code VARCHAR(40) NOT NULL,
  billing_mode VARCHAR(20) NOT NULL COMMENT 'single capacity contract_demand actual_demand',
  contract_demand_w BIGINT NOT NULL DEFAULT 0,
  pf_standard INT NOT NULL DEFAULT 0 COMMENT 'hundredths: 90, 85, 80, 0 for none',
  PRIMARY KEY (account_id, valid_from)
);

CREATE TABLE customers_search_key (
  key_text VARCHAR(60) COLLATE utf8mb4_bin NOT NULL,
  account_id BIGINT NOT NULL,
  key_kind TINYINT NOT NULL COMMENT '1 account_no 2 name 3 pinyin 4 phone 5 asset_no 6 address',
  PRIMARY KEY (key_text, account_id, key_kind),
  KEY ix_search_key_account (account_id)
) COMMENT='projection: what the search box finds an account by';

CREATE TABLE metering_usage_point (
  usage_point_id BIGINT NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL,
  usage_point_no VARCHAR(20) CHARACTER SET ascii NOT NULL,
  kind VARCHAR(16) NOT NULL COMMENT 'consumption or generation',
  tariff_code VARCHAR(40) NULL COMMENT 'where it differs from the agreement',
  parent_id BIGINT NULL,
  deduction_kind VARCHAR(16) NULL COMMENT 'child_meter fixed_quantity fixed_ratio',
  deduction_value BIGINT NOT NULL DEFAULT 0 COMMENT 'Wh, or ratio in 1/1,000,000',
  metered_side VARCHAR(4) NOT NULL DEFAULT 'hv' COMMENT 'lv: transformer loss is added',
  transformer_va BIGINT NOT NULL DEFAULT 0,
  p0_w BIGINT NOT NULL DEFAULT 0,
  pk_w BIGINT NOT NULL DEFAULT 0,
  i0_ppm BIGINT NOT NULL DEFAULT 0,
  uk_ppm BIGINT NOT NULL DEFAULT 0,
  loss_k_e4 INT NOT NULL DEFAULT 0,
  line_loss_ppm INT NOT NULL DEFAULT 0,
  UNIQUE KEY uk_usage_point_no (usage_point_no),
  KEY ix_usage_point_account (account_id),
  KEY ix_usage_point_parent (parent_id)
);

CREATE TABLE metering_meter (
  meter_id BIGINT NOT NULL PRIMARY KEY,
  asset_no VARCHAR(24) CHARACTER SET ascii NOT NULL,
  kind VARCHAR(20) NOT NULL COMMENT 'single_phase three_phase multi_function',
  register_digits INT NOT NULL COMMENT 'digits before the point: 10^digits is where the register rolls over',
  maker VARCHAR(40) NOT NULL,
  made_on DATE NOT NULL,
  UNIQUE KEY uk_meter_asset_no (asset_no)
);

CREATE TABLE metering_installation (
  installation_id BIGINT NOT NULL PRIMARY KEY,
  usage_point_id BIGINT NOT NULL,
  meter_id BIGINT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE NOT NULL,
  ct_ratio INT NOT NULL,
  pt_ratio INT NOT NULL,
  KEY ix_installation_usage_point (usage_point_id, valid_from),
  KEY ix_installation_meter (meter_id)
) COMMENT='start and end indexes are readings of kind installation and removal';

CREATE TABLE meter_reading_route (
  route_id BIGINT NOT NULL PRIMARY KEY,
  code VARCHAR(20) NOT NULL,
  name VARCHAR(60) NOT NULL,
  org_id BIGINT NOT NULL,
  reader_user_id BIGINT NULL,
  cycle_day INT NOT NULL,
  UNIQUE KEY uk_route_code (code),
  KEY ix_route_org (org_id)
);

CREATE TABLE meter_reading_reading (
  billing_month INT NOT NULL,
  route_id BIGINT NOT NULL COMMENT 'of the account when it was read: the shard that bills it',
  installation_id BIGINT NOT NULL,
  seq SMALLINT NOT NULL COMMENT 'a later one of the same kind supersedes an earlier one',
  kind TINYINT NOT NULL COMMENT '1 regular, 2 installation (start), 3 removal (end)',
  read_at DATETIME(0) NOT NULL COMMENT 'UTC',
  source TINYINT NOT NULL COMMENT '1 manual 2 remote 3 import 4 estimate 5 self',
  quality TINYINT NOT NULL COMMENT '1 actual 2 estimated 3 suspect 4 missing',
  total_e4 BIGINT NULL COMMENT 'register index in 1/10,000 kWh',
  sharp_e4 BIGINT NULL,
  peak_e4 BIGINT NULL,
  flat_e4 BIGINT NULL,
  valley_e4 BIGINT NULL,
  deep_e4 BIGINT NULL,
  reactive_forward_e4 BIGINT NULL,
  reactive_reverse_e4 BIGINT NULL,
  reverse_total_e4 BIGINT NULL,
  max_demand_w BIGINT NULL COMMENT 'secondary side, before the ratio',
  recorded_by BIGINT NULL,
  recorded_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  PRIMARY KEY (billing_month, route_id, installation_id, kind, seq),
  KEY ix_reading_installation (installation_id, billing_month)
) COMMENT='append-only month-partitioned: readings'
PARTITION BY RANGE (billing_month) (PARTITION p202001 VALUES LESS THAN (202002));

CREATE TABLE meter_reading_interval_day (
  usage_point_id BIGINT NOT NULL,
  channel VARCHAR(4) CHARACTER SET ascii NOT NULL COMMENT 'E1 B1 Q1 K1 as NEM12 names them',
  day DATE NOT NULL,
  seq SMALLINT NOT NULL COMMENT 'the highest one counts',
  interval_minutes SMALLINT NOT NULL,
  quality CHAR(1) CHARACTER SET ascii NOT NULL COMMENT 'A actual E estimated F final substitute N null S substitute V variable',
  points BLOB NOT NULL COMMENT 'little-endian int32 Wh (varh), one per interval',
  PRIMARY KEY (usage_point_id, channel, day, seq)
) COMMENT='append-only: one packed row per usage point, channel and day';
