"""Which real substations get a distribution system, and how many meters and transformers each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from grid.forge.arrays import BoolArray, FloatArray, IntArray
from grid.forge.config import ForgeConfig
from grid.forge.errors import ForgeConfigError
from grid.forge.geodesy import LocalPlane
from grid.forge.time_zones import STATE_CODES

ZONE_MARGIN_DEG = 0.07
"""How far a zone's territory reaches beyond its outermost substations, degrees (about 7 km)."""

LEAST_KW_PER_METER = 8.0
"""A substation gets at most one meter per 8 kW of its demand: homes and small business peak at about 5 kW."""


@dataclass(frozen=True, slots=True)
class Site:
    """Hold one substation under which circuits are grown.

    Attributes:
        position: its place in the fleet, 0 first.
        substation_id: natural key.
        zone_id: its load zone.
        number: the source's number, used in the ids of what is grown.
        name: name of the substation.
        city: its name without the running number.
        state: USPS code; None when unknown.
        lon: longitude, degrees.
        lat: latitude, degrees.
        load_mw: demand of its buses.
        meters: meters to place.
        transformers: transformers aimed at.
    """

    position: int
    substation_id: str
    zone_id: str
    number: str
    name: str
    city: str
    state: str | None
    lon: float
    lat: float
    load_mw: float
    meters: int
    transformers: int

    @property
    def plane(self) -> LocalPlane:
        """The plane in metres around the substation."""
        return LocalPlane(self.lon, self.lat)


@dataclass(frozen=True, eq=False)
class Sites:
    """Hold the chosen substations, the territory, and every loaded substation around (for the borders)."""

    chosen: tuple[Site, ...]
    bounds: tuple[float, float, float, float]
    all_lon: FloatArray
    all_lat: FloatArray
    all_ids: list[str]


def choose_sites(*, config: ForgeConfig, transmission: Mapping[str, pa.Table]) -> Sites:
    """Choose the substations of the configured territory or zone.

    A scale with a number of substations takes them as one cluster: each substation with demand and its
    nearest neighbours with demand form a candidate, and the candidate of least total demand is taken, because
    the number of meters is fixed and the mean per meter should stay as near to ordinary as the real demand
    allows.

    Raises:
        ForgeConfigError: if the territory has too few substations with demand, or too little demand.
    """
    substations = transmission["substations"]
    load = np.asarray(substations["load_mw"].to_numpy(), dtype=np.float64)
    lon = np.asarray(substations["longitude"].to_numpy(), dtype=np.float64)
    lat = np.asarray(substations["latitude"].to_numpy(), dtype=np.float64)
    loaded = load > 0.0
    candidates = np.flatnonzero(loaded & _in_place(config, transmission, lon, lat))
    wanted = config.params.substations
    field = "territory" if config.zone_name is None else "zone"
    if len(candidates) < (wanted or 1):
        raise ForgeConfigError(
            field=field,
            problem=f"has {len(candidates)} substations with demand; {config.scale} needs {wanted or 1}",
        )
    if wanted is not None:
        candidates = _cluster(candidates, lon, lat, load, wanted)
    meters = _share_meters(load[candidates], config)
    transformers = proportional(config.params.transformers, meters.astype(np.float64))
    state_of = _states(transmission)
    zones = substations["zone_id"].to_pylist()
    ids = substations["substation_id"].to_pylist()
    names = substations["substation_name"].to_pylist()
    chosen = tuple(
        Site(
            position=position,
            substation_id=ids[i],
            zone_id=zones[i],
            number=ids[i].removeprefix("SUB-"),
            name=names[i],
            city=re.sub(r"\s+\d+$", "", names[i]).title(),
            state=state_of[zones[i]],
            lon=float(lon[i]),
            lat=float(lat[i]),
            load_mw=float(load[i]),
            meters=int(meters[position]),
            transformers=int(transformers[position]),
        )
        for position, i in enumerate(candidates.tolist())
    )
    bounds = config.territory
    if config.zone_name is not None:
        west, east = lon[candidates].min() - ZONE_MARGIN_DEG, lon[candidates].max() + ZONE_MARGIN_DEG
        south, north = lat[candidates].min() - ZONE_MARGIN_DEG, lat[candidates].max() + ZONE_MARGIN_DEG
        bounds = (float(west), float(south), float(east), float(north))
    around = np.flatnonzero(loaded)
    return Sites(
        chosen=chosen,
        bounds=bounds,
        all_lon=lon[around],
        all_lat=lat[around],
        all_ids=[ids[i] for i in around.tolist()],
    )


def _in_place(
    config: ForgeConfig, transmission: Mapping[str, pa.Table], lon: FloatArray, lat: FloatArray
) -> BoolArray:
    if config.zone_name is None:
        west, south, east, north = config.territory
        return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    zones = transmission["load_zones"]
    names = zones["zone_name"].to_pylist()
    if config.zone_name not in names:
        raise ForgeConfigError(
            field="zone",
            problem=f"no load zone is named {config.zone_name!r}; there are {', '.join(sorted(names))}",
        )
    wanted = zones["zone_id"].to_pylist()[names.index(config.zone_name)]
    return np.array([zone == wanted for zone in transmission["substations"]["zone_id"].to_pylist()])


def _cluster(candidates: IntArray, lon: FloatArray, lat: FloatArray, load: FloatArray, size: int) -> IntArray:
    plane = LocalPlane(float(lon[candidates].mean()), float(lat[candidates].mean()))
    x, y = plane.to_xy(lon[candidates], lat[candidates])
    distance = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :size]
    total = load[candidates][nearest].sum(axis=1)
    return np.sort(candidates[nearest[int(np.argmin(total))]])


def _share_meters(load_mw: FloatArray, config: ForgeConfig) -> IntArray:
    """Share the scale's meters in proportion to the square root of demand, within one meter per 8 kW.

    The root, because a substation of much demand owes it to large customers more than to many.

    Raises:
        ForgeConfigError: if the demand cannot carry the scale's meters.
    """
    wanted = config.params.meters
    most = np.floor(load_mw * 1000.0 / LEAST_KW_PER_METER).astype(np.int64)
    if most.sum() < wanted:
        raise ForgeConfigError(
            field="scale",
            problem=f"{wanted} meters need {wanted * LEAST_KW_PER_METER / 1000.0:.0f} MW; "
            f"the substations have {load_mw.sum():.0f} MW",
        )
    weight = np.sqrt(load_mw)
    meters = np.zeros(len(load_mw), dtype=np.int64)
    while (left := wanted - int(meters.sum())) > 0:
        room = most - meters
        weighted = np.where(room > 0, weight, 0.0)
        meters += np.minimum(proportional(left, weighted), room)
    return meters


def proportional(total: int, weight: FloatArray) -> IntArray:
    """Split a whole number in proportion to weights, by largest remainders."""
    exact = total * weight / weight.sum()
    whole = np.floor(exact).astype(np.int64)
    rest = total - int(whole.sum())
    whole[np.argsort(-(exact - whole), kind="stable")[:rest]] += 1
    return np.asarray(whole, dtype=np.int64)


def _states(transmission: Mapping[str, pa.Table]) -> dict[str, str | None]:
    zones = transmission["load_zones"]
    return {
        zone: STATE_CODES.get(state or "")
        for zone, state in zip(zones["zone_id"].to_pylist(), zones["state"].to_pylist(), strict=True)
    }
