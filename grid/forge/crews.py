"""Field crews: how many of which kind, and at which substation they are at home.

The United States have about 125,000 power-line installers and repairers (Bureau of Labor Statistics, 2023)
for some 160 million customers (EIA-861): 0.78 per thousand. Kinds and sizes of the crews are this model's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from grid.forge.arrays import FloatArray, IntArray
from grid.forge.clock import Period
from grid.forge.fleet import Fleet
from grid.forge.seeds import stream
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import CrewKind, CrewStatus, crews

WORKERS_PER_CUSTOMER = 0.78e-3

CREW_MIX = (
    (CrewKind.TROUBLE, 0.35, 2),
    (CrewKind.LINE, 0.35, 4),
    (CrewKind.UNDERGROUND, 0.15, 3),
    (CrewKind.TREE, 0.15, 3),
)
"""Kind, share of the crews, members."""

DAY_SHIFT = (7, 19)
"""Local standard hours in which crews other than trouble crews are on shift."""


@dataclass(frozen=True, eq=False)
class CrewRoster:
    """Hold the crews.

    Attributes:
        ids: their keys.
        names: what they are called.
        kinds: what they are equipped for.
        members: how many they are.
        home: position of the home substation.
        lon: longitude of it.
        lat: latitude of it.
    """

    ids: list[str]
    names: list[str]
    kinds: list[CrewKind]
    members: list[int]
    home: IntArray
    lon: FloatArray
    lat: FloatArray

    def of(self, *kinds: CrewKind) -> IntArray:
        """Return the positions of the crews of these kinds."""
        return np.array([at for at, kind in enumerate(self.kinds) if kind in kinds], dtype=np.int64)


def forge_crews(*, fleet: Fleet, seed: int) -> CrewRoster:
    """Raise as many crews as the customers call for, at least one of each kind, at the larger substations."""
    rng = stream(seed, "crews")
    customers = int(fleet.meters.tenants.sum())
    by_site = np.bincount(
        fleet.transformer_site[fleet.meters.transformer], fleet.meters.tenants, minlength=len(fleet.sites)
    )
    mean_members = sum(share * members for _, share, members in CREW_MIX)
    count = customers * WORKERS_PER_CUSTOMER / mean_members
    kinds: list[CrewKind] = []
    members: list[int] = []
    for kind, share, size in CREW_MIX:
        number = max(1, round(share * count))
        kinds += [kind] * number
        members += [size] * number
    home = rng.choice(len(fleet.sites), size=len(kinds), p=by_site / by_site.sum())
    numbers: dict[CrewKind, int] = {}
    names = []
    for kind in kinds:
        numbers[kind] = numbers.get(kind, 0) + 1
        names.append(f"{kind.value.capitalize()} crew {numbers[kind]}")
    sites = [fleet.sites[at] for at in home.tolist()]
    return CrewRoster(
        ids=[f"CREW-{number:03d}" for number in range(1, len(kinds) + 1)],
        names=names,
        kinds=kinds,
        members=members,
        home=home,
        lon=np.array([site.lon for site in sites]),
        lat=np.array([site.lat for site in sites]),
    )


@dataclass(frozen=True, slots=True)
class Duty:
    """Hold what a crew does at the end of the period: on site or on its way, and where it works."""

    status: CrewStatus
    lon: float | None = None
    lat: float | None = None
    since: int = 0


def crew_table(
    *, fleet: Fleet, roster: CrewRoster, duties: dict[int, Duty], local_hour: int, period: Period
) -> pa.Table:
    """Return the crews as they are at the end of the period.

    Args:
        fleet: the grown system.
        roster: the crews.
        duties: what those at work do, by position; the others are free or off shift.
        local_hour: local standard hour at the end.
        period: the metering period.
    """
    on_shift = DAY_SHIFT[0] <= local_hour < DAY_SHIFT[1]
    rows = []
    for at, kind in enumerate(roster.kinds):
        is_on = on_shift or kind is CrewKind.TROUBLE
        duty = duties.get(at, Duty(CrewStatus.AVAILABLE if is_on else CrewStatus.OFF_SHIFT))
        is_there = duty.status is CrewStatus.ON_SITE and duty.lon is not None
        rows.append(
            {
                "crew_id": roster.ids[at],
                "crew_name": roster.names[at],
                "crew_kind": kind.value,
                "home_substation_id": fleet.sites[int(roster.home[at])].substation_id,
                "member_count": roster.members[at],
                "status": duty.status.value,
                "latitude": duty.lat if is_there else float(roster.lat[at]),
                "longitude": duty.lon if is_there else float(roster.lon[at]),
                "version": 1,
                "updated_at": period.moment(duty.since) if at in duties else period.start,
            }
        )
    return pa.Table.from_pylist(rows, schema=pa_schema(crews))
