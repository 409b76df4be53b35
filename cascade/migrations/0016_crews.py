"""Which crew does a kind of repair; studies of where crews wait."""

from django.db import migrations, models

CREWS = ("TROUBLE", "LINE", "UNDERGROUND", "TREE", "SUBSTATION")
STUDIES = ("RESTORATION", "MITIGATION", "INVESTMENT", "EXPLANATION", "STAGING")


class Migration(migrations.Migration):
    """Schema only."""

    dependencies = [("cascade", "0015_run_forecasts")]

    operations = [
        migrations.AddField(
            model_name="repairtime",
            name="crew_kind",
            field=models.CharField(
                blank=True,
                choices=[(kind, kind) for kind in CREWS],
                default="",
                help_text="What a crew must be equipped for to do it; empty: any crew does.",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="decisionstudy",
            name="kind",
            field=models.CharField(choices=[(kind, kind) for kind in STUDIES], max_length=16),
        ),
    ]
