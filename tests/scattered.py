"""Assets scattered at random over some kilometres, in two zones, for spatial questions to be asked of."""

import random
from dataclasses import dataclass
from datetime import date

from django.contrib.gis.geos import LineString, Point

from grid import models
from tests.factories.grid import make_circuit, make_substation, make_zone

CENTRE = (-95.37, 29.76)
SPREAD_DEG = 0.03


@dataclass(frozen=True, kw_only=True)
class Scattered:
    """What was made: meters and customers of two circuits, each in a zone of its own, and lines."""

    zones: tuple[models.Zone, models.Zone]
    circuits: tuple[models.Circuit, models.Circuit]
    transformers: list[models.Transformer]
    meters: list[models.Meter]
    customers: list[models.Customer]
    lines: list[models.LineSection]


def somewhere(rng: random.Random) -> tuple[float, float]:
    """Return a place near the centre."""
    return (
        CENTRE[0] + rng.uniform(-SPREAD_DEG, SPREAD_DEG),
        CENTRE[1] + rng.uniform(-SPREAD_DEG, SPREAD_DEG),
    )


def scatter(*, seed: int = 7, meters: int = 300) -> Scattered:
    """Create the assets: a transformer for ten meters, up to three customers a meter, some of them closed."""
    rng = random.Random(seed)
    zones = (make_zone(id="ZONE-A"), make_zone(id="ZONE-B"))
    circuits = tuple(
        make_circuit(id=f"CKT-{n}", substation=make_substation(id=f"SUB-{n}", zone=zone))
        for n, zone in enumerate(zones)
    )
    lines = []
    for n in range(120):
        circuit, (lon, lat) = circuits[n % 2], somewhere(rng)
        corners = [(lon, lat)]
        for _ in range(rng.randint(1, 3)):
            lon, lat = lon + rng.uniform(-0.004, 0.004), lat + rng.uniform(-0.004, 0.004)
            corners.append((lon, lat))
        lines.append(
            models.LineSection(
                id=f"LINE-{n}",
                circuit=circuit,
                zone_id=circuit.zone_id,
                from_node=f"N-{n}",
                to_node=f"N-{n}-end",
                line_class="LATERAL",
                phases="A",
                conductor_type="1/0 ACSR",
                rated_a=230.0,
                length_m=100.0 + n,
                is_underground=False,
                route=LineString(corners, srid=4326),
            )
        )
    models.LineSection.objects.bulk_create(lines)
    transformers = []
    for n in range(meters // 10):
        circuit = circuits[n % 2]
        transformers.append(
            models.Transformer(
                id=f"XFMR-{n}",
                name=f"Transformer {n}",
                circuit=circuit,
                substation_id=circuit.substation_id,
                zone_id=circuit.zone_id,
                line=lines[n % 2],
                node=f"N-{n % 2}",
                location=Point(*somewhere(rng), srid=4326),
                rated_kva=50.0,
                phases="A",
                primary_kv=7.2,
                secondary_kv=0.24,
                customer_count=10,
                peak_load_kva=41.0,
                peak_loading_pct=rng.uniform(20, 140),
                install_year=None if n % 5 == 0 else 1980 + n,
            )
        )
    models.Transformer.objects.bulk_create(transformers)
    made, customers = [], []
    for n in range(meters):
        transformer = transformers[n // 10]
        made.append(
            models.Meter(
                id=f"MTR-{n:04}",
                meter_key=n,
                transformer=transformer,
                circuit_id=transformer.circuit_id,
                substation_id=transformer.substation_id,
                zone_id=transformer.zone_id,
                location=Point(*somewhere(rng), srid=4326),
                customer_class="RESIDENTIAL",
                phases="A",
                install_date=date(2019, 5, 17),
                status="ACTIVE",
            )
        )
        customers += [
            models.Customer(
                id=f"CUST-{n:04}-{k}",
                meter=made[-1],
                zone_id=transformer.zone_id,
                full_name="Juniper Sample",
                service_address="1 Willow Lane",
                customer_class="RESIDENTIAL",
                critical_kind=rng.choice([None, None, None, "HOSPITAL", "WATER"]),
                account_status=rng.choice(["ACTIVE", "ACTIVE", "CLOSED"]),
            )
            for k in range(rng.randint(0, 3))
        ]
    models.Meter.objects.bulk_create(made)
    models.Customer.objects.bulk_create(customers)
    return Scattered(
        zones=zones,
        circuits=circuits,  # type: ignore[arg-type]
        transformers=transformers,
        meters=made,
        customers=customers,
        lines=lines,
    )
