import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The life of outages: interruptions, crews, history, versions. The rows come with the next sync."""

    dependencies = [
        ('grid', '0006_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='Crew',
            fields=[
                ('id', models.CharField(help_text='Natural key, the same in both stores.', max_length=64, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=128)),
                ('kind', models.CharField(choices=[('TROUBLE', 'Trouble'), ('LINE', 'Line'), ('UNDERGROUND', 'Underground'), ('TREE', 'Tree')], max_length=16)),
                ('member_count', models.IntegerField(help_text='How many they are.')),
                ('status', models.CharField(choices=[('AVAILABLE', 'Available'), ('ASSIGNED', 'Assigned'), ('ON_SITE', 'On site'), ('OFF_SHIFT', 'Off shift')], max_length=16)),
                ('location', django.contrib.gis.db.models.fields.PointField(help_text='Where they are; null if not known.', null=True, srid=4326)),
                ('version', models.IntegerField(default=1, help_text='Rises by one with every change.')),
                ('updated_at', models.DateTimeField(help_text='When it was last changed.', null=True)),
            ],
            options={
                'ordering': ['id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OperationEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.IntegerField(help_text='The version of the row after the change.')),
                ('action', models.CharField(help_text='What was done, such as CONFIRM.', max_length=32)),
                ('from_status', models.CharField(help_text='Null: it was created.', max_length=16, null=True)),
                ('to_status', models.CharField(max_length=16)),
                ('changes', models.JSONField(default=dict, help_text='The values that changed: name: [before, after].')),
                ('actor', models.CharField(help_text='Who did it; null: the system.', max_length=150, null=True)),
                ('at', models.DateTimeField()),
                ('note', models.TextField(null=True)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='OutageInterruption',
            fields=[
                ('id', models.CharField(help_text='Outage, and transformer or meter.', max_length=136, primary_key=True, serialize=False)),
                ('customers', models.IntegerField(help_text='Active accounts interrupted.')),
                ('started_at', models.DateTimeField()),
                ('restored_at', models.DateTimeField(help_text='Null while they are out.', null=True)),
                ('updated_at', models.DateTimeField(help_text='When it was last changed.', null=True)),
            ],
            options={
                'ordering': ['id'],
                'abstract': False,
            },
        ),
        migrations.RemoveField(
            model_name='workorder',
            name='crew_id',
        ),
        migrations.AddField(
            model_name='outage',
            name='confirmed_at',
            field=models.DateTimeField(help_text='When somebody or something confirmed it.', null=True),
        ),
        migrations.AddField(
            model_name='outage',
            name='estimated_restoration_p80_at',
            field=models.DateTimeField(help_text='Restored by then with a probability of four fifths (P80).', null=True),
        ),
        migrations.AddField(
            model_name='outage',
            name='is_planned',
            field=models.BooleanField(default=False, help_text='Whether it was announced.'),
        ),
        migrations.AddField(
            model_name='outage',
            name='meter',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='outages', to='grid.meter'),
        ),
        migrations.AddField(
            model_name='outage',
            name='notes',
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name='outage',
            name='source',
            field=models.CharField(choices=[('RECORDED', 'Recorded'), ('LAST_GASP', 'Last gasp'), ('CALL', 'Call'), ('SCADA', 'Scada'), ('OPERATOR', 'Operator')], default='RECORDED', help_text='How it became known.', max_length=16),
        ),
        migrations.AddField(
            model_name='outage',
            name='version',
            field=models.IntegerField(default=1, help_text='Rises by one with every change.'),
        ),
        migrations.AddField(
            model_name='outboxevent',
            name='applied_at',
            field=models.DateTimeField(help_text='When its table in the warehouse held the row; null: waiting, or has no table.', null=True),
        ),
        migrations.AddField(
            model_name='workorder',
            name='version',
            field=models.IntegerField(default=1, help_text='Rises by one with every change.'),
        ),
        migrations.AlterField(
            model_name='outage',
            name='cause_code',
            field=models.CharField(help_text='Null: not yet known; UNKNOWN: looked for, not found.', max_length=32, null=True),
        ),
        migrations.AlterField(
            model_name='outage',
            name='estimated_restoration_at',
            field=models.DateTimeField(help_text='Restored by then with a probability of a half (P50).', null=True),
        ),
        migrations.AlterField(
            model_name='outage',
            name='restored_at',
            field=models.DateTimeField(help_text='When the last customer was supplied again.', null=True),
        ),
        migrations.AlterField(
            model_name='outage',
            name='status',
            field=models.CharField(choices=[('PREDICTED', 'Predicted'), ('CONFIRMED', 'Confirmed'), ('ASSIGNED', 'Assigned'), ('IN_PROGRESS', 'In progress'), ('RESTORED', 'Restored'), ('CANCELLED', 'Cancelled')], max_length=16),
        ),
        migrations.AlterField(
            model_name='outage',
            name='updated_at',
            field=models.DateTimeField(help_text='When it was last changed.', null=True),
        ),
        migrations.AlterField(
            model_name='workorder',
            name='priority',
            field=models.CharField(choices=[('EMERGENCY', 'Emergency'), ('HIGH', 'High'), ('MEDIUM', 'Medium'), ('LOW', 'Low')], max_length=16),
        ),
        migrations.AlterField(
            model_name='workorder',
            name='status',
            field=models.CharField(choices=[('OPEN', 'Open'), ('ASSIGNED', 'Assigned'), ('IN_PROGRESS', 'In progress'), ('ON_HOLD', 'On hold'), ('COMPLETED', 'Completed'), ('CANCELLED', 'Cancelled')], max_length=16),
        ),
        migrations.AlterField(
            model_name='workorder',
            name='updated_at',
            field=models.DateTimeField(help_text='When it was last changed.', null=True),
        ),
        migrations.AddIndex(
            model_name='outboxevent',
            index=models.Index(condition=models.Q(('applied_at__isnull', True)), fields=['kind', 'sequence'], name='outbox_unapplied'),
        ),
        migrations.AddField(
            model_name='crew',
            name='home_substation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='crews', to='grid.substation'),
        ),
        migrations.AddField(
            model_name='crew',
            name='zone',
            field=models.ForeignKey(help_text='Load zone; decides who may see the row.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='grid.zone'),
        ),
        migrations.AddField(
            model_name='outage',
            name='crew',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='outages', to='grid.crew'),
        ),
        migrations.AddField(
            model_name='workorder',
            name='crew',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='work_orders', to='grid.crew'),
        ),
        migrations.AddField(
            model_name='operationevent',
            name='crew',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='grid.crew'),
        ),
        migrations.AddField(
            model_name='operationevent',
            name='outage',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='grid.outage'),
        ),
        migrations.AddField(
            model_name='operationevent',
            name='work_order',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='grid.workorder'),
        ),
        migrations.AddField(
            model_name='outageinterruption',
            name='circuit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='interruptions', to='grid.circuit'),
        ),
        migrations.AddField(
            model_name='outageinterruption',
            name='meter',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='interruptions', to='grid.meter'),
        ),
        migrations.AddField(
            model_name='outageinterruption',
            name='outage',
            field=models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='interruptions', to='grid.outage'),
        ),
        migrations.AddField(
            model_name='outageinterruption',
            name='substation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='interruptions', to='grid.substation'),
        ),
        migrations.AddField(
            model_name='outageinterruption',
            name='transformer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='interruptions', to='grid.transformer'),
        ),
        migrations.AddField(
            model_name='outageinterruption',
            name='zone',
            field=models.ForeignKey(help_text='Load zone; decides who may see the row.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='grid.zone'),
        ),
        migrations.AddConstraint(
            model_name='operationevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('crew__isnull', True), ('outage__isnull', False), ('work_order__isnull', True)), models.Q(('crew__isnull', True), ('outage__isnull', True), ('work_order__isnull', False)), models.Q(('crew__isnull', False), ('outage__isnull', True), ('work_order__isnull', True)), _connector='OR'), name='operationevent_one_subject'),
        ),
        migrations.AddIndex(
            model_name='outageinterruption',
            index=models.Index(condition=models.Q(('restored_at__isnull', True)), fields=['transformer'], name='interruption_open'),
        ),
    ]
