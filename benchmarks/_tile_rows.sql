-- A grid of metro size from random numbers: 230 substations with 9 circuits each, all else around transformers
-- that lie along the circuits, denser near the substations. Placeholders: transformers, meters per
-- transformer, buildings per transformer.
SELECT setseed(0.25);
INSERT INTO grid_zone (id, name, interconnect, time_zone, state) VALUES
    ('ZONE-W', 'West', 'Texas', NULL, NULL), ('ZONE-E', 'East', 'Texas', NULL, NULL);
INSERT INTO grid_substation (id, zone_id, name, location, interconnect, max_kv, min_kv, load_mw,
    generation_capacity_mw, status)
SELECT 'SUB-' || n, CASE WHEN lon < -95.4 THEN 'ZONE-W' ELSE 'ZONE-E' END, 'Substation ' || n,
    ST_SetSRID(ST_MakePoint(lon, lat), 4326), 'Texas', (ARRAY[138, 138, 138, 345, 500])[1 + n % 5], 69,
    20 + 100 * random(), CASE WHEN n % 9 = 0 THEN 300 ELSE 0 END, 'OPERATIONAL'
FROM (SELECT n, CASE WHEN n <= 230 THEN -95.4 + 0.5 * (random() + random() - 1) ELSE -103 + 8 * random() END
    AS lon, CASE WHEN n <= 230 THEN 29.76 + 0.4 * (random() + random() - 1) ELSE 27 + 7 * random() END AS lat
    FROM generate_series(1, 1250) n OFFSET 0) s;
INSERT INTO grid_bus (id, zone_id, number, substation_id, interconnect, base_kv, load_mw)
SELECT 'BUS-' || n, s.zone_id, n, s.id, 'Texas', s.max_kv, s.load_mw
FROM generate_series(1, 2000) n JOIN grid_substation s ON s.id = 'SUB-' || (1 + n % 1250);
INSERT INTO grid_plant (id, zone_id, bus_id, substation_id, interconnect, fuel_type, p_mw, p_max_mw, p_min_mw,
    in_service)
SELECT 'PLANT-' || n, b.zone_id, b.id, b.substation_id, 'Texas',
    (ARRAY['wind', 'solar', 'ng', 'coal', 'nuclear'])[1 + n % 5], 50, 100, 0, true
FROM generate_series(1, 486) n JOIN grid_bus b ON b.id = 'BUS-' || (1 + n * 3 % 2000);
INSERT INTO grid_branch (id, zone_id, kind, from_bus_id, to_bus_id, from_substation_id, to_substation_id,
    interconnect, base_kv, x_pu, tap_ratio, phase_shift_deg, rating_mva, is_rating_adjusted, base_flow_mw,
    base_loading_pct, length_km, in_service, route)
SELECT 'BR-' || n, f.zone_id, 'LINE', f.id, o.id, f.substation_id, o.substation_id, 'Texas', f.base_kv, 0.1, 1, 0,
    200, false, 100, 100 * random(), 20, true, ST_MakeLine(s.location, e.location)
FROM generate_series(1, 3206) n JOIN grid_bus f ON f.id = 'BUS-' || (1 + n % 2000)
    JOIN grid_bus o ON o.id = 'BUS-' || (1 + (n * 7 + 3) % 2000)
    JOIN grid_substation s ON s.id = f.substation_id JOIN grid_substation e ON e.id = o.substation_id
WHERE f.substation_id <> o.substation_id;
INSERT INTO grid_circuit (id, zone_id, name, substation_id, voltage_kv, conductor_type, rated_a, rated_mva,
    length_km, peak_load_mw, transformer_count, customer_count, status)
SELECT 'CKT-' || n, s.zone_id, 'Circuit ' || n, s.id, 12.47, 'ACSR', 600, 13, 20, 8, 44, 300, 'ACTIVE'
FROM generate_series(1, 2070) n JOIN grid_substation s ON s.id = 'SUB-' || (1 + n % 230);
CREATE TEMP TABLE spot AS
SELECT n, 'XFMR-' || n AS id, c.id AS circuit_id, c.substation_id, c.zone_id, k,
    ST_X(s.location) + cos(angle) * reach + sin(angle) * side AS lon,
    ST_Y(s.location) + sin(angle) * reach - cos(angle) * side AS lat, angle
FROM (SELECT n, 1 + n % 2070 AS circuit, n / 2070 AS k, 6.2832 * ((n % 2070) * 0.618 % 1) AS angle,
    0.04 * ((n / 2070) / 45.0) AS reach, 0.006 * (random() - 0.5) AS side
    FROM generate_series(0, {transformers} - 1) n OFFSET 0) r
JOIN grid_circuit c ON c.id = 'CKT-' || circuit JOIN grid_substation s ON s.id = c.substation_id;
CREATE INDEX ON spot (circuit_id, k);
ANALYZE spot;
INSERT INTO grid_linesection (id, zone_id, circuit_id, from_node, to_node, line_class, phases, conductor_type,
    rated_a, length_m, is_underground, route)
SELECT 'LINE-L' || n, zone_id, circuit_id, 'a', 'b', 'LATERAL', 'A', 'ACSR', 200, 100, n % 3 = 0,
    ST_SetSRID(ST_MakeLine(ARRAY[ST_MakePoint(lon - 0.001, lat), ST_MakePoint(lon, lat),
        ST_MakePoint(lon + 0.0003, lat + 0.0007)]), 4326) FROM spot
UNION ALL
SELECT 'LINE-B' || a.n, a.zone_id, a.circuit_id, 'a', 'b', 'BACKBONE', 'ABC', 'ACSR', 600, 100, false,
    ST_SetSRID(ST_MakeLine(ST_MakePoint(a.lon, a.lat), ST_MakePoint(b.lon, b.lat)), 4326)
FROM spot a JOIN spot b ON b.circuit_id = a.circuit_id AND b.k = a.k + 1 WHERE a.n % 4 < 3;
INSERT INTO grid_switch (id, zone_id, kind, circuit_id, from_node, to_node, is_normally_open, rated_a, location)
SELECT 'SW-' || n, zone_id, (ARRAY['FUSE', 'RECLOSER', 'TIE', 'SECTIONALIZER'])[1 + n % 4], circuit_id, 'a', 'b',
    n % 4 = 2, 200, ST_SetSRID(ST_MakePoint(lon, lat), 4326) FROM spot WHERE n % 8 = 0;
INSERT INTO grid_pole (id, zone_id, circuit_id, substation_id, location, height_m, material)
SELECT 'POLE-' || n, zone_id, circuit_id, substation_id, ST_SetSRID(ST_MakePoint(lon, lat), 4326), 12, 'WOOD'
FROM spot WHERE n % 3 < 2;
INSERT INTO grid_transformer (id, zone_id, name, circuit_id, substation_id, line_id, node, location, rated_kva,
    phases, primary_kv, secondary_kv, customer_count, peak_load_kva, peak_loading_pct)
SELECT id, zone_id, 'Transformer ' || n, circuit_id, substation_id, 'LINE-L' || n, 'a',
    ST_SetSRID(ST_MakePoint(lon, lat), 4326), 50, 'A', 7.2, 0.24, 7, 40, 30 + 90 * random() FROM spot;
INSERT INTO grid_transformerload (id, transformer_id, load_hour, energy_kwh, load_kva, loading_pct)
SELECT id, id, now(), 20, 20, 120 * random() FROM spot;
INSERT INTO grid_meter (id, zone_id, meter_key, transformer_id, circuit_id, substation_id, location,
    customer_class, phases, status)
SELECT 'MTR-' || (n * {meters} + m), zone_id, n * {meters} + m, id, circuit_id, substation_id,
    ST_SetSRID(ST_MakePoint(lon + 0.002 * (random() - 0.5), lat + 0.002 * (random() - 0.5)), 4326),
    CASE WHEN m = 0 AND n % 9 = 0 THEN 'COMMERCIAL' ELSE 'RESIDENTIAL' END, 'A', 'ACTIVE'
FROM spot, generate_series(0, {meters} - 1) m WHERE n * {meters} + m < 600000;
INSERT INTO grid_customer (id, zone_id, meter_id, full_name, service_address, customer_class, account_status)
SELECT 'CUST-' || meter_key, zone_id, id, 'n', 'a', customer_class, 'ACTIVE' FROM grid_meter;
INSERT INTO grid_building (id, zone_id, building_use, height_m, floor_count, footprint_m2, outline)
SELECT 'BLDG-' || (n * {buildings} + m), zone_id, 'RESIDENTIAL', round((3 + 9 * random())::numeric, 1), 1,
    round((w * h * 1e10)::numeric, 1), ST_MakeEnvelope(x, y, x + w, y + h, 4326)
FROM (SELECT n, m, zone_id, lon + 0.006 * (random() - 0.5) AS x, lat + 0.006 * (random() - 0.5) AS y,
    0.00008 + 0.0001 * random() AS w, 0.00008 + 0.0001 * random() AS h
    FROM spot, generate_series(0, {buildings} - 1) m OFFSET 0) b;
INSERT INTO grid_tree (id, zone_id, common_name, height_m, crown_radius_m, location)
SELECT 'TREE-' || n, zone_id, 'Live oak', 4 + 20 * random(), 3,
    ST_SetSRID(ST_MakePoint(lon + 0.0003, lat), 4326) FROM spot WHERE n < 49000;
INSERT INTO grid_waterbody (id, water_kind, area_m2, outline)
SELECT 'WATER-' || n, 'POND', 1000, ST_Buffer(ST_SetSRID(ST_MakePoint(lon + 0.004, lat), 4326),
    0.0004 + 0.02 * power(random(), 12), 8) FROM spot WHERE n < 12700;
INSERT INTO grid_floodzone (id, zone_code, annual_chance_pct, outline)
SELECT 'FLOOD-' || n, 'AE', 1, ST_Buffer(ST_SetSRID(ST_MakePoint(lon, lat + 0.004), 4326),
    0.0006 + 0.03 * power(random(), 8), 16) FROM spot WHERE n < 4000;
INSERT INTO grid_servicearea (id, circuit_id, substation_id, zone_id, boundary, area_km2, transformer_count,
    computed_at)
SELECT circuit_id, circuit_id, substation_id, zone_id,
    ST_Multi(ST_Buffer(ST_Collect(ST_SetSRID(ST_MakePoint(lon, lat), 4326)), 0.003, 4)), 4, count(*), now()
FROM spot GROUP BY circuit_id, substation_id, zone_id;
INSERT INTO grid_outage (id, zone_id, substation_id, circuit_id, status, is_planned, source, started_at,
    customers_interrupted, customers_out, version, location)
SELECT 'OUT-' || n, zone_id, substation_id, circuit_id, 'CONFIRMED', false, 'RECORDED', now(), 50, 20, 1,
    ST_SetSRID(ST_MakePoint(lon, lat), 4326) FROM spot WHERE n % 40 = 0;
INSERT INTO grid_workorder (id, zone_id, work_type, priority, status, asset_kind, asset_id, substation_id,
    circuit_id, created_at, version, location)
SELECT 'WO-' || n, zone_id, 'REPAIR', 'HIGH', 'OPEN', 'TRANSFORMER', id, substation_id, circuit_id, now(), 1,
    ST_SetSRID(ST_MakePoint(lon, lat), 4326) FROM spot WHERE n % 30 = 0;
INSERT INTO grid_weatherobservation (id, station, observed_at, location, temperature_c)
SELECT 'S' || n || '@' || h, 'S' || n, now() - make_interval(hours => h),
    ST_SetSRID(ST_MakePoint(-96 + 0.08 * n, 29.3 + 0.05 * n), 4326), 20 + h % 10
FROM generate_series(1, 20) n, generate_series(0, 47) h;
INSERT INTO grid_synclayer (key, is_paused, source_version, table_versions, definition, row_count, reject_count,
    checksum, synced_at, confirmed_at)
SELECT key, false, 'v1', '{{}}', '', 1, 0, '1', now(), now() FROM unnest(ARRAY[{layers}]) key;
ANALYZE;
