"""What an outage and a momentary interruption are, before they become rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from grid.forge.fleet import NONE, Fleet


@dataclass(frozen=True, slots=True)
class Interruption:
    """Hold a range of meters without supply from one minute to another, minutes after the period's start."""

    meter_lo: int
    meter_hi: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Hold a range of transformers that an outage interrupts, and the minute of their restoration."""

    lo: int
    hi: int
    end: int


@dataclass(eq=False, slots=True)
class Outage:
    """Hold one outage; minutes are counted from the start of the metering period.

    Attributes:
        circuit: position of the circuit.
        switch: the switch that opened; NONE if a transformer failed.
        transformer: the transformer that failed; NONE if a switch opened.
        kind: what failed.
        cause: cause code.
        is_planned: whether it was announced.
        is_quick: whether a new fuse is all that is needed.
        ends_unit: whether the transformer has to be replaced.
        start: minute of the interruption.
        confirmed: minute when it was confirmed.
        assigned: minute when a crew was sent.
        arrived: minute when the crew began to work.
        repaired: minute when the device was closed again.
        restored: minute when everybody had supply again.
        median_minutes: work that is as often longer as shorter.
        spread: standard deviation of the logarithm of the work.
        estimate: minute by which all are restored as likely as not.
        estimate_p80: minute by which they are four times in five.
        crew: position of the crew; NONE while none was sent, or for a crew of another utility.
        pieces: who is out until when.
        customers: customers interrupted.
    """

    circuit: int
    switch: int
    transformer: int
    kind: str
    cause: str
    is_planned: bool
    is_quick: bool
    start: int
    confirmed: int
    median_minutes: float
    spread: float
    assigned: int = 0
    arrived: int = 0
    repaired: int = 0
    restored: int = 0
    estimate: int = 0
    estimate_p80: int = 0
    crew: int = NONE
    customers: int = 0
    ends_unit: bool = False
    pieces: list[Piece] = field(default_factory=list)

    def interruptions(self, fleet: Fleet) -> list[Interruption]:
        """Return whose meters are out when."""
        ranges = [(fleet.meter_range(piece.lo, piece.hi), piece.end) for piece in self.pieces]
        return [Interruption(meters.start, meters.stop, self.start, end) for meters, end in ranges]


@dataclass(frozen=True, slots=True)
class Momentary:
    """Hold one reclosing sequence.

    Attributes:
        switch: position of the device that reclosed.
        start_s: when it opened first, seconds after the start of the metering period.
        tries: how often it opened.
        customers: customers who had supply before and after.
    """

    switch: int
    start_s: int
    tries: int
    customers: int
