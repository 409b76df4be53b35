"""Give a new installation the rates that the risk rests on."""

from typing import Any

from django.db import migrations

from cascade.engine.risk_now.assumptions import install


def create(apps: Any, schema_editor: Any) -> None:
    """Create the rows that are not there."""
    using = schema_editor.connection.alias
    install(apps.get_model("cascade", "RiskAssumption").objects.using(using))


class Migration(migrations.Migration):
    """Data only; going back leaves the rows, which go with their table."""

    dependencies = [("cascade", "0008_risk_now")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
