"""Who the customers are: names, addresses, and which of them are critical. All of it is made up from word
lists.

Telephone numbers are of the range 555-0100 to 555-0199, mail addresses of example.com: neither can exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from grid.forge.arrays import IntArray, TextArray
from grid.forge.customer_mix import CAMPUS, CLASS_OF_KIND, HOME, PLANT, SHOP
from grid.forge.fleet import Fleet
from grid.forge.ids import FleetIds
from grid.forge.profiles import CLASS_NAMES
from grid.forge.seeds import stream
from grid.forge.words import CAMPUS_KIND, FAMILY, FIRM, GIVEN, PLANT_KIND, SHOP_KIND, STREET, STREET_KIND
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import customers_master_data

NOT_CRITICAL = ""

AREA_CODES = ("713", "281", "832", "346")


@dataclass(frozen=True, slots=True)
class CriticalKind:
    """Describe one kind of critical customer.

    Attributes:
        code: value of the column.
        per_customers: one per so many customers; orders of magnitude of Texas, which has some 12 million
            accounts, about 650 hospitals, 9,000 schools, 2,900 fire departments and police agencies with
            several stations each and about 5,000 community water systems with several pumping plants each.
        kinds: which kinds of meters they are drawn from, best first.
        title: how the name ends.
    """

    code: str
    per_customers: int
    kinds: tuple[int, ...]
    title: str


CRITICAL = (
    CriticalKind("HOSPITAL", 18_000, (CAMPUS, SHOP), "Hospital"),
    CriticalKind("WATER", 2_500, (CAMPUS, SHOP), "Water Plant"),
    CriticalKind("EMERGENCY", 3_000, (SHOP, CAMPUS), "Fire and Rescue"),
    CriticalKind("SCHOOL", 1_300, (CAMPUS, SHOP), "School"),
)


def customer_table(*, fleet: Fleet, ids: FleetIds, seed: int) -> pa.Table:
    """Return the customers, in the order of their meters.

    Args:
        fleet: the grown system.
        ids: its keys.
        seed: the configuration's seed.
    """
    rng = stream(seed, "customers")
    tenants = fleet.meters.tenants
    meter = np.repeat(np.arange(len(tenants)), tenants)
    count = len(meter)
    kind = fleet.meters.kind[meter]
    critical = _critical(kind, rng)
    names, mails = _names(kind, critical, rng)
    site = fleet.transformer_site[fleet.meters.transformer][meter]
    class_name = np.array([CLASS_NAMES[CLASS_OF_KIND[k]] for k in range(len(CLASS_OF_KIND))], dtype=object)
    cities = np.array([place.city for place in fleet.sites], dtype=object)
    states = np.array([place.state for place in fleet.sites], dtype=object)
    area = rng.choice(np.array(AREA_CODES, dtype=object), size=count)
    line = rng.integers(0, 100, count)
    schema = pa_schema(customers_master_data)
    columns: dict[str, object] = {
        "customer_id": [f"CUST-{index + 1:07d}" for index in range(count)],
        "meter_id": np.array(ids.meters, dtype=object)[meter],
        "full_name": names,
        "service_address": _addresses(fleet, meter, rng),
        "city": cities[site],
        "state": states[site],
        "zip_code": [None] * count,
        "phone": [
            f"+1-{code}-555-01{number:02d}" for code, number in zip(area.tolist(), line.tolist(), strict=True)
        ],
        "email": mails,
        "customer_class": class_name[kind],
        "critical_kind": [code or None for code in critical.tolist()],
        "account_status": ["ACTIVE"] * count,
    }
    return pa.Table.from_arrays([pa.array(columns[f.name], type=f.type) for f in schema], schema=schema)


def _critical(kind: np.ndarray[tuple[int], np.dtype[np.int8]], rng: np.random.Generator) -> TextArray:
    """Draw the critical customers: at least one of each kind where there is any business at all."""
    found = np.full(len(kind), NOT_CRITICAL, dtype=object)
    for critical in CRITICAL:
        wanted = max(1, round(len(kind) / critical.per_customers))
        for source in critical.kinds:
            free = np.flatnonzero((kind == source) & (found == NOT_CRITICAL))
            chosen = rng.permutation(free)[:wanted]
            found[chosen] = critical.code
            wanted -= len(chosen)
            if not wanted:
                break
    return found


def _names(
    kind: np.ndarray[tuple[int], np.dtype[np.int8]], critical: TextArray, rng: np.random.Generator
) -> tuple[list[str], list[str]]:
    """Return full names and mail addresses."""
    count = len(kind)
    given = rng.integers(0, len(GIVEN), count).tolist()
    family = rng.integers(0, len(FAMILY), count).tolist()
    firm = rng.integers(0, len(FIRM), count).tolist()
    trade = rng.random(count).tolist()
    titles = {item.code: item.title for item in CRITICAL}
    trades = {SHOP: SHOP_KIND, CAMPUS: CAMPUS_KIND, PLANT: PLANT_KIND}
    names, mails = [], []
    for index, which in enumerate(kind.tolist()):
        if which == HOME:
            first, last = GIVEN[given[index]], FAMILY[family[index]]
            name = f"{first} {last}"
            mail = f"{first}.{last}.{index + 1}".lower()
        else:
            options = trades[which]
            title = titles.get(critical[index]) or options[int(trade[index] * len(options))]
            name = f"{FIRM[firm[index]]} {title}"
            mail = f"{name}.{index + 1}".lower().replace(" ", ".")
        names.append(name)
        mails.append(f"{mail}@example.com")
    return names, mails


def _addresses(fleet: Fleet, meter: IntArray, rng: np.random.Generator) -> list[str]:
    """Return addresses: a street per half dozen transformers, a house number per meter, a unit per tenant."""
    transformer = fleet.meters.transformer
    streets = len(STREET) * len(STREET_KIND)
    block = fleet.transformers.circuit * 1000 + (np.arange(len(fleet.transformers.circuit)) // 6)
    names, street_of = np.unique(block, return_inverse=True)
    street = rng.integers(0, streets, len(names))[street_of]
    first = rng.integers(1, 90, len(names))[street_of] * 100
    along = np.arange(len(transformer)) - fleet.transformers.meter_lo[(transformer // 6) * 6]
    number = first[transformer] + 4 * np.maximum(along, 0) + rng.integers(0, 4, len(along))
    found = []
    unit, last = 0, -1
    alone = (fleet.meters.tenants == 1).tolist()
    numbers, roads = number.tolist(), street[transformer].tolist()
    for m in meter.tolist():
        unit = unit + 1 if m == last else 1
        last = m
        road = f"{STREET[roads[m] // len(STREET_KIND)]} {STREET_KIND[roads[m] % len(STREET_KIND)]}"
        found.append(f"{numbers[m]} {road}" if alone[m] else f"{numbers[m]} {road} Unit {unit}")
    return found
