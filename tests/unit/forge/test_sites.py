"""Which substations are chosen, and how the scale is shared among them."""

from datetime import datetime

import numpy as np
import pytest

from grid.forge import ForgeConfig, ForgeConfigError, Scale
from grid.forge.sites import choose_sites
from grid.forge.transmission import import_transmission

END_AT = datetime(2025, 8, 12)


@pytest.fixture(scope="module")
def texas() -> dict:
    return import_transmission(interconnects=("Texas",)).by_name


def test_the_demonstration_takes_the_cluster_of_least_demand(texas: dict) -> None:
    """Brute force over all anchors, with great-circle order by chord length."""
    frame = texas["substations"].to_pandas()
    inside = frame[
        frame.longitude.between(-96.2, -94.5) & frame.latitude.between(29.0, 30.5) & (frame.load_mw > 0)
    ]
    lon, lat = np.radians(inside.longitude), np.radians(inside.latitude)
    unit = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    totals = {}
    for index, anchor in enumerate(unit):
        near = np.argsort(np.linalg.norm(unit - anchor, axis=1))[:30]
        totals[inside.substation_id.iloc[index]] = (inside.load_mw.iloc[near].sum(), near)
    least, members = min(totals.values(), key=lambda found: found[0])

    sites = choose_sites(config=ForgeConfig(end_at=END_AT), transmission=texas)

    assert {site.substation_id for site in sites.chosen} == set(inside.substation_id.iloc[members])
    assert sum(site.load_mw for site in sites.chosen) == pytest.approx(least)


@pytest.mark.parametrize(
    ("scale", "substations", "transformers", "meters"),
    [
        (Scale.TINY, 3, 64, 300),
        (Scale.DEMO, 30, 5_000, 30_000),
        (Scale.CITY, 100, 25_000, 150_000),
        (Scale.METRO, 217, 91_554, 596_906),
    ],
)
def test_scales_have_their_size(
    texas: dict, scale: Scale, substations: int, transformers: int, meters: int
) -> None:
    sites = choose_sites(config=ForgeConfig(scale=scale, end_at=END_AT), transmission=texas).chosen

    assert len(sites) == substations
    assert sum(site.transformers for site in sites) == transformers
    assert sum(site.meters for site in sites) == meters
    assert all(site.load_mw > 0 for site in sites)
    assert all(site.meters * 8.0 <= site.load_mw * 1000.0 for site in sites)


def test_the_metro_takes_its_zone_and_a_territory_around_it(texas: dict) -> None:
    sites = choose_sites(config=ForgeConfig(scale=Scale.METRO, end_at=END_AT), transmission=texas)
    frame = texas["substations"].to_pandas().set_index("substation_id")
    west, south, east, north = sites.bounds

    assert set(frame.zone_id[[site.substation_id for site in sites.chosen]]) == {"ZONE-307"}
    assert all(west < site.lon < east and south < site.lat < north for site in sites.chosen)


def test_a_named_zone_is_used(texas: dict) -> None:
    config = ForgeConfig(scale=Scale.TINY, zone="West", end_at=END_AT)

    sites = choose_sites(config=config, transmission=texas)

    assert all(site.state == "TX" for site in sites.chosen)
    assert sites.bounds[0] < -98.0


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"zone": "Atlantis"}, "zone", "no load zone is named 'Atlantis'"),
        ({"territory": (-80.0, 29.0, -79.0, 30.0)}, "territory", "has 0 substations"),
        ({"territory": (-95.5, 29.6, -95.3, 29.8), "scale": Scale.CITY}, "territory", "needs 100"),
    ],
)
def test_an_impossible_place_is_refused(texas: dict, change: dict, field: str, said: str) -> None:
    with pytest.raises(ForgeConfigError, match=said) as caught:
        choose_sites(config=ForgeConfig(**{"end_at": END_AT, **change}), transmission=texas)

    assert caught.value.field == field


def test_too_little_demand_for_the_meters_is_refused(texas: dict) -> None:
    loads = texas["substations"]
    little = loads.set_column(
        loads.schema.get_field_index("load_mw"), "load_mw", [np.asarray(loads["load_mw"]) / 1000.0]
    )

    with pytest.raises(ForgeConfigError, match="30000 meters need 240 MW"):
        choose_sites(config=ForgeConfig(end_at=END_AT), transmission={**texas, "substations": little})
