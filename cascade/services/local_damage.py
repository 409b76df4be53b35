"""What a scenario itself does to substations and to the distribution network: wind on poles, and floods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cascade.engine.scenarios.local_damage import draw_broken, wanted_parts
from cascade.engine.scenarios.spec import Flood, FloodedClass, FragileClass, ScenarioSpec
from grid.selectors.flooding import Water, WetZones, flooded_pad_transformers, flooded_substations
from grid.selectors.local_places import load_local_places
from grid.selectors.spatial.areas import AreaSpec, parse_area

_FINDERS = {
    FloodedClass.SUBSTATION: flooded_substations,
    FloodedClass.PAD_TRANSFORMER: flooded_pad_transformers,
}
_NAMES = {FloodedClass.SUBSTATION: "substations", FloodedClass.PAD_TRANSFORMER: "pad-mounted transformers"}


@dataclass(frozen=True, kw_only=True)
class LocalDamage:
    """Hold what a scenario does, as ids.

    Attributes:
        substations: that stand too deep in water.
        elements: of the distribution network that wind breaks or water puts out.
        counts: how many of each kind.
        notes: what was drawn, what is unknown, for people.
    """

    substations: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def local_damage(*, interconnect: str, spec: ScenarioSpec) -> LocalDamage:
    """Return what a scenario does to substations by water, and to the distribution network.

    Raises:
        BadInput: naming the place in the scenario, if the outline of a flooded area is not valid.
    """
    counts: dict[str, int] = {}
    notes: list[str] = []
    elements: list[str] = []
    wanted = wanted_parts(spec)
    if wanted:
        places = load_local_places(
            interconnect, poles=FragileClass.POLE in wanted, spans=FragileClass.SPAN in wanted
        )
        for kind, broken in draw_broken(spec=spec, places=places).items():
            name = f"{kind.value.lower()}s"
            counts[name] = len(broken.ids)
            elements.extend(broken.ids)
            notes.append(
                f"Wind: {broken.expected:.1f} {kind.value.lower()} failures are expected, "
                f"{len(broken.ids)} were drawn (seed {spec.seed})."
            )
            if broken.unknown:
                notes.append(f"The wind at {broken.unknown} {name} is unknown; none of them is broken by it.")
    under_water = _under_water(interconnect, spec.flood, notes) if spec.flood is not None else {}
    for each, ids in under_water.items():
        counts[f"flooded_{each.value.lower()}s"] = len(ids)
    elements.extend(under_water.get(FloodedClass.PAD_TRANSFORMER, ()))
    return LocalDamage(
        substations=under_water.get(FloodedClass.SUBSTATION, ()),
        elements=tuple(elements),
        counts=counts,
        notes=tuple(notes),
    )


def _under_water(interconnect: str, flood: Flood, notes: list[str]) -> Mapping[FloodedClass, tuple[str, ...]]:
    zones = (
        WetZones(codes=flood.zone_codes, least_annual_chance_pct=flood.least_annual_chance_pct)
        if flood.has_zones
        else None
    )
    if zones is not None and not zones.rows().exists():
        notes.append("Flood: no flood zone on record fits what the scenario names.")
    areas = [
        Water(
            area=parse_area(AreaSpec(polygon=_ring(each.outline)), field=f"spec.flood.areas[{n}].outline"),
            depth_m=each.depth_m,
        )
        for n, each in enumerate(flood.areas)
    ]
    found: dict[FloodedClass, tuple[str, ...]] = {}
    for limit in flood.limits:
        name = _NAMES[limit.asset_class]
        wet = _FINDERS[limit.asset_class](interconnect, zones=zones, areas=areas)
        out = tuple(
            sorted(
                key
                for key, depth_m in wet.items()
                if limit.depth_m == 0.0 or (depth_m is not None and depth_m > limit.depth_m)
            )
        )
        found[limit.asset_class] = out
        notes.append(
            f"Flood: {len(wet)} {name} stand in water, {len(out)} of them deeper than {limit.depth_m:g} m."
            if limit.depth_m
            else f"Flood: {len(out)} {name} stand in water."
        )
        unknown = sum(depth_m is None for depth_m in wet.values())
        if unknown and limit.depth_m:
            notes.append(
                f"Flood: of {unknown} {name} the depth of the water is unknown; they stay in service."
            )
    return found


def _ring(outline: Any) -> dict[str, Any]:
    corners = [[place.lon, place.lat] for place in outline]
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}
