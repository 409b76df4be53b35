import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently, TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes for the search by the start of an id and by part of a name; built beside running work."""

    atomic = False

    dependencies = [
        ('grid', '0005_imports_and_outbox'),
    ]

    operations = [
        TrigramExtension(),
        AddIndexConcurrently(
            model_name='branch',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('id'), name='text_pattern_ops'), name='branch_id_upper'),
        ),
        AddIndexConcurrently(
            model_name='circuit',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('id'), name='text_pattern_ops'), name='circuit_id_upper'),
        ),
        AddIndexConcurrently(
            model_name='circuit',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('name'), name='gin_trgm_ops'), name='circuit_name_part'),
        ),
        AddIndexConcurrently(
            model_name='meter',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('id'), name='text_pattern_ops'), name='meter_id_upper'),
        ),
        AddIndexConcurrently(
            model_name='substation',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('id'), name='text_pattern_ops'), name='substation_id_upper'),
        ),
        AddIndexConcurrently(
            model_name='substation',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('name'), name='gin_trgm_ops'), name='substation_name_part'),
        ),
        AddIndexConcurrently(
            model_name='switch',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('id'), name='text_pattern_ops'), name='switch_id_upper'),
        ),
        AddIndexConcurrently(
            model_name='transformer',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('id'), name='text_pattern_ops'), name='transformer_id_upper'),
        ),
        AddIndexConcurrently(
            model_name='transformer',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('name'), name='gin_trgm_ops'), name='transformer_name_part'),
        ),
    ]
