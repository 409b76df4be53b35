"""Freezing what a run depends on, and thawing it again: the same inputs give the same result, bit for bit."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from cascade import models
from cascade.engine.arrays import from_ipc, network_from_bytes, network_to_bytes, to_ipc
from cascade.engine.conditions import AS_STORED, Conditions
from cascade.engine.errors import CascadeInputError
from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.scenarios.checking import check_spec
from cascade.engine.scenarios.documents import digest_of
from cascade.engine.scenarios.hour import conditions_of, moment_of
from cascade.engine.scenarios.resolving import ResolvedScenario, resolve_scenario, scaled, with_flooded
from cascade.engine.scenarios.spec import RatingForm, ScenarioSpec
from cascade.services.frozen_rows import keep_once
from cascade.services.inputs import bad_input, load, resolve
from cascade.services.local_damage import local_damage
from flux_site.api.errors import BadInput
from grid.powerflow.network import Network
from grid.selectors.branch_ratings import rating_multipliers
from grid.selectors.network_places import load_places

CONDITIONS = ("branch_rating_frac", "unit_cost_usd_per_mwh")
LISTED = 1_000
"""Most drawn assets that the summary names."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Thawed:
    """The inputs of a cascade as the engine takes them.

    Attributes:
        network: the network, its loads and units scaled.
        outages: what goes out first; empty if nothing does.
        params: the settings.
        conditions: ratings and costs of the hour; None if all are as in the network.
    """

    network: Network
    outages: Outages
    params: CascadeParams
    conditions: Conditions | None = None

    @property
    def in_force(self) -> Conditions:
        """Return the ratings and costs of the hour, as the engine takes them."""
        return AS_STORED if self.conditions is None else self.conditions


def freeze(
    *,
    interconnect: str,
    spec: ScenarioSpec,
    extra_outages: Sequence[str] = (),
    elements: Sequence[str] = (),
) -> models.FrozenInputs:
    """Keep the network of now and what a scenario makes of it, and return it; once for equal inputs.

    Nothing need fail: what runs then is the base case.

    Args:
        interconnect: the network.
        spec: the scenario.
        extra_outages: what fails first beside it.
        elements: elements of the distribution network that fail too; checked by the caller.

    Raises:
        BadInput: naming the field: a setting of the cascade or a place in the scenario is wrong.
        UnknownAsset: if an outage names nothing in service.
        EmptyNetwork: if the cache holds no such network.
        WarehouseUnavailableError: if ratings of an hour are asked for and the warehouse is down.
    """
    network = load(interconnect)
    ids = list(dict.fromkeys([*spec.outages, *extra_outages]))
    places = load_places(interconnect, network)
    try:
        check_spec(spec)
        resolved = resolve_scenario(spec=spec, network=network, places=places)
        damage = local_damage(interconnect=interconnect, spec=spec)
        resolved = with_flooded(resolved, network, damage.substations)
        params = CascadeParams.from_dict(
            {
                "seed": spec.seed,
                **spec.options,
                "load_multiplier": resolved.load_multiplier,
                "rating_multiplier": spec.rating_multiplier,
            }
        )
        notes: list[str] = []
        conditions = conditions_of(
            spec=spec,
            network=_scaled(network, resolved),
            places=places,
            substation_temperature_c=resolved.substation_temperature_c,
            params=params,
            of_hour=_of_hour(interconnect, spec, notes),
            notes=notes,
        )
    except CascadeInputError as error:
        raise bad_input(error) from error
    return _keep(
        interconnect,
        network,
        params,
        _together(network, ids, resolved),
        resolved,
        conditions,
        notes=[*resolved.notes, *damage.notes, *notes],
        given=ids,
        elements={*elements, *damage.elements},
        local_counts=damage.counts,
    )


def thaw(inputs: models.FrozenInputs) -> Thawed:
    """Return frozen inputs as the engine takes them."""
    network = network_from_bytes(inputs.network.data)
    lists = inputs.outages
    marks = {
        name: _marked(count, index, lists[name])
        for name, count, index in (
            ("branches", network.n_branches, network.branch_index),
            ("buses", network.n_buses, network.bus_index),
            ("units", network.n_units, network.unit_index),
        )
    }
    arrays = _arrays(inputs.arrays, network)
    factor, capacity = arrays.get("bus_load_factor"), arrays.get("unit_capacity_frac")
    if factor is not None or capacity is not None:
        network = scaled(network, factor, capacity)
    of_hour = {name: arrays[name] for name in CONDITIONS if name in arrays}
    return Thawed(
        network=network,
        outages=_outages(marks["branches"], marks["buses"], marks["units"]),
        params=CascadeParams.from_dict(inputs.params),
        conditions=Conditions(**of_hour) if of_hour else None,
    )


def _scaled(network: Network, resolved: ResolvedScenario) -> Network:
    """Return the network as it will be thawed."""
    factor, capacity = resolved.bus_load_factor, resolved.unit_capacity_frac
    if not (factor != 1.0).any() and not (capacity != 1.0).any():
        return network
    return scaled(
        network, factor if (factor != 1.0).any() else None, capacity if (capacity != 1.0).any() else None
    )


def _of_hour(interconnect: str, spec: ScenarioSpec, notes: list[str]) -> dict[str, float] | None:
    """Return the ratings in the weather of the hour that a scenario asks for; None if it asks for none."""
    if spec.ratings.form is not RatingForm.HOUR:
        return None
    hour, found = rating_multipliers(interconnect=interconnect, at=moment_of(spec.ratings))
    if hour is None:
        notes.append("Ratings: no hour of weather is on record.")
    else:
        notes.append(f"Ratings: by the weather of the hour from {hour:%Y-%m-%d %H:%M} UTC.")
    return found


def _together(network: Network, ids: Sequence[str], resolved: ResolvedScenario) -> Outages:
    """Return what the scenario names and what its weather breaks, as one outage."""
    branch_out, bus_out = resolved.branch_out.copy(), resolved.bus_out.copy()
    unit_out = resolved.unit_out.copy()
    if ids:
        named = resolve(network=network, outages=ids)
        branch_out |= named.branch_out
        bus_out |= named.bus_out
        if named.unit_out is not None:
            unit_out |= named.unit_out
    return _outages(branch_out, bus_out, unit_out)


def _outages(branch_out: np.ndarray, bus_out: np.ndarray, unit_out: np.ndarray) -> Outages:
    return Outages(
        branch_out=branch_out,
        bus_out=bus_out,
        unit_out=unit_out if unit_out.any() else None,
        may_be_none=True,
    )


def _keep(
    interconnect: str,
    network: Network,
    params: CascadeParams,
    outages: Outages,
    resolved: ResolvedScenario,
    conditions: Conditions | None,
    *,
    notes: Sequence[str],
    given: Sequence[str],
    elements: Iterable[str],
    local_counts: Mapping[str, int],
) -> models.FrozenInputs:
    failed = {
        "branches": _ids(network.branch_ids, outages.branch_out),
        "buses": _ids(network.bus_ids, outages.bus_out),
        "units": _ids(network.unit_ids, outages.unit_out),
        "elements": sorted(elements),
    }
    arrays = _array_bytes(resolved, conditions)
    content = {
        "network": network.digest(),
        "params": params.to_dict(),
        "outages": failed,
        "arrays": hashlib.sha256(_plain_bytes(resolved)).hexdigest(),
    }
    if conditions is not None:  # inputs without them keep the digest they had before there were any
        content["conditions"] = conditions.digest()
    drawn = {
        "substations": _ids(network.substation_ids, resolved.substation_out)[:LISTED],
        "branches": _ids(network.branch_ids, resolved.branch_out)[:LISTED],
        "units": _ids(network.unit_ids, resolved.unit_out)[:LISTED],
    }
    summary = {
        "notes": list(notes),
        "given": list(given),
        "drawn": drawn,
        "drawn_counts": {
            "substations": int(resolved.substation_out.sum()),
            "branches": int(resolved.branch_out.sum()),
            "units": int(resolved.unit_out.sum()),
            **local_counts,
        },
        "temperature_c": _span(resolved.substation_temperature_c),
        "gust_mps": _span(resolved.substation_gust_mps),
        "rating_frac": None if conditions is None else _span(conditions.branch_rating_frac),
        "unit_cost_usd_per_mwh": None if conditions is None else _span(conditions.unit_cost_usd_per_mwh),
        "unavailable_mw": round(
            float(network.unit_pmax_mw.sum())
            - float((network.unit_pmax_mw * resolved.unit_capacity_frac)[~resolved.unit_out].sum()),
            6,
        ),
    }
    if _says_more(summary):  # inputs of which it says nothing more keep the digest they had
        content["summary"] = summary
    kept = keep_once(
        models.FrozenNetwork,
        network.digest(),
        {"interconnect": interconnect, "data": lambda: network_to_bytes(network)},
    )
    return keep_once(
        models.FrozenInputs,
        digest_of(content),
        {
            "network": kept,
            "params": content["params"],
            "outages": failed,
            "arrays": arrays,
            "summary": summary,
        },
    )


def _says_more(summary: Mapping[str, Any]) -> bool:
    """Return whether a summary tells what equal inputs need not have: notes, draws, weather."""
    return bool(
        summary["notes"]
        or any(summary["drawn_counts"].values())
        or summary["temperature_c"] is not None
        or summary["gust_mps"] is not None
    )


def _ids(names: Sequence[str], mask: np.ndarray | None) -> list[str]:
    return [] if mask is None else [names[index] for index in np.flatnonzero(mask).tolist()]


def _marked(count: int, index: Any, ids: Iterable[str]) -> np.ndarray:
    mask = np.zeros(count, dtype=np.bool_)
    mask[[index[each] for each in ids]] = True
    return mask


def _span(values: np.ndarray | None) -> dict[str, Any] | None:
    """Return the least and the most of a field, and where it is unknown how often; None if nowhere known."""
    if values is None:
        return None
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    return {
        "minimum": round(float(known.min()), 3),
        "maximum": round(float(known.max()), 3),
        "unknown_count": len(values) - len(known),
    }


def _plain_bytes(resolved: ResolvedScenario) -> bytes:
    """Return the arrays as they count for the digest: whatever Arrow or a compressor makes of them."""
    return b"|".join(
        np.ascontiguousarray(values, dtype="<f8").tobytes() if (values != 1.0).any() else b""
        for values in (resolved.bus_load_factor, resolved.unit_capacity_frac)
    )


def _array_bytes(resolved: ResolvedScenario, conditions: Conditions | None) -> bytes:
    """Return the arrays as a table of one row each; a null stands for all ones, a missing row for unknown."""
    rows: dict[str, np.ndarray | None] = {
        name: values if (values != 1.0).any() else None
        for name, values in (
            ("bus_load_factor", resolved.bus_load_factor),
            ("unit_capacity_frac", resolved.unit_capacity_frac),
        )
    }
    if conditions is not None:
        of_hour = {name: getattr(conditions, name) for name in CONDITIONS}
        rows |= {name: values for name, values in of_hour.items() if values is not None}
    return to_ipc(
        pa.table({"name": list(rows), "values": pa.array(list(rows.values()), pa.list_(pa.float64()))})
    )


def _arrays(data: bytes | memoryview, network: Network) -> dict[str, np.ndarray]:
    """Return the arrays that are kept, by name."""
    counts = {
        "bus_load_factor": network.n_buses,
        "unit_capacity_frac": network.n_units,
        "branch_rating_frac": network.n_branches,
        "unit_cost_usd_per_mwh": network.n_units,
    }
    table = from_ipc(data)
    found = {
        name: np.asarray(row.values.to_numpy(zero_copy_only=False))
        for name, row in zip(table["name"].to_pylist(), table["values"], strict=True)
        if row.is_valid
    }
    for name, values in found.items():
        if len(values) != counts[name]:
            raise BadInput(f"The frozen inputs have {len(values)} of {name}; the network has {counts[name]}.")
    return found
