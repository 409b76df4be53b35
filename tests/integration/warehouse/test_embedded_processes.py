"""The embedded warehouse among processes: races, kills, full disks, forks."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from grid.warehouse import (
    Warehouse,
    WarehouseFull,
    open_warehouse,
)
from grid.warehouse.tables import load_zones
from tests.integration.warehouse.rows import ids_in, zones

pytestmark = pytest.mark.integration

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def warehouse(embedded: Warehouse) -> Warehouse:
    return embedded


def in_child(script: str, *arguments: str, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


WRITER = """
    import sys
    import pyarrow as pa
    from grid.warehouse import open_warehouse, pa_schema
    from grid.warehouse.tables import load_zones
    schema = pa_schema(load_zones)
    def batch(number, rows=20_000):
        ids = pa.array([f"{number}-{row}" for row in range(rows)])
        fill = pa.array(["x"] * rows)
        return pa.RecordBatch.from_arrays([ids, fill, fill, fill, fill], schema=schema)
    warehouse = open_warehouse(sys.argv[1])
"""


def test_the_first_read_of_a_process_does_not_wait_for_pandas(warehouse: Warehouse, root: Path) -> None:
    warehouse.append(load_zones, zones("A"), "a")
    script = """
        import sys
        from sqlalchemy import select
        from grid.warehouse import open_warehouse
        from grid.warehouse.tables import load_zones
        warehouse = open_warehouse(sys.argv[1])
        print(warehouse.version(load_zones) is not None, len(warehouse.select_rows(select(load_zones))))
        print([name for name in sys.modules if name.partition(".")[0] == "pandas"])
    """

    done = in_child(script, f"embedded://{root}")

    assert done.stdout.splitlines() == ["True 1", "[]"], done.stderr


def test_processes_that_race_write_a_batch_once(warehouse: Warehouse, root: Path) -> None:
    script = (
        textwrap.dedent(WRITER)
        + 'print(warehouse.append(load_zones, iter([batch(1, 10)]), "the-same"))\n'
        + 'print(warehouse.append(load_zones, iter([batch(sys.argv[2], 10)]), "own-" + sys.argv[2]))\n'
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, f"embedded://{root}", str(number)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in (2, 3, 4)
    ]
    written = [child.communicate(timeout=60)[0].split() for child in children]

    assert sorted(first for first, _ in written) == ["0", "0", "10"]
    assert [second for _, second in written] == ["10", "10", "10"]
    assert warehouse.row_count(load_zones) == 40
    assert len(set(ids_in(warehouse))) == 40


def test_a_writer_killed_in_the_middle_leaves_nothing(warehouse: Warehouse, root: Path) -> None:
    warehouse.append(load_zones, zones("Z1"), "b1")
    script = textwrap.dedent(WRITER) + textwrap.dedent(
        """
        def endless():
            number = 0
            while True:
                yield batch(number)
                number += 1
                if number == 8:
                    print("writing", flush=True)
        warehouse.replace(load_zones, endless(), "b2")
        """
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, f"embedded://{root}"],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "writing\n"
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=10)

    assert ids_in(warehouse) == ["Z1"]
    assert warehouse.replace(load_zones, zones("Z2"), "b2") == 1  # the lock died with its holder
    assert ids_in(warehouse) == ["Z2"]


def test_a_full_disk_is_told_and_leaves_nothing(warehouse: Warehouse, root: Path) -> None:
    """A limit on the size of files stands for a full disk: writing fails in the same place."""
    warehouse.append(load_zones, zones("Z1"), "b1")
    script = textwrap.dedent(WRITER) + textwrap.dedent(
        """
        import random, resource, signal
        from grid.warehouse import WarehouseFull
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        draw = random.Random(1)
        ids = pa.array([draw.randbytes(16).hex() for _ in range(100_000)])
        fill = pa.array(["x"] * 100_000)
        data = pa.Table.from_arrays([ids, fill, fill, fill, fill], schema=schema)
        try:
            warehouse.append(load_zones, data, "b2")
        except WarehouseFull as error:
            print(error.code, error.message)
        """
    )
    child = in_child(script, f"embedded://{root}")

    assert child.stdout.startswith("WAREHOUSE_FULL no room to write table production.load_zones"), child
    assert ids_in(warehouse) == ["Z1"]
    assert warehouse.append(load_zones, zones("Z2"), "b2") == 1


def test_a_disk_full_error_of_the_system_is_told(
    warehouse: Warehouse, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grid.warehouse import delta_commit

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    warehouse.append(load_zones, zones("Z1"), "b1")
    monkeypatch.setattr(delta_commit, "write_deltalake", full)

    with pytest.raises(WarehouseFull):
        warehouse.append(load_zones, zones("Z2"), "b2")


def test_a_fork_after_use_is_refused_instead_of_hanging(root: Path) -> None:
    script = textwrap.dedent(WRITER) + textwrap.dedent(
        """
        import os
        from grid.warehouse import WarehouseUnavailable
        warehouse.append(load_zones, iter([batch(1, 3)]), "b1")
        if os.fork() == 0:
            try:
                warehouse.version(load_zones)
            except WarehouseUnavailable as error:
                print(error.message, flush=True)
            os._exit(0)
        os.wait()
        print(warehouse.row_count(load_zones))
        """
    )
    child = in_child(script, f"embedded://{root}")

    assert child.returncode == 0, child
    assert "forked" in child.stdout
    assert child.stdout.endswith("\n3\n")


def test_a_fork_before_use_works_on_both_sides(root: Path) -> None:
    script = textwrap.dedent(WRITER) + textwrap.dedent(
        """
        import os
        child = os.fork()
        written = warehouse.append(load_zones, iter([batch(1 if child else 2, 3)]), "b1" if child else "b2")
        if child == 0:
            os._exit(written)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), warehouse.row_count(load_zones))
        """
    )
    child = in_child(script, f"embedded://{root}")

    assert child.stdout == "3 6\n", child


def test_readers_never_see_half_a_replacement(warehouse: Warehouse, root: Path) -> None:
    """A writer swaps between 1000 rows of A and 1000 of B; a reader sees all of one or all of the other."""
    writer = open_warehouse(f"embedded://{root}")
    whole = {name: zones(*(f"{name}{row:04d}" for row in range(1000))) for name in "AB"}
    writer.replace(load_zones, whole["A"], "start")
    stop = threading.Event()
    failures: list[BaseException] = []

    def swap() -> None:
        try:
            for turn in range(30):
                writer.replace(load_zones, whole["BA"[turn % 2]], f"turn-{turn}")
        except BaseException as error:  # noqa: BLE001 - reported by the test's own thread
            failures.append(error)
        finally:
            stop.set()

    thread = threading.Thread(target=swap)
    thread.start()
    seen = set()
    while not stop.is_set():
        names = [zone_id[0] for zone_id in ids_in(warehouse)]
        assert len(names) == 1000
        assert len(set(names)) == 1
        seen.add(names[0])
    thread.join()

    assert not failures
    assert seen == {"A", "B"}
