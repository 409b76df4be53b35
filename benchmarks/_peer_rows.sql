-- Synthetic rows for graphql_peers.py: 66,000 transformers on 1,000 circuits of 250 substations in 4 zones, one
-- meter each, a load for nine of ten. The same every time: no random numbers.
TRUNCATE grid_zone, grid_substation, grid_circuit, grid_linesection, grid_transformer, grid_transformerload,
  grid_meter, grid_customer, grid_outage, grid_workorder, grid_pole, grid_switch, grid_bus, grid_branch,
  grid_plant, grid_synclayer CASCADE;
INSERT INTO grid_zone (id, name, state, interconnect, time_zone)
  SELECT 'ZONE-' || n, 'Zone ' || n, 'Texas', 'Texas', 'America/Chicago' FROM generate_series(1, 4) n;
INSERT INTO grid_substation (id, zone_id, name, location, interconnect, max_kv, min_kv, capacity_mva, load_mw,
    generation_capacity_mw, status)
  SELECT 'SUB-' || n, 'ZONE-' || (1 + n % 4), 'Substation ' || n,
    ST_SetSRID(ST_MakePoint(-95.8 + (n % 25) * 0.04, 29.3 + (n / 25) * 0.08), 4326), 'Texas', 138, 13.8, 100,
    20 + (n * 37 % 600) / 10.0, 0, 'OPERATIONAL'
  FROM generate_series(1, 250) n;
INSERT INTO grid_circuit (id, zone_id, name, substation_id, voltage_kv, conductor_type, rated_a, rated_mva,
    length_km, peak_load_mw, transformer_count, customer_count, status)
  SELECT 'CKT-' || n, 'ZONE-' || (1 + (1 + (n - 1) / 4) % 4), 'Circuit ' || n, 'SUB-' || (1 + (n - 1) / 4), 12.47,
    '336 ACSR', 530, 11.4, 5 + (n * 13 % 200) / 10.0, (n * 7 % 110) / 10.0, 66, 66, 'ENERGIZED'
  FROM generate_series(1, 1000) n;
INSERT INTO grid_linesection (id, zone_id, circuit_id, from_node, to_node, line_class, phases, conductor_type,
    rated_a, length_m, is_underground, route)
  SELECT 'LINE-' || n, c.zone_id, c.id, 'N-' || n || '-0', 'N-' || n || '-1', 'BACKBONE', 'ABC', '336 ACSR', 530,
    1000, false, ST_MakeLine(s.location, ST_Translate(s.location, 0.01, 0.01))
  FROM generate_series(1, 1000) n JOIN grid_circuit c ON c.id = 'CKT-' || n
    JOIN grid_substation s ON s.id = c.substation_id;
INSERT INTO grid_transformer (id, zone_id, name, circuit_id, substation_id, line_id, node, location, rated_kva,
    phases, primary_kv, secondary_kv, install_year, customer_count, peak_load_kva, peak_loading_pct)
  SELECT 'XFMR-' || n, c.zone_id, 'Transformer ' || n, c.id, c.substation_id, 'LINE-' || (1 + (n - 1) / 66),
    'N-' || n, ST_Translate(s.location, (n * 7919 % 1000) / 25000.0, (n::bigint * 104729 % 1000) / 25000.0),
    (ARRAY[15, 25, 50, 75, 100])[1 + n % 5], 'A', 7.2, 0.24, CASE WHEN n % 7 > 0 THEN 1960 + n % 60 END, 1 + n % 12,
    (n * 31 % 1200) / 10.0, (n * 7907 % 13000) / 100.0
  FROM generate_series(1, 66000) n JOIN grid_circuit c ON c.id = 'CKT-' || (1 + (n - 1) / 66)
    JOIN grid_substation s ON s.id = c.substation_id;
INSERT INTO grid_transformerload (id, transformer_id, load_hour, energy_kwh, load_kva, loading_pct, meter_count,
    coverage_pct)
  SELECT 'XFMR-' || n, 'XFMR-' || n, '2026-07-01 18:00+00', (n * 13 % 700) / 10.0, (n * 13 % 700) / 9.0,
    (n * 7919 % 12000) / 100.0, 1, 100
  FROM generate_series(1, 66000) n WHERE n % 10 > 0;
INSERT INTO grid_meter (id, zone_id, meter_key, transformer_id, circuit_id, substation_id, location, customer_class,
    phases, status)
  SELECT 'MTR-' || substr(id, 6), zone_id, substr(id, 6)::int, id, circuit_id, substation_id, location, 'RESIDENTIAL',
    'A', 'ACTIVE' FROM grid_transformer;
