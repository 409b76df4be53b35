"""Rows of what stands around the lines of the small grid."""

from typing import Any

LAKE = (
    "MULTIPOLYGON (((-95.4 29.5, -95.3 29.5, -95.3 29.6, -95.4 29.5),"
    " (-95.34 29.51, -95.33 29.51, -95.33 29.52, -95.34 29.51)),"
    " ((-95.2 29.5, -95.1 29.5, -95.1 29.6, -95.2 29.5)))"
)
POND = "POLYGON ((-95.5 29.5, -95.45 29.5, -95.45 29.55, -95.5 29.5))"


def add_surroundings(sample: dict[str, list[dict[str, Any]]]) -> None:
    """Add 3 trees, 4 buildings, 2 water bodies and 2 flood zones; the last of each knows least of itself."""
    sample["trees"] = [
        {
            "tree_id": f"TREE-{n}",
            "zone_id": (f"ZONE-{n}" if n < 2 else None),
            "species": "Quercus nigra" if n else None,
            "common_name": "Water oak" if n else None,
            "latitude": 29.5 + n / 10,
            "longitude": -95.0,
            "height_m": 12.5 if n < 2 else None,
            "crown_radius_m": 4.5 if n < 2 else None,
            "growth_m_per_year": 0.2 if n < 2 else None,
        }
        for n in range(3)
    ]
    sample["building_footprints"] = [building(n) for n in range(4)]
    sample["water_bodies"] = [
        {
            "water_id": f"WAT-{n}",
            "water_name": (None, "Heron Lake")[n],
            "water_kind": ("POND", "LAKE")[n],
            "area_m2": (900.0, 90_000.0)[n],
            "latitude": 29.5,
            "longitude": -95.4,
            "outline_wkt": (POND, LAKE)[n],
        }
        for n in range(2)
    ]
    sample["flood_zones"] = [
        {
            "flood_zone_id": f"FLD-1-{code}",
            "zone_code": code,
            "zone_subtype": subtype,
            "annual_chance_pct": chance,
            "base_flood_elevation_m": elevation,
            "base_flood_depth_m": None,
            "outline_wkt": POND,
        }
        for code, subtype, chance, elevation in (
            ("AE", None, 1.0, 12.5),
            ("D", "AREA NOT STUDIED", None, None),
        )
    ]


def building(n: int, **values: Any) -> dict[str, Any]:
    """Return the row of a building, a square at a place of its own."""
    west, south = -95.4 + n / 100, 29.7
    east, north = west + 0.0001, south + 0.0001
    corners = f"{west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}"
    row = {
        "building_id": f"BLD-{n}",
        "zone_id": f"ZONE-{n % 2}",
        "building_use": None if n == 3 else "RESIDENTIAL",
        "height_m": None if n == 3 else 6.5,
        "floor_count": None if n == 3 else 2,
        "footprint_m2": 107.5,
        "latitude": south,
        "longitude": west,
        "footprint_wkt": f"POLYGON (({corners}))",
    }
    return row | values
