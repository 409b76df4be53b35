"""A feeder for detection: breaker, two fuses before a recloser and two behind it, meters on transformers."""

from __future__ import annotations

from grid.topology import (
    Circuits,
    Meters,
    Network,
    NetworkColumns,
    Sections,
    Switches,
    Transformers,
    build_network,
)

UNITS = {"A": 3, "B": 2, "C": 2, "D": 3}
"""Transformers behind each fuse; the recloser feeds fuses C and D."""

METERS_EACH = 6


def feeder(meters_each: int = METERS_EACH) -> Network:
    """Return the feeder; fuse A has transformers A1 to A3, transformer A1 the meters A1-1 to A1-6."""
    switches = [("BRK", "BREAKER", "SUB", "n0"), ("REC", "RECLOSER", "n1", "n2")]
    sections = [("L0", "n0", "n1"), ("L1", "n2", "n3")]
    units: dict[str, str] = {}
    for fuse, count in UNITS.items():
        switches.append((f"F{fuse}", "FUSE", "n1" if fuse in "AB" else "n3", f"{fuse}0"))
        for k in range(1, count + 1):
            sections.append((f"L{fuse}{k}", f"{fuse}{k - 1}", f"{fuse}{k}"))
            units[f"{fuse}{k}"] = f"{fuse}{k}"
    meters = {f"{unit}-{k}": unit for unit in units for k in range(1, meters_each + 1)}
    return build_network(
        NetworkColumns(
            circuits=Circuits(id=["CKT"], substation_id=["SUB"]),
            sections=Sections(
                id=[s[0] for s in sections],
                from_node=[s[1] for s in sections],
                to_node=[s[2] for s in sections],
            ),
            switches=Switches(
                id=[s[0] for s in switches],
                kind=[s[1] for s in switches],
                circuit_id=["CKT"] * len(switches),
                from_node=[s[2] for s in switches],
                to_node=[s[3] for s in switches],
                is_open=[False] * len(switches),
            ),
            transformers=Transformers(
                id=list(units), circuit_id=["CKT"] * len(units), node=list(units.values())
            ),
            meters=Meters(
                id=list(meters), transformer_id=list(meters.values()), customer_count=[1] * len(meters)
            ),
        )
    )


def meters_of(*units: str, every: int = 1, each: int = METERS_EACH) -> list[str]:
    """Return the meters of transformers, or every second, third … of them."""
    return [f"{unit}-{k}" for unit in units for k in range(1, each + 1)][::every]


def behind(*fuses: str) -> list[str]:
    """Return the transformers behind fuses."""
    return [f"{fuse}{k}" for fuse in fuses for k in range(1, UNITS[fuse] + 1)]
