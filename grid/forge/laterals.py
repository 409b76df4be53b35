"""Laterals: the branches off a backbone that carry the transformers of homes and small business."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from grid.forge.backbone import legs
from grid.forge.draft import Point, along, distance, free_length, unit
from grid.forge.service_areas import CELL_MARGIN_M, Region

FIRST_PLACE_M = 34.0
"""Distance of a lateral's first transformer from the backbone."""

SPACINGS_M = (55.0, 45.0, 36.0, 30.0)
"""Distance between transformers along a lateral: ordinary first, closer where the ground is scarce."""

SLOT_M = 62.0
"""Least distance between neighbouring laterals."""

CORNER_M = 45.0
"""Laterals keep this far from a turn of the backbone."""

PLACES_PER_LATERAL = 9.0


@dataclass(slots=True)
class Lateral:
    """Hold one planned lateral.

    Attributes:
        s: where it leaves the backbone, m along its path.
        start: that point.
        direction: unit vector.
        spacing: distance between transformers.
        most: how many transformers it could carry.
        count: how many it carries.
        branch: direction of the branch its last ``branch_count`` transformers stand on.
    """

    s: float
    start: Point
    direction: Point
    spacing: float
    most: int
    count: int = 0
    branch: Point | None = None
    branch_count: int = 0
    lines: list[tuple[Point, Point]] = field(default_factory=list)


def plan_laterals(
    *, region: Region, path: list[Point], wanted: int, rng: np.random.Generator
) -> list[Lateral]:
    """Plan laterals for a number of transformers; fewer if the ground does not hold them.

    Args:
        region: the circuit's ground.
        path: turning points of the backbone.
        wanted: transformers to place.
        rng: random stream of the circuit.
    """
    if wanted == 0:
        return []
    best: list[Lateral] = []
    target = max(2.0, wanted / PLACES_PER_LATERAL)
    for crowding in (1.0, 1.6, 2.6, 4.0):
        for spacing in SPACINGS_M if crowding > 2.0 else SPACINGS_M[:2]:
            planned = _attempt(region, path, round(target * crowding), wanted, spacing)
            if sum(lateral.most for lateral in planned) > sum(lateral.most for lateral in best):
                best = planned
            if sum(lateral.most for lateral in best) >= wanted:
                _share(best, wanted, rng)
                return [lateral for lateral in best if lateral.count]
    _share(best, min(wanted, sum(lateral.most for lateral in best)), rng)
    return [lateral for lateral in best if lateral.count]


def add_branches(
    *, region: Region, path: list[Point], laterals: list[Lateral], rng: np.random.Generator
) -> None:
    """Let some long laterals fork: their last third turns into a side street where there is room."""
    lines = legs(path)
    for lateral in laterals:
        end = along(lateral.start, lateral.direction, FIRST_PLACE_M + lateral.spacing * (lateral.count - 1))
        lateral.lines = [(lateral.start, end)]
        lines += lateral.lines
    for lateral in laterals:
        if lateral.count < 8 or rng.random() > 0.45:
            continue
        count = lateral.count // 3
        fork = along(
            lateral.start, lateral.direction, FIRST_PLACE_M + lateral.spacing * ((lateral.count - count) // 2)
        )
        need = lateral.spacing * count
        side = 1.0 if rng.random() < 0.5 else -1.0
        direction = (-side * lateral.direction[1], side * lateral.direction[0])
        others = [line for line in lines if line not in lateral.lines]
        room = min(region.reach(fork, direction) - CELL_MARGIN_M, need)
        if free_length(fork, direction, room, others) >= need:
            lateral.branch, lateral.branch_count = direction, count
            lines.append((fork, along(fork, direction, need)))


def _attempt(region: Region, path: list[Point], slots: int, wanted: int, spacing: float) -> list[Lateral]:
    """Place laterals on both sides of evenly spread slots and find how long each can be."""
    starts = _slots(path, max(1, (slots + 1) // 2))
    lines = legs(path)
    most_each = max(3, int(1.6 * wanted / max(2 * len(starts), 1)) + 2)
    longest = FIRST_PLACE_M + spacing * (most_each - 1)
    planned: list[Lateral] = []
    for s, start, direction, own in starts:
        for side in (1.0, -1.0):
            outward = (-side * direction[1], side * direction[0])
            room = min(region.reach(start, outward) - CELL_MARGIN_M, longest)
            room = free_length(start, outward, room, [line for line in lines if line != own])
            most = int((room - FIRST_PLACE_M) / spacing + 1.001) if room >= FIRST_PLACE_M else 0
            if most > 0:
                planned.append(Lateral(s, start, outward, spacing, most))
                lines.append((start, along(start, outward, FIRST_PLACE_M + spacing * (most - 1))))
    return planned


def _slots(path: list[Point], wanted: int) -> list[tuple[float, Point, Point, tuple[Point, Point]]]:
    """Spread lateral slots over the straight pieces of a backbone, clear of its turns."""
    pieces: list[tuple[float, tuple[Point, Point], float]] = []
    s = 0.0
    for leg in legs(path):
        pieces.append((s, leg, distance(*leg)))
        s += pieces[-1][2]
    hosts = [piece for piece in pieces if piece[2] > 2.0 * CORNER_M]
    if not hosts:
        hosts = sorted(pieces, key=lambda piece: -piece[2])[:2]
    usable = sum(max(piece[2] - 2.0 * CORNER_M, 1.0) for piece in hosts)
    pitch = max(SLOT_M, usable / wanted)
    found = []
    for s0, leg, size in sorted(hosts):
        free = max(size - 2.0 * CORNER_M, 1.0)
        count = max(1, round(free / pitch))
        while count > 1 and free / count < SLOT_M:
            count -= 1
        direction = unit(*leg)
        for k in range(count):
            at = (size - free) / 2.0 + free * (k + 0.5) / count
            found.append((s0 + at, along(leg[0], direction, at), direction, leg))
    if len(found) > wanted:
        found = [found[int((k + 0.5) * len(found) / wanted)] for k in range(wanted)]
    return found


def _share(laterals: list[Lateral], wanted: int, rng: np.random.Generator) -> None:
    """Share the transformers among the laterals in proportion to what they can carry, unevenly."""
    if not laterals:
        return
    most = np.array([lateral.most for lateral in laterals], dtype=np.float64)
    weight = most * rng.uniform(0.6, 1.4, len(laterals))
    count = np.minimum(np.floor(wanted * weight / weight.sum()), most)
    order = np.argsort(-weight, kind="stable")
    while count.sum() < wanted:
        for i in order.tolist():
            if count[i] < most[i] and count.sum() < wanted:
                count[i] += 1
    for lateral, number in zip(laterals, count.astype(int).tolist(), strict=True):
        lateral.count = number
