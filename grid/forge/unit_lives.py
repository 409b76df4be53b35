"""The units that have stood at the transformers' places: their make, what wears them out, when each failed.

A transformer's row is a place in the network; the unit that stands there may fail and is then replaced by a
new one, or is renewed before it fails. Month by month every unit has an expected number of failures by cause:

* ``EQUIPMENT``: age (Weibull), insulation used up by its temperatures (loss of life, C57.91), a high voltage,
  and faults of its circuit's lines, whose currents it carries;
* ``OVERLOAD``: hours far above its rating;
* ``LIGHTNING``: thunderstorms, on poles more, with old arresters more, by the exposure of its place;
* ``WIND``: on poles.

All of it is multiplied by what the unit is: its liquid, its maker, its production batch, and a strength of
its own. Batch, strength and exposure are recorded nowhere. They bound what anybody can know beforehand:
what the true expectation tells of the failures is the ceiling of any prediction from the records.

Orders of magnitude: Brown, *Electric Power Distribution Reliability*, chapter 4, gives pole transformers
0.004 to 0.03 failures a year, most of which a fuse or a repair clears; utilities replace well under 1 %
of their units a year because they failed. The constants are this model's own, set so that about 0.7 % do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from grid.forge.arrays import BoolArray, FloatArray, IntArray
from grid.forge.fault_causes import LocalClock
from grid.forge.fleet import NONE, Fleet
from grid.forge.months import Months
from grid.forge.seeds import stream
from grid.forge.unit_duty import MonthDuty, UnitDuty
from grid.forge.unit_makes import MakeParams, Makes, draw_makes
from grid.standards.transformer_thermal import NORMAL_LIFE_H

MINUTES_PER_HOUR = 60
FAILURE_CAUSES = ("EQUIPMENT", "OVERLOAD", "LIGHTNING", "WIND")
PATTERN_OF = ("load", "overload", "lightning", "wind")
"""Name of the intensity over time, by cause."""

HORIZONS_DAYS = (30, 90, 365)
"""Times within which a failure is told beforehand."""

HOURS_PER_YEAR = 8766.0


@dataclass(frozen=True, slots=True)
class UnitHazardParams:
    """Set what makes units fail; rates per year of a unit of ordinary strength.

    Attributes:
        wear: by age, at ``age_years``.
        age_years: age of that rate.
        age_power: it grows with this power of age: a Weibull distribution of shape one more.
        ageing: growth of the wear per normal insulation life (20.55 years) used up.
        most_lives: lives used up beyond which it grows no more.
        voltage: growth of the logarithm of the wear per unit of voltage above 1.
        line_fault: chance per fault of a line of the unit's circuit.
        over_120: per year spent above 120 % of the rating.
        over_150: on top, above 150 %.
        lightning: of a unit on a pole with a new arrester.
        arrester_years: age at which an arrester protects half as well.
        pad_lightning: part of it that reaches a unit on a pad.
        wind: of a unit on a pole, per hour of calm wind doubled.
        exposure: standard deviation of the logarithm of a place's exposure to lightning.
        early: extra wear of a new unit, gone with ``early_years``.
        early_years: e-folding time of that.
        renewal: chance a year that a unit above ``renewal_age`` is replaced before it fails.
        renewal_age: that age.
        past_load: load before the forged past, of that in it.
        makes: what units are like.
    """

    wear: float = 0.0021
    age_years: float = 25.0
    age_power: float = 2.0
    ageing: float = 5.0
    most_lives: float = 3.0
    voltage: float = 6.0
    line_fault: float = 4e-5
    over_120: float = 0.6
    over_150: float = 2.5
    lightning: float = 0.0012
    arrester_years: float = 20.0
    pad_lightning: float = 0.25
    wind: float = 5e-8
    exposure: float = 0.6
    early: float = 0.002
    early_years: float = 1.0
    renewal: float = 0.012
    renewal_age: float = 40.0
    past_load: float = 0.7
    makes: MakeParams = field(default_factory=MakeParams)


@dataclass(frozen=True, eq=False)
class UnitLives:
    """Hold what became of the units of the past and the metering period.

    Attributes:
        transformer: the place, per unit, in order of place and time.
        makes: what the units are.
        installed: minute of installation; the least integer where only the year is known.
        removed: minute of removal; the greatest integer while the unit stands.
        cause: why it failed, position in :data:`FAILURE_CAUSES`; NONE if it was renewed or stands.
        cut_off: months at whose start the true expectations are stated, positions.
        expected: failures expected of the unit that stands there at a cut-off within each horizon, (cut-offs,
            horizons, transformers); NaN where the horizon reaches beyond the weather.
    """

    transformer: IntArray
    makes: Makes
    installed: IntArray
    removed: IntArray
    cause: IntArray
    cut_off: IntArray
    expected: FloatArray

    def year_at(self, transformer: IntArray, minute: IntArray | int) -> IntArray:
        """Return the year of installation of the unit that stands at some places at some minutes."""
        return self.makes.install_year[self.unit_at(transformer, minute)]

    def unit_at(self, transformer: IntArray, minute: IntArray | int) -> IntArray:
        """Return the position of that unit; the last one removed before a new one stands is still it."""
        span = np.int64(2**40)
        since = np.clip(self.installed, -(2**38), 2**38)
        keys = self.transformer * span + since + span // 2
        wanted = transformer * span + np.clip(minute, -(2**38), 2**38) + span // 2
        return np.asarray(np.searchsorted(keys, wanted, side="right") - 1, dtype=np.int64)

    @property
    def failed(self) -> BoolArray:
        """Whether each unit failed."""
        return np.asarray(self.cause != NONE)


def live_lives(
    *,
    fleet: Fleet,
    install_year: IntArray,
    duty: UnitDuty,
    months: Months,
    patterns: Mapping[str, FloatArray],
    station: IntArray,
    line_faults: FloatArray,
    clock: LocalClock,
    first_hour: int,
    seed: int,
    factor: float,
    params: UnitHazardParams,
) -> UnitLives:
    """Let the units of all months live and fail.

    Args:
        fleet: the grown system.
        install_year: year of the unit that stands at each place when the past begins.
        duty: loads and temperatures.
        months: the months of the weather.
        patterns: relative intensities of the causes, (stations, hours).
        station: weather station of each transformer.
        line_faults: faults of lines per month and circuit.
        clock: local time of the weather's hours.
        first_hour: its first hour, counted from the start of the metering period.
        seed: the configuration's seed.
        factor: multiplies every rate.
        params: what makes units fail.
    """
    life = _Life(fleet, install_year, duty, months, patterns, station, line_faults, seed, factor, params)
    workday = ~clock.is_weekend & (clock.hour >= 8) & (clock.hour <= 12)
    for at in range(len(months)):
        life.month(at, first_hour, workday)
    return life.result()


@dataclass(eq=False)
class _Ghost:
    """Hold a unit that was removed, as if it stood on: for what was expected of it."""

    transformer: int
    makes: Makes
    lives: float
    since: int
    expected: list[float]


class _Life:
    def __init__(
        self,
        fleet: Fleet,
        install_year: IntArray,
        duty: UnitDuty,
        months: Months,
        patterns: Mapping[str, FloatArray],
        station: IntArray,
        line_faults: FloatArray,
        seed: int,
        factor: float,
        params: UnitHazardParams,
    ) -> None:
        self._fleet, self._duty, self._months, self._params = fleet, duty, months, params
        self._patterns, self._station, self._line_faults = patterns, station, line_faults
        self._seed, self._factor = seed, factor
        self._rng = stream(seed, "lives of units")
        count = len(install_year)
        self._aloft = fleet.transformers.pole != NONE
        self._exposure = np.exp(params.exposure * stream(seed, "exposure").standard_normal(count))
        self._sums = [
            np.add.reduceat(patterns[name], months.lo, axis=1) / HOURS_PER_YEAR for name in PATTERN_OF
        ]
        self._install_year, self._makes = install_year, draw_makes(install_year, seed, 0, params.makes)
        self._installed = np.full(count, np.iinfo(np.int64).min)
        first = [duty.month(at).ageing for at in range(min(12, len(months)))]
        age = np.maximum(months.middle_year[0] - install_year, 0.0)
        self._lives = np.mean(first, axis=0) * params.past_load * age * HOURS_PER_YEAR / NORMAL_LIFE_H
        self._expected = np.zeros((len(months), count), dtype=np.float32)
        self._gone: list[tuple[IntArray, Makes, IntArray, IntArray, IntArray]] = []
        self._ghosts: list[_Ghost] = []

    def month(self, at: int, first_hour: int, workday: BoolArray) -> None:
        """Let a month pass."""
        duty = self._duty.month(at)
        everywhere = np.arange(len(self._lives))
        by_cause = self._expectation(at, duty, everywhere, self._makes, self._lives)
        total = by_cause.sum(axis=0)
        self._expected[at] = total
        self._haunt(at, duty)
        hours = int(self._months.hours[at])
        self._lives = self._lives + duty.ageing * hours / NORMAL_LIFE_H
        age = self._months.middle_year[at] - self._makes.install_year
        renewal = np.where(age > self._params.renewal_age, self._params.renewal, 0.0)
        renewal *= self._factor * hours / HOURS_PER_YEAR
        drawn = self._rng.random(len(total))
        fails = drawn < -np.expm1(-total)
        renews = ~fails & (self._rng.random(len(total)) < renewal)
        who = np.flatnonzero(fails | renews)
        if not len(who):
            return
        cause, minute = self._when(at, who, fails[who], by_cause[:, who], first_hour, workday)
        for one in who.tolist():
            self._ghosts.append(
                _Ghost(one, self._makes.take(np.array([one])), float(self._lives[one]), at, [])
            )
        self._gone.append((who, self._makes.take(who), self._installed[who].copy(), minute, cause))
        year = int(self._months.month[at].astype("datetime64[Y]").astype(np.int64)) + 1970
        new = draw_makes(np.full(len(who), year), self._seed, at + 1, self._params.makes)
        self._makes = self._makes.replaced(who, new)
        self._installed[who] = minute
        self._lives[who] = 0.0

    def _expectation(
        self, at: int, duty: MonthDuty, who: IntArray, makes: Makes, lives: FloatArray
    ) -> FloatArray:
        """Return the failures expected of some units in a month, (causes, units)."""
        p = self._params
        station = self._station[who]
        load, _, lightning, wind = (sums[station, at] for sums in self._sums)
        age = np.maximum(self._months.middle_year[at] - makes.install_year, 0.0)
        used = 1.0 + p.ageing * np.minimum(lives, p.most_lives)
        worn = p.wear * (age / p.age_years) ** p.age_power * used + p.early * np.exp(-age / p.early_years)
        worn = worn * np.exp(p.voltage * (duty.voltage_pu[who] - 1.0))
        faults = p.line_fault * self._line_faults[at, self._fleet.transformers.circuit[who]]
        over = duty.hours_over[:, who] / HOURS_PER_YEAR
        aloft = self._aloft[who]
        arrester = 1.0 + age / p.arrester_years
        struck = p.lightning * self._exposure[who] * arrester * np.where(aloft, 1.0, p.pad_lightning)
        found = np.stack(
            [
                worn * load + faults / self._factor,
                p.over_120 * over[1] + p.over_150 * over[2],
                struck * lightning,
                np.where(aloft, p.wind * HOURS_PER_YEAR * wind, 0.0),
            ]
        )
        return np.asarray(found * makes.weakness * self._factor)

    def _when(
        self,
        at: int,
        who: IntArray,
        fails: BoolArray,
        by_cause: FloatArray,
        first_hour: int,
        workday: BoolArray,
    ) -> tuple[IntArray, IntArray]:
        """Return why units fail, NONE where they are renewed, and the minute at which they leave."""
        lo, hi = int(self._months.lo[at]), int(self._months.hi[at])
        cause = np.full(len(who), NONE, dtype=np.int64)
        hour = np.zeros(len(who), dtype=np.int64)
        for index, one in enumerate(who.tolist()):
            if fails[index]:
                share = np.cumsum(by_cause[:, index])
                cause[index] = min(
                    int(np.searchsorted(share, self._rng.random() * share[-1], side="right")), 3
                )
                weight = self._patterns[PATTERN_OF[cause[index]]][self._station[one], lo:hi]
            else:
                weight = workday[lo:hi].astype(np.float64)
            until = np.cumsum(weight)
            if until[-1] <= 0.0:
                until = np.arange(1.0, hi - lo + 1.0)
            hour[index] = min(
                int(np.searchsorted(until, self._rng.random() * until[-1], side="right")), hi - lo - 1
            )
        minute = (first_hour + lo + hour) * MINUTES_PER_HOUR + self._rng.integers(0, 60, len(who))
        return cause, minute

    def _haunt(self, at: int, duty: MonthDuty) -> None:
        """Note what would be expected of units that left within the longest horizon, had they stayed."""
        most = max(HORIZONS_DAYS) // 28 + 1
        active = [ghost for ghost in self._ghosts if at - ghost.since <= most]
        if not active:
            return
        who = np.array([ghost.transformer for ghost in active])
        lives = np.array([ghost.lives for ghost in active])
        makes = Makes.joined([ghost.makes for ghost in active])
        found = self._expectation(at, duty, who, makes, lives).sum(axis=0).tolist()
        more = (duty.ageing[who] * int(self._months.hours[at]) / NORMAL_LIFE_H).tolist()
        for ghost, expected, aged in zip(active, found, more, strict=True):
            ghost.expected.append(expected)
            ghost.lives += aged

    def result(self) -> UnitLives:
        """Return what became of all."""
        count = len(self._lives)
        parts = [*self._gone]
        parts.append(
            (
                np.arange(count),
                self._makes,
                self._installed,
                np.full(count, np.iinfo(np.int64).max),
                np.full(count, NONE, dtype=np.int64),
            )
        )
        transformer, installed, removed, cause = (
            np.concatenate([part[at] for part in parts]).astype(np.int64) for at in (0, 2, 3, 4)
        )
        makes = Makes.joined([part[1] for part in parts])
        order = np.lexsort((removed, transformer))
        cut_off, expected = self._expected_within()
        return UnitLives(
            transformer=transformer[order],
            makes=makes.take(order),
            installed=installed[order],
            removed=removed[order],
            cause=cause[order],
            cut_off=cut_off,
            expected=expected,
        )

    def _expected_within(self) -> tuple[IntArray, FloatArray]:
        """Return the quarters' first months and what was expected within each horizon of their start."""
        months = self._months
        quarter = np.flatnonzero(months.is_whole & (months.month.astype(np.int64) % 3 == 0))
        found = np.full((len(quarter), len(HORIZONS_DAYS), len(self._lives)), np.nan, dtype=np.float32)
        for row, at in enumerate(quarter.tolist()):
            for column, days in enumerate(HORIZONS_DAYS):
                share = self._share(at, days)
                if share is None:
                    continue
                total = share @ self._expected[at : at + len(share)]
                seen: set[int] = set()
                for ghost in self._ghosts:  # in order of time: the first to leave stood there at the cut-off
                    place = ghost.transformer
                    if ghost.since < at or place in seen:
                        continue
                    seen.add(place)
                    stood = ghost.since - at + 1
                    if stood >= len(share):
                        continue
                    rest = np.array(ghost.expected[: len(share) - stood])
                    total[place] = (
                        share[:stood] @ self._expected[at : at + stood, place] + share[stood:] @ rest
                    )
                found[row, column] = total
        return quarter.astype(np.int64), found.astype(np.float64)

    def _share(self, at: int, days: int) -> FloatArray | None:
        """Return the part of each month from ``at`` on that lies within some days; None if weather lacks."""
        left = days * 24.0
        share = []
        while left > 0.0:
            if at >= len(self._months):
                return None
            hours = float(self._months.hours[at])
            share.append(min(left / hours, 1.0))
            left -= hours
            at += 1
        return np.array(share)
