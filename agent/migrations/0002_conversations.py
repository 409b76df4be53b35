
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agent', '0001_corpus'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('USER', 'User'), ('ASSISTANT', 'Assistant')], max_length=16)),
                ('text', models.TextField(blank=True, help_text='The question; of an answer what it says, once complete.')),
                ('context', models.JSONField(default=dict, help_text='Of a question: what its user had before them.')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('state', models.CharField(choices=[('RUNNING', 'Running'), ('DONE', 'Done')], default='DONE', max_length=16)),
                ('done_reason', models.CharField(blank=True, choices=[('ANSWERED', 'Answered'), ('ASKED_BACK', 'Asked_back'), ('OUT_OF_SCOPE', 'Out_of_scope'), ('REFUSED', 'Refused'), ('CANCELLED', 'Cancelled'), ('FAILED', 'Failed')], max_length=16)),
                ('error_code', models.CharField(blank=True, help_text='Why there is no answer.', max_length=64)),
                ('backend', models.CharField(blank=True, help_text='What answered: embedded, cortex, openai.', max_length=16)),
                ('backend_thread_id', models.CharField(blank=True, max_length=200)),
                ('backend_message_id', models.CharField(blank=True, max_length=200)),
                ('backend_request_id', models.CharField(blank=True, max_length=200)),
                ('tokens', models.PositiveIntegerField(blank=True, help_text='Null where the back end tells none.', null=True)),
                ('carried', models.JSONField(default=dict, help_text='What the back end needs for what follows.')),
                ('first_event_ms', models.FloatField(blank=True, help_text='From the question to the first event in the database, ms.', null=True)),
                ('duration_ms', models.FloatField(blank=True, help_text='From the question to the end, ms.', null=True)),
                ('heartbeat_at', models.DateTimeField(blank=True, help_text='Last sign of life of the process that writes it.', null=True)),
                ('is_stop_requested', models.BooleanField(default=False)),
                ('personal_ids', models.JSONField(default=list, help_text='Customers whose personal data it shows.')),
                ('personal_fields', models.JSONField(default=list, help_text='Which personal data it shows.')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='children', to='agent.message')),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Feedback',
            fields=[
                ('answer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='feedback', serialize=False, to='agent.message')),
                ('is_positive', models.BooleanField()),
                ('categories', models.JSONField(default=list)),
                ('comment', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('forwarded_at', models.DateTimeField(blank=True, help_text='When the back end was told; null where it was not, or takes none.', null=True)),
                ('forward_fault', models.TextField(blank=True, help_text='Why the back end could not be told.')),
            ],
            options={
                'verbose_name_plural': 'feedback',
            },
        ),
        migrations.CreateModel(
            name='Thread',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, help_text='When a message came or ended.')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assistant_threads', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-updated_at', '-created_at'],
                'permissions': [('use_assistant', 'Can ask the assistant'), ('view_all_threads', 'Can read the conversations of everybody')],
            },
        ),
        migrations.AddField(
            model_name='message',
            name='thread',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='agent.thread'),
        ),
        migrations.CreateModel(
            name='AnswerEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveIntegerField(help_text="0 for the answer's first.")),
                ('document', models.JSONField()),
                ('answer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='agent.message')),
            ],
            options={
                'ordering': ['answer', 'seq'],
                'constraints': [models.UniqueConstraint(fields=('answer', 'seq'), name='agent_event_once')],
            },
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(fields=['owner', '-updated_at'], name='agent_thread_by_owner'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['thread', 'created_at'], name='agent_message_in_thread'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state', 'RUNNING')), fields=['heartbeat_at'], name='agent_message_running'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('role', 'USER'), ('parent__isnull', False), _connector='OR'), name='agent_answer_has_question'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('role', 'ASSISTANT'), ('state', 'DONE'), _connector='OR'), name='agent_question_is_done'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('role', 'USER'), models.Q(('done_reason', ''), ('state', 'RUNNING')), models.Q(('state', 'DONE'), models.Q(('done_reason', ''), _negated=True)), _connector='OR'), name='agent_answer_ends_for_a_reason'),
        ),
    ]
