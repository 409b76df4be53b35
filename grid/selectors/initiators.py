"""What fails first: ids of any kind, or all that meets an area, sorted by what they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Sum

from flux_site.api.errors import BadInput, NotFound
from grid import models
from grid.models.base import AssetQuerySet
from grid.selectors.spatial.areas import AreaSpec
from grid.selectors.spatial.classes import Placed, PlacedClass, wanted_classes
from grid.selectors.spatial.measuring import Region
from grid.selectors.spatial.policy import check_size, require_views

MOST_IDS = 2_000
MOST_IN_AREA = 50_000

_AT_ONCE = 5_000


class InitiatorKind(StrEnum):
    """What can fail first."""

    SUBSTATION = "SUBSTATION"
    BUS = "BUS"
    BRANCH = "BRANCH"
    PLANT = "PLANT"
    CIRCUIT = "CIRCUIT"
    SWITCH = "SWITCH"
    LINE = "LINE"
    POLE = "POLE"
    TRANSFORMER = "TRANSFORMER"
    METER = "METER"


TRANSMISSION = (InitiatorKind.SUBSTATION, InitiatorKind.BUS, InitiatorKind.BRANCH, InitiatorKind.PLANT)
"""What a cascade takes as outages; the others are elements of the distribution network."""

LOCAL = tuple(kind for kind in InitiatorKind if kind not in TRANSMISSION)
"""Elements of the distribution network."""

IN_AREA = (
    PlacedClass.SUBSTATION,
    PlacedClass.PLANT,
    PlacedClass.BRANCH,
    PlacedClass.LINE,
    PlacedClass.SWITCH,
    PlacedClass.POLE,
    PlacedClass.TRANSFORMER,
)
"""What fails in an area unless something else is said: all that carries or makes current."""

MODELS: dict[InitiatorKind, Any] = {
    InitiatorKind.SUBSTATION: models.Substation,
    InitiatorKind.BUS: models.Bus,
    InitiatorKind.BRANCH: models.Branch,
    InitiatorKind.PLANT: models.Plant,
    InitiatorKind.CIRCUIT: models.Circuit,
    InitiatorKind.SWITCH: models.Switch,
    InitiatorKind.LINE: models.LineSection,
    InitiatorKind.POLE: models.Pole,
    InitiatorKind.TRANSFORMER: models.Transformer,
    InitiatorKind.METER: models.Meter,
}
LAYERS = (
    "substations", "buses", "branches", "plants", "circuits", "lines", "switches", "poles", "transformers",
    "meters", "customers",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Initiators:
    """Hold what fails first, by what it is, each list in ascending order.

    Attributes:
        ids: the ids by kind; kinds without any are left out.
        pole_lines: the section that each pole carries; None: none on record.
        pole_units: the transformers that stand on its poles.
    """

    ids: dict[InitiatorKind, list[str]]
    pole_lines: dict[str, str | None] = field(default_factory=dict)
    pole_units: list[str] = field(default_factory=list)

    def of(self, *kinds: InitiatorKind) -> list[str]:
        """Return the ids of some kinds."""
        return [key for kind in kinds for key in self.ids.get(kind, ())]

    @property
    def outages(self) -> list[str]:
        """The ids that a cascade takes as outages."""
        return self.of(*TRANSMISSION)

    @property
    def failed(self) -> list[str]:
        """The ids of elements of the distribution network."""
        return self.of(*LOCAL)


def named(ids: Sequence[str], *, user: Any = None, field_name: str = "ids") -> Initiators:
    """Return what some ids name.

    Args:
        ids: of any kind that can fail; those named twice count once.
        user: whose zones count; None: all zones.
        field_name: what errors name.

    Raises:
        BadInput: if none or too many are named.
        NotFound: naming those that there are not, or that the user may not see.
    """
    wanted = list(dict.fromkeys(text.strip() for text in ids))
    if not 1 <= len(wanted) <= MOST_IDS:
        raise BadInput(f"{len(wanted)} ids are named; name 1 to {MOST_IDS}.", field=field_name)
    found: dict[InitiatorKind, list[str]] = {}
    left = set(wanted)
    for kind in InitiatorKind:
        if left:
            rows = _rows(kind, user).filter(pk__in=left).order_by("pk").values_list("pk", flat=True)
            if keys := list(rows):
                found[kind] = keys
                left -= set(keys)
    if left:
        some = ", ".join(repr(key) for key in sorted(left)[:10])
        more = "" if len(left) <= 10 else f" and {len(left) - 10} more"
        raise NotFound(
            f"There is no substation, bus, branch, plant, circuit, switch, line, pole, transformer or meter "
            f"{some}{more} that you may see.",
            field=field_name,
        )
    return _with_poles(found, user)


def known(ids: Sequence[str], *, user: Any = None) -> tuple[Initiators, list[str]]:
    """Return what some ids name, however many they are, and those that there are not any more.

    Args:
        ids: of any kind that can fail.
        user: whose zones count; None: all zones. What is out of sight is as if it were not there.
    """
    found: dict[InitiatorKind, list[str]] = {}
    left = set(ids)
    for kind in (*LOCAL, *TRANSMISSION):
        for part in _parts(sorted(left)):
            keys = list(_rows(kind, user).filter(pk__in=part).order_by("pk").values_list("pk", flat=True))
            if keys:
                found.setdefault(kind, []).extend(keys)
                left -= set(keys)
    return _with_poles(found, user), sorted(left)


def interconnects(found: Initiators) -> set[str]:
    """Return the interconnections of the substations that feed elements of the distribution network."""
    names: set[str] = set()
    for kind in LOCAL:
        way = "substation__interconnect"
        if kind in {InitiatorKind.SWITCH, InitiatorKind.LINE}:
            way = f"circuit__{way}"
        for part in _parts(found.of(kind)):
            rows = MODELS[kind].objects.filter(pk__in=part).order_by()
            names |= set(rows.values_list(way, flat=True).distinct())
    return names


def in_area(area: AreaSpec, classes: Iterable[PlacedClass], *, user: Any) -> Initiators:
    """Return what meets an area, of some classes.

    Raises:
        BadInput: naming the field.
        LimitExceeded: if the area holds too many.
        PermissionRefused: if the user may not see a class at all.
    """
    region = Region.of(area)
    wanted = wanted_classes(classes)
    refused = [each.kind.value for each in wanted if each.kind.value not in set(InitiatorKind)]
    if refused:
        allowed = ", ".join(kind.value for kind in PlacedClass if kind.value in set(InitiatorKind))
        raise BadInput(f"{', '.join(refused)} cannot fail; classes are {allowed}.", field="classes")
    require_views(user, (each.model for each in wanted))
    found: dict[InitiatorKind, list[str]] = {}
    for placed in wanted:
        if keys := _keys_in(placed, region, user):
            found[InitiatorKind(placed.kind.value)] = keys
    return _with_poles(found, user)


def megawatts(found: Initiators, *, user: Any = None) -> tuple[float, float]:
    """Return the demand and the generating capacity that fail with what is named, each counted once, MW.

    Of a substation all, of a bus its own; a branch has none.
    """
    substations = found.of(InitiatorKind.SUBSTATION)
    buses = found.of(InitiatorKind.BUS)
    total = {"load_mw": 0.0, "generation_capacity_mw": 0.0}
    for part in _parts(substations):
        sums = _rows(InitiatorKind.SUBSTATION, user).filter(pk__in=part).aggregate(
            load_mw=Sum("load_mw"), generation_capacity_mw=Sum("generation_capacity_mw")
        )  # fmt: skip
        for name in total:
            total[name] += sums[name] or 0.0
    apart = _rows(InitiatorKind.BUS, user).exclude(substation_id__in=substations)
    for part in _parts(buses):
        total["load_mw"] += apart.filter(pk__in=part).aggregate(sum=Sum("load_mw"))["sum"] or 0.0
    plants = _rows(InitiatorKind.PLANT, user).exclude(substation_id__in=substations)
    single = plants.filter(in_service=True).exclude(bus_id__in=buses)
    for part in _parts(found.of(InitiatorKind.PLANT)):
        total["generation_capacity_mw"] += single.filter(pk__in=part).aggregate(s=Sum("p_max_mw"))["s"] or 0.0
    for part in _parts(buses):
        own = plants.filter(bus_id__in=part, in_service=True)
        total["generation_capacity_mw"] += own.aggregate(s=Sum("p_max_mw"))["s"] or 0.0
    return total["load_mw"], total["generation_capacity_mw"]


def substation_loads(ids: Sequence[str]) -> dict[str, float]:
    """Return the demand of substations in the planning base case, MW; unknown ones are left out."""
    found: dict[str, float] = {}
    for part in _parts(ids):
        found.update(models.Substation.objects.filter(pk__in=part).order_by().values_list("pk", "load_mw"))
    return found


def _keys_in(placed: Placed, region: Region, user: Any) -> list[str]:
    rows = region.holding(placed.rows(user), placed.place, bulge_m=placed.bulge_m)
    check_size(rows, most=MOST_IN_AREA, what=f"rows of {placed.kind}", field="area")
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _rows(kind: InitiatorKind, user: Any) -> AssetQuerySet:
    rows: AssetQuerySet = MODELS[kind].objects.all()
    return rows if user is None else rows.visible_to(user)


def _with_poles(found: dict[InitiatorKind, list[str]], user: Any) -> Initiators:
    poles = found.get(InitiatorKind.POLE, [])
    lines: dict[str, str | None] = {}
    units: list[str] = []
    on_them = _rows(InitiatorKind.TRANSFORMER, user)
    for part in _parts(poles):
        lines.update(models.Pole.objects.filter(pk__in=part).order_by().values_list("pk", "line_id"))
        units += on_them.filter(pole_id__in=part).order_by("pk").values_list("pk", flat=True)
    return Initiators(ids=found, pole_lines=lines, pole_units=units)


def _parts(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE)]
