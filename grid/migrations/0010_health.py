import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The health of assets, and samples of key figures. The rows come with the next sync and by the clock."""

    dependencies = [
        ('grid', '0009_live'),
    ]

    operations = [
        migrations.CreateModel(
            name='AssetHealth',
            fields=[
                ('id', models.CharField(help_text='Natural key, the same in both stores.', max_length=64, primary_key=True, serialize=False)),
                ('asset_kind', models.CharField(help_text='TRANSFORMER, POLE, CIRCUIT or SUBSTATION.', max_length=16)),
                ('as_of', models.DateTimeField(help_text='When it was assessed.')),
                ('health_index', models.FloatField(help_text='100 as new to 0 at the end of life.', null=True)),
                ('health_score', models.FloatField(help_text='0.5 as new to 10 at the end of life, by CNAIM.', null=True)),
                ('band', models.CharField(help_text='HI1 to HI5, by CNAIM.', max_length=4, null=True)),
                ('confidence_frac', models.FloatField(help_text='Share of the evidence that is known.')),
                ('failures_per_year', models.FloatField(help_text='Expected; of a single asset a probability.', null=True)),
                ('contributions', models.TextField(help_text='Points of the index by evidence, as JSON.')),
                ('reason', models.CharField(help_text='Why there is no index.', max_length=32, null=True)),
                ('circuit', models.OneToOneField(help_text='Whose it is.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='health', to='grid.circuit')),
                ('in_substation', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='healths', to='grid.substation')),
                ('on_circuit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='healths', to='grid.circuit')),
                ('pole', models.OneToOneField(help_text='Whose it is.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='health', to='grid.pole')),
                ('substation', models.OneToOneField(help_text='Whose it is.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='health', to='grid.substation')),
                ('transformer', models.OneToOneField(help_text='Whose it is.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='health', to='grid.transformer')),
                ('zone', models.ForeignKey(help_text='Load zone; decides who may see the row.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='grid.zone')),
            ],
            options={
                'verbose_name_plural': 'asset health',
                'ordering': ['health_index', 'id'],
                'abstract': False,
                'indexes': [models.Index(fields=['health_index', 'id'], name='assethealth_worst')],
            },
        ),
        migrations.CreateModel(
            name='KpiSample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('active_customers', models.IntegerField(help_text='Accounts that are active.', null=True)),
                ('customers_out', models.IntegerField(help_text='Customers of active outages not yet restored.', null=True)),
                ('crews_active', models.IntegerField(help_text='Crews assigned or on site.', null=True)),
                ('health_index_sum', models.FloatField(help_text='Of transformers and poles.', null=True)),
                ('health_count', models.IntegerField(help_text='Transformers and poles with an index.', null=True)),
                ('zone', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='grid.zone')),
            ],
            options={
                'ordering': ['-at', 'zone'],
                'constraints': [models.UniqueConstraint(fields=('at', 'zone'), name='kpisample_once')],
            },
        ),
    ]
