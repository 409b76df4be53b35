-- Words for hand-written SQL: the local clock, day, month and year of a UTC moment; tables with what is asked of them.
CREATE MACRO L(moment) AS timezone('America/Chicago', timezone('UTC', moment));
CREATE MACRO D(moment) AS L(moment)::DATE;
CREATE MACRO M(moment) AS strftime(L(moment), '%Y-%m');
CREATE MACRO Y(moment) AS year(L(moment));
CREATE VIEW outages AS SELECT o.*, date_diff('second', started_at, restored_at) / 60.0 mins, substation_name, circuit_name
    FROM outage_restoration_tracker o
    LEFT JOIN substations USING (substation_id)
    LEFT JOIN circuit_metadata USING (circuit_id);
CREATE VIEW cut AS SELECT i.*, cause_code, is_planned, date_diff('second', i.started_at, i.restored_at) / 60.0 mins,
    date_diff('second', i.started_at, i.restored_at) > 300 is_sustained
    FROM outage_interruptions i
    LEFT JOIN outage_restoration_tracker o USING (outage_id);
CREATE VIEW cust AS SELECT c.*, meter_key, transformer_id, circuit_id, substation_id
    FROM customers_master_data c
    LEFT JOIN meter_infrastructure m USING (meter_id);
CREATE VIEW uses AS SELECT u.*, meter_id, transformer_id, circuit_id, substation_id, customer_class
    FROM ami_daily_usage u JOIN meter_infrastructure USING (meter_key);
CREATE VIEW xf AS SELECT x.*, circuit_name, substation_name
    FROM transformer_metadata x
    LEFT JOIN circuit_metadata USING (circuit_id)
    LEFT JOIN substations s ON s.substation_id = x.substation_id;
CREATE VIEW loads AS SELECT l.*, circuit_id, circuit_name, substation_id, substation_name, rated_kva, install_year
    FROM transformer_hourly_load l JOIN xf USING (transformer_id);
