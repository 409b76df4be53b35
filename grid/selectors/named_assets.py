"""Assets by their ids and names, each with what tells it apart from others of the same name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from grid import models

MOST_BY_NAME = 200
"""Rows of a kind that a search by name looks at."""


@dataclass(frozen=True, kw_only=True)
class NamedAsset:
    """An asset and what tells it apart.

    Attributes:
        asset_id: its key.
        kind: what it is, a code of ``KINDS``.
        name: its name; None of kinds without names.
        label: its name, or what stands for one.
        parent: what it hangs on, in words; None where it hangs on nothing, or on what the user may not see.
        zone: name of its load zone.
        lon: longitude, degrees; None of one without a place.
        lat: latitude, degrees.
    """

    asset_id: str
    kind: str
    name: str | None
    label: str
    parent: str | None
    zone: str | None
    lon: float | None
    lat: float | None


@dataclass(frozen=True, kw_only=True)
class AssetKind:
    """A kind of assets.

    Attributes:
        code: that ids of it begin with.
        noun: what one is called.
        model: its rows.
        layer: the sync layer that fills them.
        above: the relation to what one hangs on.
        has_name: whether it is found by name.
    """

    code: str
    noun: str
    model: type[Any]
    layer: str
    above: str | None = None
    has_name: bool = False

    def is_seen_by(self, user: Any) -> bool:
        """Return whether a user may see assets of the kind."""
        options = self.model._meta
        return bool(user.has_perm(f"{options.app_label}.view_{options.model_name}"))

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return those that a user may see, with what is told of each."""
        found = self.model.objects.visible_to(user)
        related = [name for name in (*_RELATED.get(self.code, ()), self.above, "zone") if name is not None]
        names = {field.name for field in self.model._meta.fields}
        return found.select_related(*[each for each in related if each.split("__")[0] in names])


KINDS: dict[str, AssetKind] = {
    each.code: each
    for each in (
        AssetKind(
            code="SUB", noun="substation", model=models.Substation, layer="substations", has_name=True
        ),
        AssetKind(
            code="CKT", noun="circuit", model=models.Circuit, layer="circuits", above="substation",
            has_name=True,
        ),
        AssetKind(
            code="XFMR", noun="transformer", model=models.Transformer, layer="transformers", above="circuit",
            has_name=True,
        ),
        AssetKind(code="SW", noun="switch", model=models.Switch, layer="switches", above="circuit"),
        AssetKind(code="LINE", noun="line section", model=models.LineSection, layer="lines", above="circuit"),
        AssetKind(code="POLE", noun="pole", model=models.Pole, layer="poles", above="circuit"),
        AssetKind(code="MTR", noun="meter", model=models.Meter, layer="meters", above="transformer"),
        AssetKind(code="CUST", noun="customer", model=models.Customer, layer="customers", above="meter"),
        AssetKind(code="BR", noun="branch", model=models.Branch, layer="branches"),
        AssetKind(code="BUS", noun="bus", model=models.Bus, layer="buses", above="substation"),
        AssetKind(
            code="PLANT", noun="generating unit", model=models.Plant, layer="plants", above="substation"
        ),
        AssetKind(code="TREE", noun="tree", model=models.Tree, layer="trees"),
        AssetKind(code="OUT", noun="outage", model=models.Outage, layer="outages", above="circuit"),
        AssetKind(code="WO", noun="work order", model=models.WorkOrder, layer="work_orders", above="circuit"),
        AssetKind(code="CREW", noun="crew", model=models.Crew, layer="crews", above="home_substation"),
    )
}  # fmt: skip
"""What can be found, by the code that ids begin with; the kinds that are found first, first."""

_RELATED = {
    "CKT": ("substation",),
    "BR": ("from_substation", "to_substation"),
    "CUST": ("meter",),
}


def kinds_seen_by(user: Any, codes: Collection[str] = ()) -> list[AssetKind]:
    """Return the kinds that a user may see, of those asked for; none asked for means all."""
    return [kind for code, kind in KINDS.items() if (not codes or code in codes) and kind.is_seen_by(user)]


def list_by_id(
    ids: Sequence[str], *, user: Any, codes: Collection[str] = (), is_one_meant: bool = False
) -> list[NamedAsset]:
    """Return the assets of some ids that a user may see, in the order of the ids.

    Each id is looked for first among the kind it begins with the code of: ids of the utility's own may begin
    with anything, so the other kinds follow.

    Args:
        ids: what to look for.
        user: who asks.
        codes: kinds that are allowed; none means all.
        is_one_meant: whether the ids are ways to read one text, so that the first found ends the search.
    """
    found: list[NamedAsset] = []
    kinds = kinds_seen_by(user, codes)
    likely = {kind.code: [each for each in ids if each.startswith(f"{kind.code}-")] for kind in kinds}
    for kind in kinds:
        if likely[kind.code]:
            found += _named(kind, kind.rows(user).filter(pk__in=likely[kind.code]), user)
    known = {asset.asset_id for asset in found}
    others = [] if is_one_meant and found else [each for each in ids if each not in known]
    for kind in kinds:
        wanted = [each for each in others if each not in likely[kind.code]]
        if wanted:
            found += _named(kind, kind.rows(user).filter(pk__in=wanted), user)
    order = {asset_id: place for place, asset_id in enumerate(ids)}
    return sorted(found, key=lambda asset: order[asset.asset_id])


def list_by_name(words: Sequence[str], *, user: Any, codes: Collection[str] = ()) -> list[NamedAsset]:
    """Return assets a user may see whose name holds all words, as they stand or in other capitals.

    Of each kind those whose name begins with the words come first, at most ``MOST_BY_NAME``.
    """
    found: list[NamedAsset] = []
    whole = " ".join(words)
    holds = Q()
    for word in words:
        holds &= Q(name__icontains=word)
    for kind in kinds_seen_by(user, codes):
        if not kind.has_name or not words:
            continue
        rows = kind.rows(user).order_by("name", "pk")
        first = list(rows.filter(name__istartswith=whole)[:MOST_BY_NAME])
        known = {row.pk for row in first}
        others = [row for row in rows.filter(holds)[:MOST_BY_NAME] if row.pk not in known]
        found += _named(kind, first + others, user)
    return found


def list_branches(one: str, other: str | None, *, user: Any) -> list[NamedAsset]:
    """Return transmission branches between substations of two names, whichever way round; or all at one."""
    kind = KINDS["BR"]
    if not kind.is_seen_by(user) or not KINDS["SUB"].is_seen_by(user):
        return []
    way = Q(from_substation__name__iexact=one)
    back = Q(to_substation__name__iexact=one)
    if other is not None:
        way &= Q(to_substation__name__iexact=other)
        back &= Q(from_substation__name__iexact=other)
    found = _named(kind, kind.rows(user).filter(way | back).order_by("pk")[:MOST_BY_NAME], user)
    return [each for each in found if each.parent is not None]  # both ends are the user's to see


def list_names(*, user: Any, codes: Collection[str]) -> list[tuple[str, str]]:
    """Return ids and names of all assets of some kinds that a user may see."""
    found: list[tuple[str, str]] = []
    for kind in kinds_seen_by(user, codes):
        if kind.has_name:
            found += kind.model.objects.visible_to(user).order_by("pk").values_list("pk", "name")
    return found


def _named(kind: AssetKind, rows: Iterable[Model], user: Any) -> list[NamedAsset]:
    read: list[Any] = list(rows)
    ends: set[str] = set()
    if kind.code in {"BR", "BUS", "PLANT"}:  # they may hang on substations of another zone
        ids = {
            getattr(row, name)
            for row in read
            for name in ("substation_id", "from_substation_id", "to_substation_id")
            if hasattr(row, name)
        }
        seen = models.Substation.objects.visible_to(user).filter(pk__in=ids)
        ends = set(seen.values_list("pk", flat=True)) if KINDS["SUB"].is_seen_by(user) else set()
    return [_one(kind, row, ends) for row in read]


def _one(kind: AssetKind, row: Any, ends: set[str]) -> NamedAsset:
    name: str | None = row.name if kind.has_name else None
    label = name or row.pk
    parent = None
    above = getattr(row, kind.above, None) if kind.above else None
    place = getattr(row, "location", None)
    match kind.code:
        case "BR":
            both = row.from_substation_id in ends and row.to_substation_id in ends
            if both:
                parent = f"{row.from_substation.name} to {row.to_substation.name}"
                label = f"{parent}, {row.base_kv:g} kV"
            if row.route is not None:
                place = row.route.interpolate_normalized(0.5)
            elif row.from_substation_id in ends:
                place = row.from_substation.location
        case "LINE":
            place = row.route.interpolate_normalized(0.5)
        case "CUST":
            place = row.meter.location
        case "CREW":
            label = row.name
        case "TREE":
            label = row.common_name or row.pk
        case "SW":
            label = f"{row.get_kind_display()} {row.pk}"
    if above is not None and (kind.code not in {"BUS", "PLANT"} or above.pk in ends):
        noun = {"home_substation": "substation"}.get(kind.above or "", kind.above)
        named = getattr(above, "name", "")
        parent = f"{noun} {named} ({above.pk})" if named else f"{noun} {above.pk}"
        if place is None and kind.code in {"CKT", "BUS", "PLANT"}:
            place = above.location
    return NamedAsset(
        asset_id=row.pk,
        kind=kind.code,
        name=name,
        label=label,
        parent=parent,
        zone=None if row.zone is None else row.zone.name,
        lon=None if place is None else place.x,
        lat=None if place is None else place.y,
    )
