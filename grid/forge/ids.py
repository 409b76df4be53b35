"""Natural keys of everything grown: readable, unique, and stable for a seed."""

from __future__ import annotations

from dataclasses import dataclass

from grid.forge.fleet import Fleet
from grid.forge.readings import FIRST_METER_KEY


@dataclass(frozen=True, eq=False)
class FleetIds:
    """Hold the keys, one list per table, in fleet order."""

    circuits: list[str]
    nodes: list[str]
    lines: list[str]
    switches: list[str]
    transformers: list[str]
    poles: list[str]
    meters: list[str]


def fleet_ids(fleet: Fleet) -> FleetIds:
    """Return the keys of a fleet: prefix, substation, circuit, running number in the circuit."""
    stems = [
        f"{fleet.sites[site].number}-{number:02d}"
        for site, number in zip(fleet.circuits.site.tolist(), fleet.circuits.number.tolist(), strict=True)
    ]
    first = fleet.circuits.transformer_lo.tolist()
    return FleetIds(
        circuits=[f"CKT-{stem}" for stem in stems],
        nodes=_numbered("NODE", stems, fleet.nodes.circuit.tolist(), fleet.nodes.number.tolist()),
        lines=_numbered("LINE", stems, fleet.lines.circuit.tolist(), fleet.lines.number.tolist()),
        switches=_numbered("SW", stems, fleet.switches.circuit.tolist(), fleet.switches.number.tolist()),
        transformers=[
            f"XFMR-{stems[circuit]}-{index - first[circuit] + 1:04d}"
            for index, circuit in enumerate(fleet.transformers.circuit.tolist())
        ],
        poles=_numbered("POLE", stems, fleet.poles.circuit.tolist(), fleet.poles.number.tolist()),
        meters=[f"MTR-{index + FIRST_METER_KEY:07d}" for index in range(len(fleet.meters.lon))],
    )


def _numbered(prefix: str, stems: list[str], circuits: list[int], numbers: list[int]) -> list[str]:
    return [
        f"{prefix}-{stems[circuit]}-{number:04d}" for circuit, number in zip(circuits, numbers, strict=True)
    ]
