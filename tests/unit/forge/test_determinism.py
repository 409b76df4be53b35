"""The same configuration gives the same bytes, in any process; another seed does not."""

import hashlib
import os
import subprocess
import sys
from datetime import datetime

import pyarrow as pa

from grid.forge import ForgeConfig
from grid.forge.build import Forged, forge
from tests.unit.forge.conftest import END_AT

SCRIPT = """
from datetime import datetime
from grid.forge import ForgeConfig
from grid.forge.build import forge
from tests.unit.forge.test_determinism import fingerprint
print(fingerprint(forge(config=ForgeConfig.tiny(end_at=datetime.fromisoformat({end!r})))))
"""


def fingerprint(forged: Forged) -> str:
    """Return a hash over the bytes of every table and every reading."""
    hasher = hashlib.sha256(forged.digest.encode())
    for name in sorted(forged.tables):
        for batch in forged.tables[name].combine_chunks().to_batches():
            hasher.update(batch.serialize().to_pybytes())
    for day in forged.days():
        for batch in forged.reading_batches(day):
            hasher.update(batch.serialize().to_pybytes())
    for batch in forged.hourly_batches():
        hasher.update(batch.serialize().to_pybytes())
    return hasher.hexdigest()


def test_another_process_forges_the_same_bytes(tiny: Forged) -> None:
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(end=END_AT.isoformat())],
        env={**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.strip() == fingerprint(tiny)


def test_a_date_made_alone_equals_the_date_made_in_order(tiny: Forged) -> None:
    last = tiny.days()[-1]

    alone = pa.Table.from_batches(list(forge(config=tiny.config).reading_batches(last)))

    assert alone.equals(pa.Table.from_batches(list(tiny.reading_batches(last))))


def test_the_minute_of_the_end_does_not_matter(tiny: Forged) -> None:
    other = forge(config=ForgeConfig.tiny(end_at=datetime(2025, 8, 12, 17, 59)))

    assert other.digest == tiny.digest
    assert all(other.tables[name].equals(table) for name, table in tiny.tables.items())


def test_another_seed_grows_another_system_under_the_same_grid(tiny: Forged) -> None:
    other = forge(config=ForgeConfig.tiny(end_at=END_AT, seed=2))

    assert other.digest != tiny.digest
    for name in ("substations", "transmission_branches", "transmission_buses", "transmission_plants"):
        assert other.tables[name].equals(tiny.tables[name])
    for name in ("grid_power_lines", "meter_infrastructure", "weather_hourly", "customers_master_data"):
        assert not other.tables[name].equals(tiny.tables[name])
