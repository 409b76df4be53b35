"""Say which crew does each kind of repair that came with the product."""

from typing import Any

from django.db import migrations

from cascade.engine.decisions.defaults import REPAIR_CREWS


def name_crews(apps: Any, schema_editor: Any) -> None:
    """Fill in the crews that nobody has named."""
    rows = apps.get_model("cascade", "RepairTime").objects.using(schema_editor.connection.alias)
    for kind, crew_kind in REPAIR_CREWS.items():
        rows.filter(kind=kind, crew_kind="").update(crew_kind=crew_kind)


class Migration(migrations.Migration):
    """Data only; going back leaves the rows, whose column goes with the migration before."""

    dependencies = [("cascade", "0016_crews")]

    operations = [migrations.RunPython(name_crews, migrations.RunPython.noop)]
