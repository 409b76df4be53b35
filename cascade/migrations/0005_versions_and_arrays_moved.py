"""Give every scenario its first version, and move the long arrays of finished runs out of their rows."""

import hashlib
import json
from typing import Any

import pyarrow as pa
from django.db import migrations

BATCH = 100


def move(apps: Any, schema_editor: Any) -> None:
    """Write versions and arrays; in batches, since a row of a run can be megabytes."""
    scenario_model = apps.get_model("cascade", "Scenario")
    version_model = apps.get_model("cascade", "ScenarioVersion")
    for scenario in scenario_model.objects.filter(newest_number=0).iterator(BATCH):
        spec = {
            "kind": "OUTAGE",
            "outages": scenario.outages,
            "rating_multiplier": scenario.rating_multiplier,
            "load": {"form": "MULTIPLIER", "multiplier": scenario.load_multiplier},
        }
        text = json.dumps(spec, sort_keys=True, separators=(",", ":"))
        version_model.objects.create(
            scenario=scenario,
            number=1,
            name=scenario.name,
            description=scenario.description,
            spec=spec,
            digest=hashlib.sha256(text.encode()).hexdigest(),
            author=scenario.owner,
        )
        scenario.newest_number = 1
        scenario.save(update_fields=["newest_number"])
    runs = apps.get_model("cascade", "CascadeRun").objects.filter(branch_ids__isnull=False)
    arrays_model = apps.get_model("cascade", "CascadeArrays")
    for run in runs.iterator(BATCH):
        branches = pa.table(
            {
                "id": pa.array(run.branch_ids, pa.string()),
                "final_flow_mw": pa.array(run.final_flow_mw, pa.float64()),
                "rating_mva": pa.array(run.final_rating_mva, pa.float64()),
                "out_wave": pa.array(run.trip_wave, pa.int32()),
            }
        )
        arrays_model.objects.get_or_create(
            run=run, defaults={"branches": written(branches), "buses": written(pa.table({"id": pa.array([], pa.string())}))}
        )


def written(table: pa.Table) -> bytes:
    """Return a table as an Arrow IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


class Migration(migrations.Migration):
    dependencies = [("cascade", "0004_decisions_defaults")]

    # Backwards nothing is lost: the arrays are still in the rows.
    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
