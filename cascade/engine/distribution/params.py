"""The settings of the distribution's consequence and of its restoration by switching."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cascade.engine.errors import CascadeInputError


class InvalidSwitchingParams(CascadeInputError):
    """Report a setting outside its range."""

    code = "INVALID_SWITCHING_PARAMS"


@dataclass(frozen=True, kw_only=True)
class SwitchingParams:
    """Hold the settings.

    Times are assumptions for planning, to be set to a control room's own: no standard gives them.

    Attributes:
        can_switch: whether ties and isolating switches are used at all; False leaves all out that the
            protection takes out.
        remote_kinds: kinds of switches that are operated from the control room. All others need somebody to
            go there, and parts are not divided at them.
        locate_s: from the trip until the fault is located, s.
        remote_operation_s: one operation from the control room, s. Operations of one circuit follow each
            other; circuits do not wait for each other.
        manual_operation_s: one operation by hand, the way there included, s.
        momentary_s: an interruption no longer than this is momentary: five minutes, IEEE 1366.
        cold_load_peak: load just after pick-up over the diversified load, once all diversity is lost (S_U);
            2 to 5.
        cold_load_hold_h: how long that peak lasts (T), h.
        cold_load_decay_per_h: how fast it decays then (alpha), 1/h.
        diversity_lost_s: after so long without supply all diversity is lost, s; before, the peak rises in
            proportion to the time. A simplification: thermostats cycle in a quarter to half an hour.
        source_voltage_pu: voltage that a substation holds, per unit.
        least_voltage_pu: lowest voltage that switching may leave, per unit: range A of ANSI C84.1, -5 %.
        power_factor: of all loads.

    Raises:
        InvalidSwitchingParams: naming the field.
    """

    can_switch: bool = True
    remote_kinds: tuple[str, ...] = ("BREAKER", "RECLOSER", "SECTIONALIZER", "TIE")
    locate_s: float = 60.0
    remote_operation_s: float = 30.0
    manual_operation_s: float = 3600.0
    momentary_s: float = 300.0
    cold_load_peak: float = 3.0
    cold_load_hold_h: float = 0.5
    cold_load_decay_per_h: float = 1.2
    diversity_lost_s: float = 1800.0
    source_voltage_pu: float = 1.03
    least_voltage_pu: float = 0.95
    power_factor: float = 0.95

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name in ("locate_s", "remote_operation_s", "manual_operation_s", "momentary_s"):
            self._check(name, low=0.0)
        self._check("cold_load_peak", low=1.0)
        self._check("cold_load_hold_h", low=0.0)
        self._check("cold_load_decay_per_h", low=0.0, is_above=True)
        self._check("diversity_lost_s", low=0.0, is_above=True)
        self._check("source_voltage_pu", low=0.5, high=1.5)
        self._check("least_voltage_pu", low=0.0, high=1.5)
        self._check("power_factor", low=0.0, high=1.0, is_above=True)

    def _check(self, name: str, *, low: float, high: float = math.inf, is_above: bool = False) -> None:
        value = float(getattr(self, name))
        fits = low < value if is_above else low <= value
        if not (math.isfinite(value) and fits and value <= high):
            more = "more than" if is_above else "at least"
            most = "" if high == math.inf else f" and at most {high:g}"
            raise InvalidSwitchingParams(field=name, message=f"is {value}; it must be {more} {low:g}{most}")
