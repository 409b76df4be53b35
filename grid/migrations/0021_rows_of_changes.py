"""Changes of tables that operators edit tell which rows they touched, if these are few.

Who keeps something made of many rows then reads anew those rows alone. Marks without rows are as before: anything
may have changed. Folding marks forgets their rows.
"""

from django.db import migrations

WATCHED_BY_ROWS = ("grid_outage", "grid_outageinterruption", "grid_workorder")
WATCHED_BY_STATEMENT = ("grid_treerisk",)
TABLES = (*WATCHED_BY_ROWS, *WATCHED_BY_STATEMENT)
MOST_ROWS = 200

NOTE = f"""
  IF cardinality(told) > 0 THEN
    INSERT INTO grid_datachange VALUES (
      TG_TABLE_NAME,
      hashtextextended(gen_random_uuid()::text, 0),
      CASE WHEN cardinality(told) <= {MOST_ROWS} THEN told END
    );
  END IF;
  RETURN NULL;
END $$;
"""
CREATE = f"""
ALTER TABLE grid_datachange ADD COLUMN row_ids text[];
CREATE FUNCTION grid_note_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told text[] := ARRAY(SELECT id FROM changed LIMIT {MOST_ROWS + 1});
BEGIN
{NOTE}
CREATE FUNCTION grid_note_updated_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told text[] := ARRAY(
    (SELECT id FROM changed LIMIT {MOST_ROWS + 1}) UNION (SELECT id FROM former LIMIT {MOST_ROWS + 1})
  );
BEGIN
{NOTE}
"""
TELL = """
CREATE TRIGGER {table}_inserted AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION grid_note_rows();
CREATE TRIGGER {table}_updated AFTER UPDATE ON {table} REFERENCING NEW TABLE AS changed OLD TABLE AS former
  FOR EACH STATEMENT EXECUTE FUNCTION grid_note_updated_rows();
CREATE TRIGGER {table}_deleted AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION grid_note_rows();
"""
EMPTIED = """
CREATE TRIGGER {table}_emptied AFTER TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION grid_note_change();
"""
FORGET = "".join(f"DROP TRIGGER {{table}}_{name} ON {{table}};" for name in ("inserted", "updated", "deleted"))
FORGET_STATEMENT = "DROP TRIGGER {table}_version ON {table};"
BY_ROWS_BEFORE = "".join(
    f"""
CREATE TRIGGER {{table}}_{name} AFTER {event} ON {{table}} REFERENCING {image} TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION grid_note_changed_rows();
"""
    for name, event, image in (
        ("inserted", "INSERT", "NEW"),
        ("updated", "UPDATE", "NEW"),
        ("deleted", "DELETE", "OLD"),
    )
)
BY_STATEMENT_BEFORE = """
DROP TRIGGER {table}_emptied ON {table};
CREATE TRIGGER {table}_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION grid_note_change();
"""


def _each(tables: tuple[str, ...], sql: str) -> str:
    return "".join(sql.format(table=table) for table in tables)


class Migration(migrations.Migration):
    """The column, the functions, and other triggers on four tables."""

    dependencies = [("grid", "0020_transformer_voltage")]

    operations = [
        migrations.RunSQL(
            CREATE
            + _each(WATCHED_BY_ROWS, FORGET)
            + _each(WATCHED_BY_STATEMENT, FORGET_STATEMENT + EMPTIED)
            + _each(TABLES, TELL),
            _each(TABLES, FORGET)
            + _each(WATCHED_BY_ROWS, BY_ROWS_BEFORE)
            + _each(WATCHED_BY_STATEMENT, BY_STATEMENT_BEFORE)
            + "DROP FUNCTION grid_note_rows(); DROP FUNCTION grid_note_updated_rows(); "
            + "ALTER TABLE grid_datachange DROP COLUMN row_ids;",
        )
    ]
