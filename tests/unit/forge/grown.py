"""The grown system of the tiny grid with its ratings, ages, weather and crews: what outages are made from."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache

import networkx as nx
import numpy as np

from grid.forge import ForgeConfig
from grid.forge.assets import Assets, forge_assets
from grid.forge.clock import metering_period, station_powers
from grid.forge.crews import CrewRoster, forge_crews
from grid.forge.customer_mix import MixParams
from grid.forge.fleet import NONE, Fleet
from grid.forge.growth import grow_fleet
from grid.forge.hazards import Faults
from grid.forge.line_sizing import LineSizes, size_lines
from grid.forge.planned_work import PlannedWork
from grid.forge.sites import choose_sites
from grid.forge.transmission import import_transmission
from grid.forge.weather import Weather, forge_weather
from tests.unit.forge.conftest import END_AT


@dataclass(frozen=True, eq=False)
class Grown:
    """Hold the system."""

    fleet: Fleet
    sizes: LineSizes
    assets: Assets
    roster: CrewRoster
    weather: Weather


@cache
def tiny_system() -> Grown:
    """Return the tiny system, with a year of weather before its two days."""
    config = ForgeConfig.tiny(end_at=END_AT, history_years=1)
    transmission = import_transmission(interconnects=("Texas",), data_dir=None)
    sites = choose_sites(config=config, transmission=transmission.by_name)
    climate = forge_weather(config=config, bounds=sites.bounds)
    weather = climate.last(48)
    powers = station_powers(weather, metering_period(config))
    fleet = grow_fleet(
        sites=sites, weather=weather, powers=powers, seed=1, mix=MixParams(), progress=lambda *_: None
    )
    assets = forge_assets(fleet=fleet, seed=1, today=END_AT.date())
    return Grown(fleet, size_lines(fleet), assets, forge_crews(fleet=fleet, seed=1), climate)


def line_faults(*found: tuple[int, int, bool], fault_class: int = 3) -> Faults:
    """Return faults of lines: (minute, nearest switch, whether temporary), of overhead equipment."""
    minute, switch, temporary = (np.array(column) for column in zip(*found, strict=True))
    return Faults(
        minute=minute.astype(np.int64),
        fault_class=np.full(len(found), fault_class, dtype=np.int8),
        switch=switch.astype(np.int64),
        transformer=np.full(len(found), NONE, dtype=np.int64),
        is_temporary=temporary.astype(np.bool_),
        ends_unit=np.zeros(len(found), dtype=np.bool_),
    )


def no_planned_work() -> PlannedWork:
    """Return no planned outages."""
    none = np.zeros(0, dtype=np.int64)
    return PlannedWork(none, none, none, np.zeros(0))


def upstream(fleet: Fleet, switch: int) -> list[int]:
    """Return the closed switches from one to the substation, itself first, by the graph alone."""
    graph = nx.Graph()
    for start, end in zip(fleet.lines.start.tolist(), fleet.lines.end.tolist(), strict=True):
        graph.add_edge(start, end)
    for at in np.flatnonzero(~fleet.switches.is_open).tolist():
        graph.add_edge(int(fleet.switches.start[at]), int(fleet.switches.end[at]), switch=at)
    path = nx.shortest_path(graph, int(fleet.switches.end[switch]), NONE)
    passed = (graph.edges[edge].get("switch") for edge in itertools.pairwise(path))
    return [at for at in passed if at is not None]


def one_switch(fleet: Fleet, kind: str, behind: str | None = None) -> int:
    """Return a switch of a kind whose next breaker or recloser towards the substation is of another."""
    for at in np.flatnonzero(fleet.switches.kind == kind).tolist():
        above = [fleet.switches.kind[each] for each in upstream(fleet, at)[1:]]
        reclosing = [each for each in above if each in {"BREAKER", "RECLOSER"}]
        if behind is None or (reclosing and reclosing[0] == behind):
            return int(at)
    raise AssertionError(f"no {kind} behind a {behind}")
