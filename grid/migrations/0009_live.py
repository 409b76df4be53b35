import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The state of circuits and substations, and service areas. All are computed from other rows."""

    dependencies = [
        ('grid', '0008_stream'),
    ]

    operations = [
        migrations.CreateModel(
            name='CircuitStatus',
            fields=[
                ('id', models.CharField(help_text='Natural key, the same in both stores.', max_length=64, primary_key=True, serialize=False)),
                ('status', models.CharField(choices=[('ENERGIZED', 'Energized'), ('PARTIAL_OUTAGE', 'Partial outage'), ('OUTAGE', 'Outage')], help_text='Whether customers are supplied.', max_length=16)),
                ('load_class', models.CharField(choices=[('NORMAL', 'Normal'), ('WARNING', 'Warning'), ('CRITICAL', 'Critical'), ('UNKNOWN', 'Unknown')], help_text='WARNING from 70 % of the rating, CRITICAL above 85 %.', max_length=16)),
                ('active_outages', models.IntegerField(help_text='Outages neither restored nor cancelled.')),
                ('customers', models.IntegerField(help_text='Active accounts.')),
                ('customers_out', models.IntegerField(help_text='Of those, how many active outages leave without supply.')),
                ('outage_started_at', models.DateTimeField(help_text='When the oldest active outage began.', null=True)),
                ('estimated_restoration_at', models.DateTimeField(help_text='When the last active outage is estimated to end; null: none, or not estimated.', null=True)),
                ('load_hour', models.DateTimeField(help_text='Start of the hour of the load; null: unknown.', null=True)),
                ('load_mw', models.FloatField(help_text='Metered energy of its transformers in that hour, MW.', null=True)),
                ('load_mva', models.FloatField(help_text='Sum of their mean apparent powers, MVA.', null=True)),
                ('loading_pct', models.FloatField(help_text='Load over rating, %.', null=True)),
                ('load_coverage_pct', models.FloatField(help_text="Metered share of all its meters' time, %; below 100 the load is a lower bound.", null=True)),
                ('meter_count', models.IntegerField(help_text='Its meters.')),
                ('transformer_count', models.IntegerField(help_text='Its transformers.')),
                ('transformers_with_load', models.IntegerField(help_text='Of those, how many have a load in that hour.')),
                ('overloaded_transformers', models.IntegerField(help_text='Of those, how many are loaded above their rating.')),
                ('updated_at', models.DateTimeField(help_text='When it last changed.', null=True)),
                ('worst_loading_pct', models.FloatField(help_text='Its loading, %.', null=True)),
            ],
            options={
                'verbose_name_plural': 'circuit statuses',
                'ordering': ['id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ServiceArea',
            fields=[
                ('id', models.CharField(help_text='Natural key, the same in both stores.', max_length=64, primary_key=True, serialize=False)),
                ('boundary', django.contrib.gis.db.models.fields.MultiPolygonField(srid=4326)),
                ('area_km2', models.FloatField(help_text='Its area on the ellipsoid, km².')),
                ('transformer_count', models.IntegerField(help_text='Transformers it was drawn around.')),
                ('computed_at', models.DateTimeField(help_text='When it was drawn.')),
            ],
            options={
                'ordering': ['id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SubstationStatus',
            fields=[
                ('id', models.CharField(help_text='Natural key, the same in both stores.', max_length=64, primary_key=True, serialize=False)),
                ('status', models.CharField(choices=[('ENERGIZED', 'Energized'), ('PARTIAL_OUTAGE', 'Partial outage'), ('OUTAGE', 'Outage')], help_text='Whether customers are supplied.', max_length=16)),
                ('load_class', models.CharField(choices=[('NORMAL', 'Normal'), ('WARNING', 'Warning'), ('CRITICAL', 'Critical'), ('UNKNOWN', 'Unknown')], help_text='WARNING from 70 % of the rating, CRITICAL above 85 %.', max_length=16)),
                ('active_outages', models.IntegerField(help_text='Outages neither restored nor cancelled.')),
                ('customers', models.IntegerField(help_text='Active accounts.')),
                ('customers_out', models.IntegerField(help_text='Of those, how many active outages leave without supply.')),
                ('outage_started_at', models.DateTimeField(help_text='When the oldest active outage began.', null=True)),
                ('estimated_restoration_at', models.DateTimeField(help_text='When the last active outage is estimated to end; null: none, or not estimated.', null=True)),
                ('load_hour', models.DateTimeField(help_text='Start of the hour of the load; null: unknown.', null=True)),
                ('load_mw', models.FloatField(help_text='Metered energy of its transformers in that hour, MW.', null=True)),
                ('load_mva', models.FloatField(help_text='Sum of their mean apparent powers, MVA.', null=True)),
                ('loading_pct', models.FloatField(help_text='Load over rating, %.', null=True)),
                ('load_coverage_pct', models.FloatField(help_text="Metered share of all its meters' time, %; below 100 the load is a lower bound.", null=True)),
                ('meter_count', models.IntegerField(help_text='Its meters.')),
                ('transformer_count', models.IntegerField(help_text='Its transformers.')),
                ('transformers_with_load', models.IntegerField(help_text='Of those, how many have a load in that hour.')),
                ('overloaded_transformers', models.IntegerField(help_text='Of those, how many are loaded above their rating.')),
                ('updated_at', models.DateTimeField(help_text='When it last changed.', null=True)),
                ('circuit_count', models.IntegerField(help_text='Its circuits.')),
                ('circuits_out', models.IntegerField(help_text='Of those, how many have an active outage.')),
                ('warning_circuits', models.IntegerField(help_text='Circuits loaded from 70 to 85 %.')),
                ('critical_circuits', models.IntegerField(help_text='Circuits loaded above 85 %.')),
                ('worst_loading_pct', models.FloatField(help_text='Its loading, %.', null=True)),
            ],
            options={
                'verbose_name_plural': 'substation statuses',
                'ordering': ['id'],
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='transformerload',
            index=models.Index(fields=['-load_hour'], name='transformer_load_hour'),
        ),
        migrations.AddField(
            model_name='circuitstatus',
            name='circuit',
            field=models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='operating_status', to='grid.circuit'),
        ),
        migrations.AddField(
            model_name='circuitstatus',
            name='substation',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='circuit_statuses', to='grid.substation'),
        ),
        migrations.AddField(
            model_name='circuitstatus',
            name='worst_transformer',
            field=models.ForeignKey(db_constraint=False, help_text='The one loaded most in that hour.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='grid.transformer'),
        ),
        migrations.AddField(
            model_name='circuitstatus',
            name='zone',
            field=models.ForeignKey(db_constraint=False, help_text='Load zone; decides who may see the row.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='grid.zone'),
        ),
        migrations.AddField(
            model_name='servicearea',
            name='circuit',
            field=models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='service_area', to='grid.circuit'),
        ),
        migrations.AddField(
            model_name='servicearea',
            name='substation',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='service_areas', to='grid.substation'),
        ),
        migrations.AddField(
            model_name='servicearea',
            name='zone',
            field=models.ForeignKey(db_constraint=False, help_text='Load zone; decides who may see the row.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='grid.zone'),
        ),
        migrations.AddField(
            model_name='substationstatus',
            name='substation',
            field=models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='operating_status', to='grid.substation'),
        ),
        migrations.AddField(
            model_name='substationstatus',
            name='worst_circuit',
            field=models.ForeignKey(db_constraint=False, help_text='The circuit loaded most.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='grid.circuit'),
        ),
        migrations.AddField(
            model_name='substationstatus',
            name='zone',
            field=models.ForeignKey(db_constraint=False, help_text='Load zone; decides who may see the row.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='grid.zone'),
        ),
    ]
