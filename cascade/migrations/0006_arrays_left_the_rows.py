"""Drop the long arrays from the rows of runs; cascade.CascadeArrays holds them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cascade", "0005_versions_and_arrays_moved")]

    operations = [
        migrations.RemoveField(model_name="cascaderun", name=name)
        for name in ("branch_ids", "final_flow_mw", "final_rating_mva", "trip_wave")
    ]
