"""Crews and the outages that wait for them: who is sent where, and when work can begin."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from grid.forge.arrays import BoolArray, FloatArray, IntArray
from grid.forge.fleet import NONE


@dataclass(frozen=True, slots=True)
class DispatchParams:
    """Set how crews are sent.

    Attributes:
        ready_minutes: from the order until the crew drives.
        speed_kmh: how fast it then gets on, as the crow flies.
        safe_mps: hourly wind from which nobody works aloft (aerial lifts stay down from about 30 mph).
        aid_jobs_per_crew: outages waiting per crew from which crews of other utilities are called.
        aid_hours: until these are there.
        aid_factor: how many come, as a multiple of the own ones.
        aid_travel_minutes: what such a crew, staged nearby, takes to an outage.
    """

    ready_minutes: int = 8
    speed_kmh: float = 30.0
    safe_mps: float = 14.0
    aid_jobs_per_crew: float = 6.0
    aid_hours: int = 24
    aid_factor: float = 2.0
    aid_travel_minutes: int = 30


Job = TypeVar("Job")


class Pool(Generic[Job]):
    """Crews that can stand in for each other, and the outages that wait for one, largest first."""

    def __init__(self, crews: IntArray, lon: FloatArray, lat: FloatArray, params: DispatchParams) -> None:
        self.params = params
        self._crews = crews
        self._east_km = 111.195 * float(np.cos(np.radians(lat.mean()))) if len(lat) else 1.0
        self._x, self._y = lon * self._east_km, lat * 111.195
        self._free: BoolArray = np.ones(len(crews), dtype=np.bool_)
        self._place = {int(crew): at for at, crew in enumerate(crews.tolist())}
        self._waiting: list[tuple[int, int, Job]] = []
        self._visitors = 0
        self._called = False

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits and some crew is free."""
        return not self._waiting and bool(self._free.any())

    def wait(self, job: Job, *, customers: int, order: int) -> bool:
        """Put a job into the queue; return whether crews of other utilities are to be called now."""
        heapq.heappush(self._waiting, (-customers, order, job))
        if self._called or len(self._waiting) < self.params.aid_jobs_per_crew * len(self._crews):
            return False
        self._called = True
        return True

    def receive_aid(self) -> None:
        """Let the crews of other utilities begin."""
        self._visitors = round(self.params.aid_factor * len(self._crews))

    def next_job(self) -> Job | None:
        """Take the job that is served next, if there is a crew for it."""
        if not self._waiting or not (self._visitors or self._free.any()):
            return None
        return heapq.heappop(self._waiting)[2]

    def send(self, lon: float, lat: float) -> tuple[int, int]:
        """Send the nearest free crew, else one of another utility; return it and the minutes it takes.

        The crew is NONE if it is another utility's.
        """
        if not self._free.any():
            self._visitors -= 1
            return NONE, self.params.aid_travel_minutes
        away = np.hypot(self._x - lon * self._east_km, self._y - lat * 111.195)
        at = int(np.argmin(np.where(self._free, away, np.inf)))
        self._free[at] = False
        self._x[at], self._y[at] = lon * self._east_km, lat * 111.195
        return int(self._crews[at]), self.params.ready_minutes + round(
            60.0 * float(away[at]) / self.params.speed_kmh
        )

    def release(self, crew: int) -> None:
        """Take back a crew that has finished."""
        if crew != NONE:
            self._free[self._place[crew]] = True
        elif self._waiting:
            self._visitors += 1
        if self._called and not self._waiting:
            self._called, self._visitors = False, 0


class SafeHours:
    """Know when the wind lets crews work."""

    def __init__(self, wind_mps: FloatArray, *, first_hour: int, safe_mps: float) -> None:
        self._first = first_hour
        self._next: list[list[int]] = []
        for station in wind_mps:
            safe = np.append(station < safe_mps, True)
            at = np.where(safe, np.arange(len(safe)), len(safe) - 1)
            self._next.append(np.minimum.accumulate(at[::-1])[::-1].tolist())

    def from_minute(self, station: int, minute: int) -> int:
        """Return the first minute, not before ``minute``, in whose hour it is safe at a station."""
        hours = self._next[station]
        hour = minute // 60 - self._first
        if hour >= len(hours) - 1:
            return minute
        safe = hours[hour]
        return minute if safe == hour else (self._first + safe) * 60
