"""Give a new installation its damage functions, repair times, thresholds and assumptions."""

from typing import Any

from django.db import migrations

from cascade.engine.decisions.defaults import install


def create(apps: Any, schema_editor: Any) -> None:
    """Create the rows that are not there."""
    using = schema_editor.connection.alias

    def rows(name: str) -> Any:
        return apps.get_model("cascade", name).objects.using(using)

    install(
        damage_table=rows("DamageTable"),
        damage_function=rows("DamageFunction"),
        cost_assumptions=rows("CostAssumptions"),
        repair_time=rows("RepairTime"),
        threshold=rows("SeverityThreshold"),
    )


class Migration(migrations.Migration):
    """Data only; going back leaves the rows, which go with their tables."""

    dependencies = [("cascade", "0003_decisions")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
