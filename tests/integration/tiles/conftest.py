"""A cache of random rows in two zones, marked as synced."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import LineString, Point

from grid import models
from tests.clients import Api
from tests.factories import grid as factories


@dataclass(frozen=True)
class Place:
    """A row of a layer, as the test knows it."""

    id: str
    zone: str
    lon: float
    lat: float
    value: float


@dataclass(frozen=True)
class Town:
    """Random transformers and line sections of two zones."""

    zones: tuple[models.Zone, models.Zone]
    circuits: tuple[models.Circuit, ...]
    transformers: list[Place]
    lines: list[Place]


@pytest.fixture
def town(synced: None, own_stores: None) -> Town:
    """Return 400 transformers and as many sections of four circuits in two zones, over 40 km."""
    dice = random.Random(7)
    zones = (factories.make_zone(), factories.make_zone())
    circuits = tuple(
        factories.make_circuit(substation=factories.make_substation(zone=zones[n % 2])) for n in range(4)
    )
    origin = factories.make_transformer(circuit=circuits[0])
    places, lines, rows, sections = [], [], [], []
    for n in range(400):
        circuit = circuits[n % 4]
        lon, lat = -95.6 + 0.4 * dice.random() ** 2, 29.5 + 0.4 * dice.random()
        value = round(150 * dice.random(), 1)
        line_class = "BACKBONE" if n % 3 else "SERVICE"
        sections.append(
            _copy(
                origin.line,
                id=f"LINE-t{n}",
                circuit=circuit,
                zone=circuit.zone,
                line_class=line_class,
                length_m=100.0,
                route=LineString((lon, lat), (lon + 0.004 * dice.random(), lat + 0.001), srid=4326),
            )
        )
        rows.append(
            _copy(
                origin,
                id=f"XFMR-t{n}",
                circuit=circuit,
                zone=circuit.zone,
                location=Point(lon, lat, srid=4326),
                peak_loading_pct=value,
            )
        )
        places.append(Place(f"XFMR-t{n}", circuit.zone_id, lon, lat, value))
        lines.append(Place(f"{circuit.pk}/{line_class}", circuit.zone_id, lon, lat, 100.0))
    models.Transformer.objects.all().delete()
    models.LineSection.objects.all().delete()
    models.LineSection.objects.bulk_create(sections)
    for row in rows:
        row.line = sections[0]
    models.Transformer.objects.bulk_create(rows)
    return Town(zones, circuits, places, lines)


def _copy(row: Any, **changes: Any) -> Any:
    values = {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields}
    copy = type(row)(**values)
    for name, value in changes.items():
        setattr(copy, name, value)
    return copy


@pytest.fixture
def limited_api(town: Town, make_user: Callable[..., User]) -> Api:
    """Return the client of a viewer limited to the first zone."""
    user = make_user(roles=("viewer",))
    factories.grant_zone(user=user, zone=town.zones[0])
    return Api(user)
