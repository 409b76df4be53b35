"""How wide a bayou floods: from its width to its drainage area, its flood flows, and the ground they cover.

1. The drainage area follows from the width by the regional curve of the Atlantic Plain, w = 2.22 A^0.363, and
   the depth of the channel by d = 0.24 A^0.323 (m, km²; Bieger et al., *Journal of the American Water
   Resources Association* 51, 2015).
2. The peak flow with a chance of 1 % and of 0.2 % a year follows from it by the regional equations of Asquith
   and Roussel (USGS Scientific Investigations Report 2009-5087), Q = P^b S^c 10^(e + d A^l) in ft³/s, with
   precipitation P in inches, slope S, area A in square miles, and no regional residual (OmegaEM = 0).
3. The flow fills a cross-section of the channel and, on both banks, ground that rises evenly, at normal depth
   by Manning's equation Q = 1/n · A · R^(2/3) · S^(1/2), channel and banks each with its own n and without
   friction between them. The depth over the banks, times the run of the ground, is how far the water reaches.

The result stands for a natural stream in its regional mean: no dam, culvert, detention, backwater or tide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.optimize import brentq

M3_PER_FT3 = 0.3048**3
KM2_PER_SQUARE_MILE = 1.609344**2
MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class PeakFlow:
    """Hold the coefficients of one regional equation of peak flow; see the module.

    Attributes:
        annual_chance_pct: chance that the flow is reached within a year.
        precipitation: exponent of the mean annual precipitation.
        slope: exponent of the slope of the main channel.
        constant: constant of the power of ten.
        area: factor of the area's power in it.
        area_power: that power.
    """

    annual_chance_pct: float
    precipitation: float
    slope: float
    constant: float
    area: float
    area_power: float

    def m3_per_s(self, *, drainage_km2: float, slope: float, precipitation_mm: float) -> float:
        """Return the peak flow.

        Args:
            drainage_km2: area that drains to the place.
            slope: fall of the main channel, m per m.
            precipitation_mm: in a mean year.
        """
        power = self.constant + self.area * (drainage_km2 / KM2_PER_SQUARE_MILE) ** self.area_power
        rain = (precipitation_mm / MM_PER_INCH) ** self.precipitation
        return float(rain * slope**self.slope * 10.0**power * M3_PER_FT3)


ONE_PERCENT = PeakFlow(1.0, 1.071, 0.507, 10.82, -8.448, -0.0467)
FIFTH_PERCENT = PeakFlow(0.2, 0.988, 0.569, 10.40, -7.605, -0.0554)


@dataclass(frozen=True, slots=True)
class FloodParams:
    """Set the ground that floods.

    Attributes:
        width_factor: bankfull width at 1 km², m.
        width_power: power of the drainage area by which it grows.
        depth_factor: bankfull depth at 1 km², m.
        depth_power: power by which it grows.
        slope: fall of bayous, m per m; a round figure of the coastal prairie.
        precipitation_mm: in a mean year; Houston's is about 50 inches.
        channel_n: Manning's n of a winding natural channel (Chow 1959).
        bank_n: of banks with brush and trees (Chow 1959).
        bank_run: metres of ground over which the banks rise by one; a round figure of this project.
        tolerance_m: how far an outline may be off to have fewer corners.
        corners: straight pieces by which an outline turns a quarter circle.
    """

    width_factor: float = 2.22
    width_power: float = 0.363
    depth_factor: float = 0.24
    depth_power: float = 0.323
    slope: float = 0.0007
    precipitation_mm: float = 1270.0
    channel_n: float = 0.04
    bank_n: float = 0.08
    bank_run: float = 100.0
    tolerance_m: float = 1.0
    corners: int = 4


def drainage_km2(width_m: float, params: FloodParams) -> float:
    """Return the drainage area of a channel of a width."""
    return float((width_m / params.width_factor) ** (1.0 / params.width_power))


def conveyed_m3_per_s(over_bank_m: float, *, width_m: float, depth_m: float, params: FloodParams) -> float:
    """Return the flow at normal depth with the water a height above the banks.

    Args:
        over_bank_m: height of the water above the banks.
        width_m: width of the channel, a rectangle.
        depth_m: depth of the channel.
        params: slope and roughness.
    """

    def flow(area: float, wetted: float, n: float) -> float:
        return area * (area / wetted) ** (2.0 / 3.0) * math.sqrt(params.slope) / n if area > 0.0 else 0.0

    channel = flow(width_m * (depth_m + over_bank_m), width_m + 2.0 * depth_m, params.channel_n)
    reach = params.bank_run * over_bank_m
    bank = flow(reach * over_bank_m / 2.0, math.hypot(reach, over_bank_m), params.bank_n)
    return channel + 2.0 * bank


def reach_m(width_m: float, peak: PeakFlow, params: FloodParams) -> float:
    """Return how far beyond its banks a bayou floods; 0 if its channel carries the flow.

    Args:
        width_m: its width.
        peak: the flow.
        params: the ground.
    """
    drained = drainage_km2(width_m, params)
    depth = params.depth_factor * drained**params.depth_power
    wanted = peak.m3_per_s(drainage_km2=drained, slope=params.slope, precipitation_mm=params.precipitation_mm)

    def missing(over_bank_m: float) -> float:
        carried = conveyed_m3_per_s(over_bank_m, width_m=width_m, depth_m=depth, params=params)
        return carried - wanted

    if missing(0.0) >= 0.0:
        return 0.0
    high = 1.0
    while missing(high) < 0.0:
        high *= 2.0
    return params.bank_run * float(brentq(missing, 0.0, high, xtol=1e-6))
