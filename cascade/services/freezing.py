"""Freezing what a run depends on, and thawing it again: the same inputs give the same result, bit for bit."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from cascade import models
from cascade.engine.arrays import from_ipc, network_from_bytes, network_to_bytes, to_ipc
from cascade.engine.errors import CascadeInputError
from cascade.engine.outages import NoOutage, Outages
from cascade.engine.params import CascadeParams
from cascade.engine.scenarios.documents import digest_of
from cascade.engine.scenarios.resolving import ResolvedScenario, resolve_scenario, scaled
from cascade.engine.scenarios.spec import ScenarioSpec
from cascade.services.inputs import bad_input, load, resolve
from flux_site.api.errors import BadInput
from grid.powerflow.network import Network
from grid.selectors.network_places import load_places

LISTED = 1_000
"""Most drawn assets that the summary names."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Thawed:
    """The inputs of a cascade as the engine takes them; ``outages`` is None if nothing fails by itself."""

    network: Network
    outages: Outages | None
    params: CascadeParams


def freeze(
    *,
    interconnect: str,
    spec: ScenarioSpec,
    extra_outages: Sequence[str] = (),
    elements: Sequence[str] = (),
    may_be_intact: bool = False,
) -> models.FrozenInputs:
    """Keep the network of now and what a scenario makes of it, and return it; once for equal inputs.

    Args:
        interconnect: the network.
        spec: the scenario.
        extra_outages: what fails first beside it.
        elements: elements of the distribution network that fail too; checked by the caller.
        may_be_intact: whether it will do that nothing fails.

    Raises:
        BadInput: naming the field: nothing fails, or a setting of the cascade is wrong.
        UnknownAsset: if an outage names nothing in service.
        EmptyNetwork: if the cache holds no such network.
    """
    network = load(interconnect)
    ids = list(dict.fromkeys([*spec.outages, *extra_outages]))
    try:
        resolved = resolve_scenario(spec=spec, network=network, places=load_places(interconnect, network))
        params = CascadeParams.from_dict(
            {
                "seed": spec.seed,
                **spec.options,
                "load_multiplier": resolved.load_multiplier,
                "rating_multiplier": spec.rating_multiplier,
            }
        )
    except CascadeInputError as error:
        raise bad_input(error) from error
    outages = _together(network, ids, resolved)
    if outages is None and not may_be_intact:
        raise BadInput(
            "Nothing fails in this scenario: name at least one substation, bus or branch that fails first.",
            field="outages",
        )
    return _keep(interconnect, network, params, outages, resolved, given=ids, elements=elements)


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
    factor, capacity = _arrays(inputs.arrays, network)
    if factor is not None or capacity is not None:
        network = scaled(network, factor, capacity)
    return Thawed(
        network=network,
        outages=_outages(marks["branches"], marks["buses"], marks["units"]),
        params=CascadeParams.from_dict(inputs.params),
    )


def _together(network: Network, ids: Sequence[str], resolved: ResolvedScenario) -> Outages | None:
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


def _outages(branch_out: np.ndarray, bus_out: np.ndarray, unit_out: np.ndarray) -> Outages | None:
    try:
        return Outages(branch_out=branch_out, bus_out=bus_out, unit_out=unit_out if unit_out.any() else None)
    except NoOutage:
        return None


def _keep(
    interconnect: str,
    network: Network,
    params: CascadeParams,
    outages: Outages | None,
    resolved: ResolvedScenario,
    *,
    given: Sequence[str],
    elements: Sequence[str],
) -> models.FrozenInputs:
    failed = {
        "branches": _ids(network.branch_ids, None if outages is None else outages.branch_out),
        "buses": _ids(network.bus_ids, None if outages is None else outages.bus_out),
        "units": _ids(network.unit_ids, None if outages is None else outages.unit_out),
        "elements": sorted(elements),
    }
    arrays = _array_bytes(resolved)
    content = {
        "network": network.digest(),
        "params": params.to_dict(),
        "outages": failed,
        "arrays": hashlib.sha256(_plain_bytes(resolved)).hexdigest(),
    }
    digest = digest_of(content)
    drawn = {
        "substations": _ids(network.substation_ids, resolved.substation_out)[:LISTED],
        "branches": _ids(network.branch_ids, resolved.branch_out)[:LISTED],
        "units": _ids(network.unit_ids, resolved.unit_out)[:LISTED],
    }
    summary = {
        "notes": list(resolved.notes),
        "given": list(given),
        "drawn": drawn,
        "drawn_counts": {
            "substations": int(resolved.substation_out.sum()),
            "branches": int(resolved.branch_out.sum()),
            "units": int(resolved.unit_out.sum()),
        },
        "temperature_c": _span(resolved.substation_temperature_c),
        "gust_mps": _span(resolved.substation_gust_mps),
        "unavailable_mw": round(
            float(network.unit_pmax_mw.sum())
            - float((network.unit_pmax_mw * resolved.unit_capacity_frac)[~resolved.unit_out].sum()),
            6,
        ),
    }
    kept, _ = models.FrozenNetwork.objects.get_or_create(
        digest=network.digest(),
        defaults={"interconnect": interconnect, "data": network_to_bytes(network)},
    )
    inputs, _ = models.FrozenInputs.objects.get_or_create(
        digest=digest,
        defaults={
            "network": kept,
            "params": content["params"],
            "outages": failed,
            "arrays": arrays,
            "summary": summary,
        },
    )
    return inputs


def _ids(names: Sequence[str], mask: np.ndarray | None) -> list[str]:
    return [] if mask is None else [names[index] for index in np.flatnonzero(mask).tolist()]


def _marked(count: int, index: Any, ids: Iterable[str]) -> np.ndarray:
    mask = np.zeros(count, dtype=np.bool_)
    mask[[index[each] for each in ids]] = True
    return mask


def _span(values: np.ndarray) -> dict[str, Any] | None:
    """Return the least and the most of a field, where it is unknown how often; None if nowhere known."""
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


def _array_bytes(resolved: ResolvedScenario) -> bytes:
    """Return both arrays as one table of two rows; a null stands for all ones."""
    rows = [
        values if (values != 1.0).any() else None
        for values in (resolved.bus_load_factor, resolved.unit_capacity_frac)
    ]
    return to_ipc(
        pa.table(
            {
                "name": ["bus_load_factor", "unit_capacity_frac"],
                "values": pa.array(rows, pa.list_(pa.float64())),
            }
        )
    )


def _arrays(data: bytes | memoryview, network: Network) -> tuple[np.ndarray | None, np.ndarray | None]:
    column = from_ipc(data)["values"]
    found = [
        None if not row.is_valid else np.asarray(row.values.to_numpy(zero_copy_only=False)) for row in column
    ]
    for values, count in zip(found, (network.n_buses, network.n_units), strict=True):
        if values is not None and len(values) != count:
            raise BadInput(f"The frozen inputs have {len(values)} values; the network has {count}.")
    return found[0], found[1]
