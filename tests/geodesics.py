"""Distances on the WGS 84 ellipsoid by the inverse formula of Vincenty (1975), for tests to compare with."""

from math import atan, atan2, cos, radians, sin, sqrt, tan

MAJOR_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
MINOR_M = MAJOR_M * (1 - FLATTENING)


def vincenty_m(lon_1: float, lat_1: float, lon_2: float, lat_2: float) -> float:
    """Return the length of the geodesic between two points that are not nearly antipodal, m."""
    if (lon_1, lat_1) == (lon_2, lat_2):
        return 0.0
    reduced_1 = atan((1 - FLATTENING) * tan(radians(lat_1)))
    reduced_2 = atan((1 - FLATTENING) * tan(radians(lat_2)))
    difference = radians(lon_2 - lon_1)
    on_sphere = difference
    for _ in range(200):
        across = cos(reduced_2) * sin(on_sphere)
        along = cos(reduced_1) * sin(reduced_2) - sin(reduced_1) * cos(reduced_2) * cos(on_sphere)
        sine = sqrt(across**2 + along**2)
        if sine == 0.0:
            return 0.0
        cosine = sin(reduced_1) * sin(reduced_2) + cos(reduced_1) * cos(reduced_2) * cos(on_sphere)
        angle = atan2(sine, cosine)
        azimuth = cos(reduced_1) * cos(reduced_2) * sin(on_sphere) / sine
        squared = 1 - azimuth**2
        middle = cosine - 2 * sin(reduced_1) * sin(reduced_2) / squared if squared else 0.0
        factor = FLATTENING / 16 * squared * (4 + FLATTENING * (4 - 3 * squared))
        before = on_sphere
        inner = middle + factor * cosine * (2 * middle**2 - 1)
        on_sphere = difference + (1 - factor) * FLATTENING * azimuth * (angle + factor * sine * inner)
        if abs(on_sphere - before) < 1e-13:
            break
    second = squared * (MAJOR_M**2 - MINOR_M**2) / MINOR_M**2
    big_a = 1 + second / 16384 * (4096 + second * (-768 + second * (320 - 175 * second)))
    big_b = second / 1024 * (256 + second * (-128 + second * (74 - 47 * second)))
    cubic = big_b / 6 * middle * (4 * sine**2 - 3) * (4 * middle**2 - 3)
    correction = big_b * sine * (middle + big_b / 4 * (cosine * (2 * middle**2 - 1) - cubic))
    return MINOR_M * big_a * (angle - correction)


def degrees(whole: int, minutes: int, seconds: float) -> float:
    """Return an angle in degrees; the sign is that of the degrees."""
    size = abs(whole) + minutes / 60 + seconds / 3600
    return -size if whole < 0 else size


FLINDERS_PEAK = (degrees(144, 25, 29.52440), degrees(-37, 57, 3.72030))
BUNINYONG = (degrees(143, 55, 35.38390), degrees(-37, 39, 10.15610))
FLINDERS_TO_BUNINYONG_M = 54_972.271
"""The worked example of the Geocentric Datum of Australia's technical manual (GRS 80, here the same)."""
