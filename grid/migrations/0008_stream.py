import django.db.models.deletion
from django.db import migrations, models


# Django makes no partitioned tables. Partitions of an hour are made by the consumer and by a schedule.
# The widest columns stand first, so that none is padded.
REALTIME = """
CREATE TABLE ami_realtime (
    reading_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    interval_minutes smallint NOT NULL,
    meter_id varchar(64) NOT NULL,
    usage_kwh numeric(12, 4) NOT NULL,
    voltage_v numeric(7, 2),
    quality varchar(16) NOT NULL,
    PRIMARY KEY (meter_id, reading_at)
) PARTITION BY RANGE (reading_at)
"""


class Migration(migrations.Migration):
    """Tables of the stream."""

    dependencies = [
        ('grid', '0007_outages'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='RealtimeReading',
                    fields=[
                        ('pk', models.CompositePrimaryKey('meter_id', 'reading_at', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('meter_id', models.CharField(max_length=64)),
                        ('reading_at', models.DateTimeField(help_text='Start of the interval.')),
                        ('interval_minutes', models.SmallIntegerField()),
                        ('usage_kwh', models.DecimalField(decimal_places=4, help_text='Energy in the interval, kWh.', max_digits=12)),
                        ('voltage_v', models.DecimalField(decimal_places=2, help_text='Null if not measured or without supply, V.', max_digits=7, null=True)),
                        ('quality', models.CharField(choices=[('ACTUAL', 'ACTUAL'), ('ESTIMATED', 'ESTIMATED'), ('OUTAGE', 'OUTAGE')], max_length=16)),
                        ('received_at', models.DateTimeField(help_text='When it was written here.')),
                    ],
                    options={
                        'db_table': 'ami_realtime',
                        'ordering': ['meter_id', '-reading_at'],
                    },
                ),
            ],
            database_operations=[migrations.RunSQL(REALTIME, 'DROP TABLE ami_realtime')],
        ),
        migrations.CreateModel(
            name='StreamConsumer',
            fields=[
                ('name', models.CharField(max_length=128, primary_key=True, serialize=False)),
                ('stream', models.CharField(choices=[('readings', 'readings'), ('events', 'events')], max_length=16)),
                ('started_at', models.DateTimeField()),
                ('beat_at', models.DateTimeField(help_text='When it last told of itself.')),
                ('landed_count', models.BigIntegerField(default=0, help_text='Records written since it started.')),
                ('dead_count', models.BigIntegerField(default=0, help_text='Messages refused since it started.')),
                ('rate_per_s', models.FloatField(help_text='Records a second, lately.', null=True)),
                ('last_record_at', models.DateTimeField(help_text='Newest moment of a record it wrote.', null=True)),
                ('last_error', models.TextField(blank=True, help_text='What holds it up now.')),
            ],
            options={
                'ordering': ['stream', 'name'],
            },
        ),
        migrations.CreateModel(
            name='StreamPending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stream', models.CharField(choices=[('readings', 'readings'), ('events', 'events')], max_length=16)),
                ('row_count', models.IntegerField()),
                ('rows', models.BinaryField(help_text="Arrow, compressed; the columns of the warehouse's table.")),
                ('landed_at', models.DateTimeField()),
                ('batch_id', models.CharField(blank=True, help_text='The delivery it belongs to.', max_length=64)),
                ('last_error', models.TextField(blank=True)),
            ],
            options={
                'verbose_name_plural': 'stream pending',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='StreamDeadLetter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stream', models.CharField(choices=[('readings', 'readings'), ('events', 'events')], max_length=16)),
                ('digest', models.CharField(help_text='SHA-256 of the message.', max_length=64)),
                ('message_id', models.CharField(help_text='Where it stood in the stream the last time.', max_length=64)),
                ('code', models.CharField(help_text='Why, for programs.', max_length=32)),
                ('reason', models.TextField(help_text='Why, for people.')),
                ('body', models.BinaryField(help_text='The message as it came.')),
                ('seen_count', models.IntegerField(default=1, help_text='How often it came.')),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-last_at', '-id'],
                'permissions': [('replay_streamdeadletter', 'Can send dead letters to their stream again')],
                'indexes': [models.Index(fields=['last_at'], name='streamdeadletter_last')],
                'constraints': [models.UniqueConstraint(fields=('stream', 'digest'), name='streamdeadletter_once')],
            },
        ),
        migrations.CreateModel(
            name='DeviceEvent',
            fields=[
                ('event_id', models.CharField(help_text='Given by the sender.', max_length=64, primary_key=True, serialize=False)),
                ('device_kind', models.CharField(choices=[('METER', 'METER'), ('TRANSFORMER', 'TRANSFORMER'), ('SWITCH', 'SWITCH')], max_length=16)),
                ('device_id', models.CharField(max_length=64)),
                ('event_kind', models.CharField(choices=[('LAST_GASP', 'LAST_GASP'), ('POWER_RESTORED', 'POWER_RESTORED'), ('OPENED', 'OPENED'), ('CLOSED', 'CLOSED'), ('VOLTAGE_ALARM', 'VOLTAGE_ALARM')], max_length=16)),
                ('occurred_at', models.DateTimeField(help_text="By the device's clock.")),
                ('received_at', models.DateTimeField(help_text='When it was written here.')),
                ('detail', models.JSONField(help_text='What else the sender said.', null=True)),
                ('zone', models.ForeignKey(db_constraint=False, db_index=False, help_text='Load zone of the device when the event came; decides who may see the row.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='grid.zone')),
            ],
            options={
                'ordering': ['-occurred_at', 'event_id'],
                'indexes': [models.Index(fields=['occurred_at'], name='deviceevent_occurred'), models.Index(fields=['device_id', 'occurred_at'], name='deviceevent_device')],
            },
        ),
        migrations.RunSQL(
            'ALTER TABLE grid_streampending ALTER COLUMN rows SET STORAGE EXTERNAL',  # it is compressed already
            migrations.RunSQL.noop,
        ),
    ]
