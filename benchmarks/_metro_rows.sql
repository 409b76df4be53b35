-- Rows in the size and shape of a metropolitan grid: 230 substations with 920 circuits, each a random tree of
-- line sections with transformers and poles along it, meters around their transformers, customers at their meters.
SELECT setseed(0.42);
SET LOCAL statement_timeout = 0;
-- The rows refer to each other rightly; to check that three million times over takes longer than to make them.
DO $$
DECLARE each record;
BEGIN
    FOR each IN SELECT conrelid::regclass AS of_table, conname FROM pg_constraint
        WHERE contype = 'f' AND conrelid::regclass::text LIKE 'grid\_%'
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', each.of_table, each.conname);
    END LOOP;
END $$;
INSERT INTO grid_zone (id, name, interconnect) VALUES ('ZONE-1', 'Coast', 'Texas');
INSERT INTO grid_substation (id, name, zone_id, location, interconnect, load_mw, generation_capacity_mw, status)
SELECT 'SUB-' || n, 'Substation ' || n, 'ZONE-1',
    ST_SetSRID(ST_MakePoint(-96.1 + 1.5 * random(), 29.1 + 1.3 * random()), 4326), 'Texas', 100, 0, 'OPERATIONAL'
FROM generate_series(1, 230) n;
INSERT INTO grid_circuit (id, name, zone_id, substation_id, voltage_kv, conductor_type, rated_a, rated_mva, length_km,
    peak_load_mw, transformer_count, customer_count, status)
SELECT 'CKT-' || n, 'Circuit ' || n, 'ZONE-1', 'SUB-' || ((n - 1) / 4 + 1), 12.47, '477 ACSR', 600, 12.96, 20, 6, 100, 745,
    'ENERGIZED'
FROM generate_series(1, 920) n;

-- Sections: number k of its circuit hangs on a random one among the twelve before it; the first at the substation.
-- They lie about the substation, the denser the nearer; only their nodes say what is connected.
CREATE TEMP TABLE section AS
SELECT c, k, greatest(0, k - 1 - floor(random() * 12)::int) AS hangs_on, length_m, lon, lat,
    lon + length_m * sin(bearing) / 96500 AS end_lon, lat + length_m * cos(bearing) / 110900 AS end_lat
FROM (
    SELECT c, k, random() * 2 * pi() AS bearing, 30 + 90 * random() AS length_m,
        ST_X(u.location) + 0.05 * (random() + random() + random() - 1.5) AS lon,
        ST_Y(u.location) + 0.05 * (random() + random() + random() - 1.5) AS lat
    FROM generate_series(1, 920) c JOIN grid_substation u ON u.id = 'SUB-' || ((c - 1) / 4 + 1), generate_series(1, 174) k
) AS placed;
INSERT INTO grid_linesection (id, zone_id, circuit_id, parent_line, from_node, to_node, line_class, phases,
    conductor_type, rated_a, length_m, is_underground, route)
SELECT 'LINE-' || c || '-' || k, 'ZONE-1', 'CKT-' || c, NULL, 'N-' || c || '-' || hangs_on, 'N-' || c || '-' || k, 'LATERAL',
    'ABC', '1/0 ACSR', 230, length_m, false,
    ST_SetSRID(ST_MakeLine(ST_MakePoint(lon, lat), ST_MakePoint(end_lon, end_lat)), 4326)
FROM section;
INSERT INTO grid_switch (id, zone_id, kind, circuit_id, from_node, to_node, is_normally_open, rated_a, location)
SELECT 'SW-' || c, 'ZONE-1', 'BREAKER', 'CKT-' || c, g.substation_id, 'N-' || c || '-0', false, 630, u.location
FROM generate_series(1, 920) c JOIN grid_circuit g ON g.id = 'CKT-' || c JOIN grid_substation u ON u.id = g.substation_id;
INSERT INTO grid_transformer (id, name, zone_id, circuit_id, substation_id, line_id, node, location, rated_kva, phases,
    primary_kv, secondary_kv, install_year, customer_count, peak_load_kva, peak_loading_pct)
SELECT 'XFMR-' || c || '-' || k, 'Transformer ' || c || '-' || k, 'ZONE-1', 'CKT-' || c, 'SUB-' || ((c - 1) / 4 + 1),
    'LINE-' || c || '-' || k, 'N-' || c || '-' || k, ST_SetSRID(ST_MakePoint(end_lon, end_lat), 4326), 50, 'A', 7.2, 0.24,
    1970 + (random() * 50)::int, 7, 40, 20 + 100 * random()
FROM section WHERE k > 74;
INSERT INTO grid_transformerload (id, transformer_id, load_hour, energy_kwh, load_kva, loading_pct, meter_count)
SELECT id, id, '2026-07-01 20:00Z', 20, 22, 30 + 75 * random(), 7 FROM grid_transformer;
INSERT INTO grid_transformervoltage (id, zone_id, transformer_id, first_day, last_day, day_count, meter_count,
    reading_count, judged_count, below_b_count, b_low_count, in_a_count, b_high_count, above_b_count, outside_a_pct,
    outside_b_pct)
SELECT id, 'ZONE-1', id, '2026-06-25', '2026-07-01', 7, 7, 4704, 4704, low, low, 4704 - 2 * low, 0, 0, 200 * low / 4704.0,
    100 * low / 4704.0
FROM (SELECT id, floor(50 * random())::int AS low FROM grid_transformer) AS weeks;
INSERT INTO grid_pole (id, zone_id, circuit_id, substation_id, line_id, location, height_m, pole_class, material,
    install_year)
SELECT 'POLE-' || c || '-' || k, 'ZONE-1', 'CKT-' || c, 'SUB-' || ((c - 1) / 4 + 1), 'LINE-' || c || '-' || k,
    ST_SetSRID(ST_MakePoint(lon, lat), 4326), 12, '4', 'WOOD', 1990
FROM section WHERE k <= 68;
INSERT INTO grid_meter (id, meter_key, zone_id, transformer_id, circuit_id, substation_id, location, customer_class,
    phases, status)
SELECT 'MTR-' || row_number() OVER (), row_number() OVER (), 'ZONE-1', t.id, t.circuit_id, t.substation_id,
    ST_SetSRID(ST_MakePoint(ST_X(t.location) + 0.0006 * (random() - 0.5), ST_Y(t.location) + 0.0006 * (random() - 0.5)), 4326),
    'RESIDENTIAL', 'A', 'ACTIVE'
FROM grid_transformer t, generate_series(1, 7) n WHERE n < 7 OR abs(hashtext(t.id)) % 100 < 55;
INSERT INTO grid_customer (id, zone_id, meter_id, full_name, service_address, customer_class, critical_kind,
    account_status)
SELECT 'CUST-' || row_number() OVER (), 'ZONE-1', m.id, 'Juniper Sample', '1 Willow Lane', 'RESIDENTIAL',
    CASE WHEN random() < 0.002 THEN 'HOSPITAL' END, CASE WHEN random() < 0.03 THEN 'CLOSED' ELSE 'ACTIVE' END
FROM grid_meter m, generate_series(1, 2) n WHERE n = 1 OR abs(hashtext(m.id)) % 100 < 15;
INSERT INTO grid_building (id, zone_id, footprint_m2, outline)
SELECT 'BLD-' || m.id, 'ZONE-1', 100, ST_Expand(ST_Translate(m.location, 0.00005, 0), 0.00005)
FROM grid_meter m;
INSERT INTO grid_servicearea (id, zone_id, circuit_id, substation_id, boundary, area_km2, transformer_count, computed_at)
SELECT circuit_id, 'ZONE-1', circuit_id, min(substation_id), ST_Multi(ST_ConvexHull(ST_Collect(location))), 1, count(*),
    now()
FROM grid_transformer GROUP BY circuit_id;
INSERT INTO grid_tree (id, zone_id, height_m, location)
SELECT 'TREE-' || n, 'ZONE-1', 4 + 20 * random(),
    ST_SetSRID(ST_MakePoint(-96.1 + 1.5 * random(), 29.1 + 1.3 * random()), 4326)
FROM generate_series(1, 49000) n;
INSERT INTO grid_treerisk (id, zone_id, location, is_route_approximate, growth_basis, is_stale, fingerprint,
    customer_minutes_per_year)
SELECT id, 'ZONE-1', location, false, 'SPECIES', false, '', 10 * random() FROM grid_tree;
INSERT INTO grid_assethealth (id, zone_id, asset_kind, as_of, health_index, confidence_frac, contributions, circuit_id,
    in_substation_id, on_circuit_id, transformer_id)
SELECT id, 'ZONE-1', 'TRANSFORMER', now(), 100 * random(), 0.8, '[]', NULL, substation_id, circuit_id, id
FROM grid_transformer;
INSERT INTO grid_outage (id, zone_id, status, started_at, customers_interrupted, customers_out, location, circuit_id,
    substation_id, is_planned, source, version)
SELECT 'OUT-' || n, 'ZONE-1', CASE WHEN n <= 300 THEN 'CONFIRMED' ELSE 'RESTORED' END, now(), 20, 20, t.location,
    t.circuit_id, t.substation_id, false, 'SYNC', 1
FROM generate_series(1, 20000) n JOIN grid_transformer t ON t.id = 'XFMR-' || (n % 920 + 1) || '-' || (n % 100 + 75);
INSERT INTO grid_outageinterruption (id, zone_id, customers, started_at, restored_at, circuit_id, outage_id,
    substation_id, transformer_id)
SELECT 'INT-' || o.id || '-' || n, 'ZONE-1', 7, now(), CASE WHEN o.status = 'RESTORED' THEN now() END, o.circuit_id, o.id,
    o.substation_id, replace(o.circuit_id, 'CKT', 'XFMR') || '-' || (80 + n)
FROM grid_outage o, generate_series(1, 3) n;
