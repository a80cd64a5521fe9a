-- What accounts, files and readings refer to in other modules.

CREATE VIEW network_supply AS
SELECT a.transformer_area_id, a.code, a.name AS transformer_area, f.name AS feeder, s.name AS substation
FROM network_transformer_area a
JOIN network_feeder f ON f.feeder_id = a.feeder_id
JOIN network_substation s ON s.substation_id = f.substation_id;

CREATE VIEW tariffs_tariff_name AS SELECT tariff_code, name, name_en FROM tariffs_tariff;

CREATE VIEW metering_installed AS
SELECT i.installation_id, i.valid_from, i.valid_to, i.ct_ratio, i.pt_ratio, m.asset_no, m.kind AS meter_kind, m.register_digits,
  u.usage_point_id, u.usage_point_no, u.account_id
FROM metering_installation i
JOIN metering_meter m ON m.meter_id = i.meter_id
JOIN metering_usage_point u ON u.usage_point_id = i.usage_point_id;

ALTER TABLE meter_reading_interval_day
  ADD COLUMN qualities VARCHAR(288) CHARACTER SET ascii NULL COMMENT 'one per interval where quality is V';
