"""Draw one circuit: backbone with its devices, taps of large customers, laterals behind fuses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.forge.backbone import backbone_path, legs, path_length, point_on
from grid.forge.draft import (
    BACKBONE,
    FUSE,
    LARGE,
    LATERAL,
    RECLOSER,
    SECTIONALIZER,
    SERVICE,
    SINGLE,
    THREE,
    Draft,
    Place,
    Point,
    along,
)
from grid.forge.laterals import FIRST_PLACE_M, Lateral, add_branches, plan_laterals
from grid.forge.service_areas import Sector

DEVICES = ((0.42, RECLOSER), (0.74, SECTIONALIZER))
"""Where the devices stand, as fractions of the backbone's length."""

LEAST_BACKBONE_M = 250.0
"""Shorter backbones have neither recloser nor sectionalizer."""

UNDERGROUND_FRAC = 0.645
"""Laterals that are cables: the greater part, as in a region grown mostly since the 1970s. A third of all
length is then cable, and the metro scale records 62 thousand poles."""

TAP_M = (18.0, 40.0)
"""Length of the cable from the backbone to a large customer's transformer."""

APART_M = 4.0
"""Least distance between two things on the backbone."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Say how many transformers of each purpose a circuit shall have."""

    large: int
    three: int
    single: int


@dataclass(slots=True)
class _Stop:
    """Hold one thing met along the backbone."""

    s: float
    point: Point
    direction: Point
    device: str | None = None
    taps: int = 0
    laterals: tuple[int, ...] = ()


@dataclass(slots=True)
class _Duty:
    """Hold what a lateral is: its phases, whether it is a cable, and the phases and purpose of each place."""

    phases: str
    is_cable: bool
    places: list[tuple[str, int]]


def draw_circuit(*, sector: Sector, street_angle: float, wanted: Wanted, rng: np.random.Generator) -> Draft:
    """Draw one circuit on its sector. Large customers are all placed, others as far as the ground holds them.

    Args:
        sector: its ground.
        street_angle: turn of the street grid against east, radians.
        wanted: transformers to place.
        rng: random stream of the circuit.
    """
    region = sector.region.rotated(street_angle)
    path = backbone_path(sector, region, sector.direction - street_angle)
    laterals = plan_laterals(region=region, path=path, wanted=wanted.three + wanted.single, rng=rng)
    add_branches(region=region, path=path, laterals=laterals, rng=rng)
    duties = _duties(laterals, wanted.three, rng)
    draft = Draft()
    head = draft.node((0.0, 0.0), pole=False)
    at = draft.extend(head, path[0], line_class=BACKBONE, phases="ABC", cable=True, pole=True)
    for stop in _stops(path, laterals, wanted.large):
        at = draft.extend(at, stop.point, line_class=BACKBONE, phases="ABC", cable=False, pole=True)
        for side in range(stop.taps):
            _tap(draft, at, stop, 1.0 if side == 0 else -1.0, rng)
        for index in stop.laterals:
            _lateral(draft, at, laterals[index], duties[index])
        if stop.device is not None:
            at = draft.switch(stop.device, at)
    draft.tail = at
    return draft


def _stops(path: list[Point], laterals: list[Lateral], large: int) -> list[_Stop]:
    """Return what is met along the backbone, in order: turns, laterals, large customers, devices."""
    length = path_length(path)
    stops: list[_Stop] = []
    slots: dict[float, list[int]] = {}
    for index, lateral in enumerate(laterals):
        slots.setdefault(lateral.s, []).append(index)
    for s, found in slots.items():
        point, direction = point_on(path, s)
        stops.append(_Stop(s, point, direction, laterals=tuple(found)))
    s = 0.0
    for a, b in legs(path):
        s += path_length([a, b])
        stops.append(_Stop(s, b, point_on(path, s)[1]))
    sites = (large + 1) // 2
    for k in range(sites):
        s = _free_spot(length * (k + 0.5) / sites, length, stops)
        stops.append(_Stop(s, *point_on(path, s), taps=2 if 2 * k + 1 < large else 1))
    if length >= LEAST_BACKBONE_M:
        for fraction, device in DEVICES:
            s = _free_spot(length * fraction, length, stops)
            stops.append(_Stop(s, *point_on(path, s), device=device))
    return sorted(stops, key=lambda stop: stop.s)


def _free_spot(s: float, length: float, stops: list[_Stop]) -> float:
    """Return the distance along the backbone nearest to ``s`` that is clear of every other stop."""
    for apart in (APART_M, 1.5, 0.5):
        for step in range(int(2.0 * length / apart) + 2):
            at = s + apart * (step // 2 + step % 2) * (1.0 if step % 2 else -1.0)
            if 0.5 < at < length - 0.5 and all(abs(at - stop.s) >= apart - 1e-6 for stop in stops):
                return at
    raise ValueError(f"a backbone of {length:.0f} m has no room for {len(stops) + 1} stops")


def _tap(draft: Draft, at: int, stop: _Stop, side: float, rng: np.random.Generator) -> None:
    """Add the cable to a large customer's pad-mounted transformer beside the backbone."""
    outward = (-side * stop.direction[1], side * stop.direction[0])
    point = along(stop.point, outward, float(rng.uniform(*TAP_M)))
    node = draft.extend(at, point, line_class=SERVICE, phases="ABC", cable=True, pole=False)
    draft.places.append(Place(node, "ABC", on_pole=False, purpose=LARGE))


def _lateral(draft: Draft, at: int, lateral: Lateral, duty: _Duty) -> None:
    """Add a lateral behind its fuse, and its branch behind another."""
    head = draft.switch(FUSE, at)
    straight = lateral.count - lateral.branch_count
    fork_at = straight // 2
    start, direction, fork = lateral.start, lateral.direction, head
    node = head
    for k in range(straight):
        point = along(start, direction, FIRST_PLACE_M + lateral.spacing * k)
        node = _place(draft, node, point, duty, duty.places[k])
        if k == fork_at:
            fork = node
    if lateral.branch is None or not lateral.branch_count:
        return
    origin = draft.points[fork]
    node = draft.switch(FUSE, fork)
    for k in range(lateral.branch_count):
        point = along(origin, lateral.branch, lateral.spacing * (k + 1))
        node = _place(draft, node, point, duty, duty.places[straight + k])


def _place(draft: Draft, node: int, point: Point, duty: _Duty, spec: tuple[str, int]) -> int:
    """Extend a lateral to the next transformer and note the place."""
    phases, purpose = spec
    node = draft.extend(
        node, point, line_class=LATERAL, phases=duty.phases, cable=duty.is_cable, pole=not duty.is_cable
    )
    draft.places.append(Place(node, phases, on_pole=not duty.is_cable, purpose=purpose))
    return node


def _duties(laterals: list[Lateral], three: int, rng: np.random.Generator) -> list[_Duty]:
    """Give each lateral its phases: three for small business until it is all placed, else the least loaded
    one.
    """
    duties: list[_Duty | None] = [None] * len(laterals)
    carried = dict.fromkeys(rng.permutation(["A", "B", "C"]).tolist(), 0)
    left = three
    for index in rng.permutation(len(laterals)).tolist():
        count = laterals[index].count
        is_cable = bool(rng.random() < UNDERGROUND_FRAC)
        served = min(left, count)
        left -= served
        if served:
            single = [min(carried, key=lambda phase: carried[phase])] * (count - served)
            places = [("ABC", THREE)] * served + [(phase, SINGLE) for phase in single]
            duties[index] = _Duty("ABC", is_cable, places)
        else:
            single = [min(carried, key=lambda phase: carried[phase])] * count
            duties[index] = _Duty(single[0], is_cable, [(phase, SINGLE) for phase in single])
        if single:
            carried[single[0]] += len(single)
    return [duty for duty in duties if duty is not None]
