"""Rows of what stands around the lines."""

from typing import Any

from django.contrib.gis.geos import MultiPolygon, Polygon

from grid import models
from tests.factories.grid import make_zone, number, point


def square(n: int = 0, *, side_deg: float = 0.0002) -> Polygon:
    """Return a small square whose south-west corner is ``point(n)``."""
    at = point(n)
    return Polygon.from_bbox((at.x, at.y, at.x + side_deg, at.y + side_deg))


def make_tree(**fields: Any) -> models.Tree:
    """Create an oak."""
    n = number()
    defaults = {
        "id": f"TREE-{n}",
        "zone": None if "zone" in fields else make_zone(),
        "species": "Quercus nigra",
        "common_name": "Water oak",
        "height_m": 14.5,
        "crown_radius_m": 5.5,
        "growth_m_per_year": 0.18,
        "location": point(n),
    }
    return models.Tree.objects.create(**{**defaults, **fields})


def make_building(**fields: Any) -> models.Building:
    """Create a house."""
    n = number()
    defaults = {
        "id": f"BLD-{n}",
        "zone": None if "zone" in fields else make_zone(),
        "building_use": "RESIDENTIAL",
        "height_m": 6.5,
        "floor_count": 2,
        "footprint_m2": 120.0,
        "outline": square(n),
    }
    return models.Building.objects.create(**{**defaults, **fields})


def make_water_body(**fields: Any) -> models.WaterBody:
    """Create a lake of two parts."""
    n = number()
    defaults = {
        "id": f"WAT-{n}",
        "name": f"Heron Lake {n}",
        "water_kind": "LAKE",
        "area_m2": 90_000.0,
        "outline": MultiPolygon(square(n), square(n + 1)),
    }
    return models.WaterBody.objects.create(**{**defaults, **fields})


def make_flood_zone(**fields: Any) -> models.FloodZone:
    """Create ground that floods with a chance of 1 % a year."""
    n = number()
    defaults = {
        "id": f"FLD-{n}-AE",
        "zone_code": "AE",
        "zone_subtype": None,
        "annual_chance_pct": 1.0,
        "base_flood_elevation_m": 12.5,
        "base_flood_depth_m": None,
        "outline": square(n, side_deg=0.01),
    }
    return models.FloodZone.objects.create(**{**defaults, **fields})
