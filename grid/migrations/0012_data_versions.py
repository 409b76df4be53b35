"""A number for each table that columns are kept of, another one after every change of it.

Kept by triggers, so that it is right whoever writes: a sync, the admin, or a statement by hand. It comes from a
sequence, so that no number is given twice, not even after a change was rolled back.
"""

from django.db import migrations

TABLES = ("grid_transformer", "grid_circuit", "grid_substation", "grid_transformerload")

CREATE = """
CREATE TABLE grid_dataversion (table_name text PRIMARY KEY, version bigint NOT NULL);
CREATE SEQUENCE grid_dataversion_numbers;
CREATE FUNCTION grid_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE grid_dataversion SET version = nextval('grid_dataversion_numbers')
    WHERE table_name = TG_TABLE_NAME;
  RETURN NULL;
END $$;
"""
WATCH = """
INSERT INTO grid_dataversion VALUES ('{table}', nextval('grid_dataversion_numbers'));
CREATE TRIGGER {table}_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION grid_note_change();
"""
UNWATCH = "DROP TRIGGER {table}_version ON {table};"
DROP = "DROP FUNCTION grid_note_change(); DROP TABLE grid_dataversion; DROP SEQUENCE grid_dataversion_numbers;"


class Migration(migrations.Migration):
    """The table, the function and a trigger for each table."""

    dependencies = [("grid", "0011_topology")]

    operations = [
        migrations.RunSQL(
            CREATE + "".join(WATCH.format(table=table) for table in TABLES),
            "".join(UNWATCH.format(table=table) for table in TABLES) + DROP,
        )
    ]
