"""Which device clears a fault, and who sees but a blink.

Breakers and reclosers reclose: a temporary fault is gone after a try or two, a lasting one locks them out.
Laterals behind a recloser are *fuse saving*: its fast curve acts before the fuse melts, so a temporary fault
there is a momentary interruption of all behind the recloser, and a lasting one melts the fuse after it. Near
the substation currents are too high for that to coordinate: laterals of the breaker's zone are *fuse
blowing*, and every fault on them is an outage behind the fuse, a temporary one until the fuse is replaced. A
sectionalizer counts the tries of the device before it and opens in the second pause. A transformer's own fuse
acts alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.forge.arrays import BoolArray, FloatArray, IntArray
from grid.forge.draft import BREAKER, FUSE, RECLOSER, SECTIONALIZER
from grid.forge.fleet import NONE, Fleet
from grid.forge.hazards import Faults, protecting_switch
from grid.forge.seeds import stream

RECLOSING_SUCCESS = (0.83, 0.10, 0.07)
"""Temporary faults gone at the first, second and third try (order of the classic figures of reclosing: 83 %,
10 % and 1.4 %, the rest locked out; here the last two are one)."""

OPEN_SECONDS = (1, 17, 62)
"""Seconds from the first opening to the last reclosing: pauses of 1, 15 and 45 s, with a second for each
trip between them."""

FUSE_TRIES, SECTIONALIZER_TRIES = 1, 2
"""Openings of the recloser that others see before a fuse or sectionalizer has isolated a lasting fault."""


@dataclass(frozen=True, eq=False)
class Clearing:
    """Hold what each fault comes to.

    Attributes:
        opens: switch that stays open; NONE if none does.
        blinks: switch whose customers see a momentary interruption; NONE if none does.
        tries: openings of that switch.
    """

    opens: IntArray
    blinks: IntArray
    tries: IntArray


def clear_faults(*, fleet: Fleet, faults: Faults, seed: int) -> Clearing:
    """Return what the protection makes of each fault of a line; a transformer's opens no switch."""
    kind, recloses = fleet.switches.kind, reclosing_switch(fleet)
    at = faults.switch
    is_line = at != NONE
    own = kind[at]
    before = np.where(is_line, recloses[at], NONE)
    saves = (own == FUSE) & (kind[before] == RECLOSER)
    by_itself = (own == BREAKER) | (own == RECLOSER)
    lasting = ~faults.is_temporary
    opens_own = lasting | ((own == FUSE) & ~saves)
    sees_tries: BoolArray = np.where(
        faults.is_temporary, by_itself | saves | (own == SECTIONALIZER), saves | (own == SECTIONALIZER)
    ).astype(np.bool_)
    drawn = stream(seed, "reclosing").random(len(at))
    tried = np.searchsorted(np.cumsum(RECLOSING_SUCCESS)[:-1], drawn, side="right") + 1
    until_isolated = np.where(own == FUSE, FUSE_TRIES, SECTIONALIZER_TRIES)
    return Clearing(
        opens=np.where(is_line & opens_own, at, NONE),
        blinks=np.where(is_line & sees_tries, before, NONE),
        tries=np.where(faults.is_temporary, tried, until_isolated).astype(np.int64),
    )


def reclosing_switch(fleet: Fleet) -> IntArray:
    """Return, per switch, the breaker or recloser that it is or that comes next towards the substation."""
    switches = fleet.switches
    zone = protecting_switch(fleet)
    found = np.full(len(switches.kind), NONE, dtype=np.int64)
    for index in range(len(found)):
        at = index
        while at != NONE and switches.kind[at] not in (BREAKER, RECLOSER):
            start = int(switches.start[at])
            at = NONE if start == NONE else int(zone[start])
        found[index] = at
    return found


def seconds_open(tries: IntArray) -> FloatArray:
    """Return how long the customers of a reclosing switch were without supply in all, s."""
    return np.array(OPEN_SECONDS, dtype=np.float64)[tries - 1]
