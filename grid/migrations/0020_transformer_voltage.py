"""The voltages at transformers; its changes are noted, since heatmaps are kept by the versions of tables."""

import django.db.models.deletion
from django.db import migrations, models

WATCH = """
INSERT INTO grid_datachange VALUES
  ('grid_transformervoltage', hashtextextended(gen_random_uuid()::text, 0));
CREATE TRIGGER grid_transformervoltage_version
  AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON grid_transformervoltage
  FOR EACH STATEMENT EXECUTE FUNCTION grid_note_change();
"""
UNWATCH = "DELETE FROM grid_datachange WHERE table_name = 'grid_transformervoltage';"


class Migration(migrations.Migration):
    """The table, and the trigger that notes its changes."""

    dependencies = [
        ('grid', '0019_vegetation_and_ratings'),
    ]

    operations = [
        migrations.CreateModel(
            name='TransformerVoltage',
            fields=[
                ('id', models.CharField(help_text='Natural key, the same in both stores.', max_length=64, primary_key=True, serialize=False)),
                ('first_day', models.DateField(help_text='First local day of the week with readings of it.')),
                ('last_day', models.DateField(help_text='Last local day of the week with readings of it.')),
                ('day_count', models.IntegerField(help_text='Local days of the week with readings of it.')),
                ('meter_count', models.IntegerField(help_text='The most meters that had readings on one of the days.')),
                ('reading_count', models.IntegerField(help_text='Readings of its meters.')),
                ('judged_count', models.IntegerField(help_text='Of those, how many have a voltage and a nominal voltage.')),
                ('below_b_count', models.IntegerField(help_text='Below range B.', null=True)),
                ('b_low_count', models.IntegerField(help_text='In range B, below range A.', null=True)),
                ('in_a_count', models.IntegerField(help_text='In range A.', null=True)),
                ('b_high_count', models.IntegerField(help_text='In range B, above range A.', null=True)),
                ('above_b_count', models.IntegerField(help_text='Above range B.', null=True)),
                ('outside_a_pct', models.FloatField(help_text='Share of the judged readings outside range A, %; null: none was judged.', null=True)),
                ('outside_b_pct', models.FloatField(help_text='Share of the judged readings outside range B, %; null: none was judged.', null=True)),
                ('transformer', models.OneToOneField(help_text='Its transformer.', on_delete=django.db.models.deletion.DO_NOTHING, related_name='service_voltage', to='grid.transformer')),
                ('zone', models.ForeignKey(help_text='Load zone; decides who may see the row.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='grid.zone')),
            ],
            options={
                'ordering': ['id'],
                'abstract': False,
            },
        ),
        migrations.RunSQL(WATCH, UNWATCH),
    ]
