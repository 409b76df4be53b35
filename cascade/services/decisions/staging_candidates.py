"""Where crews could wait: places that were given, or substations, homes of crews and places of repairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cascade.engine.decisions.staging import ANY_CREW, hanging_weight
from cascade.services.decisions.repair_work import RepairWork
from flux_site.api.errors import BadInput
from grid.operations import CREW_KINDS
from grid.powerflow.arrays import FloatArray
from grid.selectors.network import name_assets
from grid.selectors.staging_sites import staging_sites, visible_ids

MAX_SUBSTATIONS = 200
"""Substations near the repairs that are looked at."""
MAX_JOB_SITES = 200


@dataclass(frozen=True, kw_only=True)
class GivenPlace:
    """Hold a place that crews could wait at, as somebody names it."""

    name: str
    longitude: float
    latitude: float


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Hold a place that crews could wait at.

    Attributes:
        id: of the asset there; None for a place that was given.
        name: what it is called; None if it has no name.
        kind: DEPOT (crews are at home there), SUBSTATION, JOB_SITE or GIVEN.
        longitude: degrees east.
        latitude: degrees north.
        crews: crews at home there, by kind; None where that is not on record.
    """

    id: str | None
    name: str | None
    kind: str
    longitude: float
    latitude: float
    crews: Mapping[str, int] | None = None

    def on_record(self, crew_kind: str) -> int | None:
        """Return how many crews of a kind are at home here; None where that is not on record."""
        if self.crews is None:
            return None
        if crew_kind == ANY_CREW:
            return sum(self.crews.values())
        return self.crews.get(crew_kind, 0) if crew_kind in CREW_KINDS else None


def candidates_of(
    work: RepairWork, inputs: dict[str, Any], longitude: FloatArray, latitude: FloatArray, *, user: Any
) -> tuple[list[Candidate], int]:
    """Return where crews could wait, and how many places were left out.

    Places that were given are the only ones. Without them: substations near the repairs, those where crews
    are at home first, and the places of the repairs themselves; of each what the user may see.

    Raises:
        BadInput: if there is none.
    """
    if inputs["places"]:
        return [
            Candidate(id=None, name=place["name"], kind="GIVEN",
                      longitude=place["longitude"], latitude=place["latitude"])
            for place in inputs["places"]
        ], 0  # fmt: skip
    sites: list[Candidate] = []
    left_out = 0
    if user is not None:
        near, left_out = staging_sites(
            longitude=longitude, latitude=latitude, user=user, most=MAX_SUBSTATIONS
        )
        sites = [
            Candidate(id=site.id, name=site.name, kind="DEPOT" if site.crews else "SUBSTATION",
                      longitude=site.longitude, latitude=site.latitude, crews=site.crews)
            for site in near
        ]  # fmt: skip
        job_sites, beyond = _job_sites(work, longitude, latitude, sites, user)
        sites, left_out = [*sites, *job_sites], left_out + beyond
    if not sites:
        raise BadInput(
            "There is no substation and no place of a repair that you may see; name places.", field="places"
        )
    return sites, left_out


def _job_sites(
    work: RepairWork, longitude: FloatArray, latitude: FloatArray, sites: Sequence[Candidate], user: Any
) -> tuple[list[Candidate], int]:
    """Return the places of repairs for which most waits, beside those known; and how many are left out."""
    ids = [job.id for job in work.tree.jobs]
    visible = visible_ids(ids, user=user)
    names = {asset.asset_id: asset.name for asset in name_assets(sorted(visible))}
    taken = {(site.longitude, site.latitude) for site in sites}
    found: list[Candidate] = []
    left_out = 0
    for job in np.argsort(-hanging_weight(work.tree), kind="stable").tolist():
        at = (float(longitude[job]), float(latitude[job]))
        if ids[job] not in visible or at in taken:
            continue
        taken.add(at)
        if len(found) < MAX_JOB_SITES:
            found.append(
                Candidate(id=ids[job], name=names.get(ids[job]), kind="JOB_SITE",
                          longitude=at[0], latitude=at[1])
            )  # fmt: skip
        else:
            left_out += 1
    return found, left_out
