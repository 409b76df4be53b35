"""Marks that tell whether a table has changed, written without waiting for each other.

Each statement that changes a watched table adds a row with a mark of its own, in its own transaction, so that the
mark is seen when the change is, and never without it. The version of a table is the XOR of its marks: it is
another one after every change, whatever the order in which transactions end, and marks may be folded together
without changing it. Nothing is updated, so two transactions that change the same tables in opposite order never
wait for each other here; the numbers that the migration 0012 kept were one row for each table, which they did.

A mark is 64 random bits: none comes twice, not after a change was rolled back, nor in a database that was made anew
or restored from a copy while caches outside it remember the old one. That two versions are the same by chance is
one in 2**64.
"""

from django.db import migrations

WATCHED_BEFORE = ("grid_transformer", "grid_circuit", "grid_substation", "grid_transformerload")
BY_STATEMENT = (
    "grid_meter",
    "grid_customer",
    "grid_pole",
    "grid_tree",
    "grid_treerisk",
    "grid_assethealth",
)
BY_ROWS = ("grid_outage", "grid_outageinterruption", "grid_workorder", "grid_crew", "grid_circuitstatus")
"""Small tables that are often written without a change; a statement that touches no row leaves no mark."""

CREATE = """
CREATE TABLE grid_datachange (table_name text NOT NULL, mark bigint NOT NULL);
CREATE INDEX grid_datachange_table ON grid_datachange (table_name) INCLUDE (mark);
CREATE OR REPLACE FUNCTION grid_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO grid_datachange VALUES
    (TG_TABLE_NAME, hashtextextended(gen_random_uuid()::text, 0));
  RETURN NULL;
END $$;
CREATE FUNCTION grid_note_changed_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM changed) THEN
    INSERT INTO grid_datachange VALUES
      (TG_TABLE_NAME, hashtextextended(gen_random_uuid()::text, 0));
  END IF;
  RETURN NULL;
END $$;
DROP TABLE grid_dataversion;
DROP SEQUENCE grid_dataversion_numbers;
"""
BEGIN = """
INSERT INTO grid_datachange VALUES
  ('{table}', hashtextextended(gen_random_uuid()::text, 0));
"""
WATCH = """
CREATE TRIGGER {table}_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION grid_note_change();
"""
WATCH_ROWS = "".join(
    f"""
CREATE TRIGGER {{table}}_{name} AFTER {event} ON {{table}} REFERENCING {image} TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION grid_note_changed_rows();
"""
    for name, event, image in (
        ("inserted", "INSERT", "NEW"),
        ("updated", "UPDATE", "NEW"),
        ("deleted", "DELETE", "OLD"),
    )
) + """
CREATE TRIGGER {table}_emptied AFTER TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION grid_note_change();
"""
UNWATCH = "DROP TRIGGER {table}_version ON {table};"
UNWATCH_ROWS = "".join(
    f"DROP TRIGGER {{table}}_{name} ON {{table}};" for name in ("inserted", "updated", "deleted", "emptied")
)
RESTORE = """
CREATE SEQUENCE grid_dataversion_numbers;
CREATE TABLE grid_dataversion (table_name text PRIMARY KEY, version bigint NOT NULL);
CREATE OR REPLACE FUNCTION grid_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE grid_dataversion SET version = nextval('grid_dataversion_numbers')
    WHERE table_name = TG_TABLE_NAME;
  RETURN NULL;
END $$;
DROP FUNCTION grid_note_changed_rows();
DROP TABLE grid_datachange;
"""
RESTORE_VERSION = "INSERT INTO grid_dataversion VALUES ('{table}', nextval('grid_dataversion_numbers'));"


class Migration(migrations.Migration):
    """The table, the function anew, and a trigger for each table that had none."""

    dependencies = [("grid", "0017_vegetation")]

    operations = [
        migrations.RunSQL(
            CREATE
            + "".join(BEGIN.format(table=table) for table in (*WATCHED_BEFORE, *BY_STATEMENT, *BY_ROWS))
            + "".join(WATCH.format(table=table) for table in BY_STATEMENT)
            + "".join(WATCH_ROWS.format(table=table) for table in BY_ROWS),
            "".join(UNWATCH.format(table=table) for table in BY_STATEMENT)
            + "".join(UNWATCH_ROWS.format(table=table) for table in BY_ROWS)
            + RESTORE
            + "".join(RESTORE_VERSION.format(table=table) for table in WATCHED_BEFORE),
        )
    ]
