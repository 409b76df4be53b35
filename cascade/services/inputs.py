"""Checking what a cascade is asked to do, before a job is created for it."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cascade.engine.errors import CascadeInputError
from cascade.engine.outages import Outages, resolve_outages
from cascade.engine.params import CascadeParams
from cascade.engine.scenarios import checking
from flux_site.api.errors import BadInput
from grid.powerflow.network import Network, NetworkError
from grid.selectors import network as network_selectors

MAX_OUTAGES = checking.MAX_OUTAGES
ID_PATTERN = re.compile(r"^(SUB|BUS|BR|PLANT)-[A-Za-z0-9_.-]{1,56}$")
FIELD_NAMES = {"load_multiplier": "loadMultiplier", "rating_multiplier": "ratingMultiplier"}
KINDS = {"SUB-": "substation_ids", "BUS-": "bus_ids", "BR-": "branch_ids", "PLANT-": "unit_ids"}


class UnknownAsset(BadInput):
    """An outage names an asset that the network does not hold."""

    code = "UNKNOWN_ASSET"


@dataclass(frozen=True, kw_only=True)
class CascadeInputs:
    """Checked inputs of a cascade."""

    interconnect: str
    outages: tuple[str, ...]
    params: CascadeParams


def check_inputs(
    *, outages: Sequence[str], load_multiplier: float, rating_multiplier: float
) -> CascadeInputs:
    """Return the inputs, checked against the network the outages belong to.

    Raises:
        BadInput: naming the field: no outage, too many, a malformed id, a multiplier out of range or NaN.
        UnknownAsset: if an id names nothing, or ids of several interconnections are mixed.
        EmptyNetwork: if the cache holds no network.
    """
    params = check_multipliers(load_multiplier=load_multiplier, rating_multiplier=rating_multiplier)
    ids = check_ids(outages)
    if not ids:
        raise BadInput("Name at least one substation, bus or branch that fails first.", field="outages")
    interconnect = interconnect_of(ids)
    inputs = CascadeInputs(interconnect=interconnect, outages=ids, params=params)
    resolve(network=load(inputs.interconnect), outages=inputs.outages)
    return inputs


def check_multipliers(*, load_multiplier: float, rating_multiplier: float) -> CascadeParams:
    """Return the settings with these multipliers.

    Raises:
        BadInput: naming the one that is out of range or no finite number.
    """
    for field, value in (("loadMultiplier", load_multiplier), ("ratingMultiplier", rating_multiplier)):
        if not math.isfinite(value):
            raise BadInput(f"{field} is {value}; it must be a finite number above 0.", field=field)
    try:
        return CascadeParams(load_multiplier=load_multiplier, rating_multiplier=rating_multiplier)
    except CascadeInputError as error:
        raise bad_input(error) from error


def bad_input(error: CascadeInputError) -> BadInput:
    """Return an error of the engine as one of the API, its field named as the API does."""
    return BadInput(str(error), field=FIELD_NAMES.get(error.field, error.field))


def check_ids(outages: Sequence[str]) -> tuple[str, ...]:
    """Return the ids in the order given, each once.

    Raises:
        BadInput: if there are too many, or one is malformed.
    """
    ids = tuple(dict.fromkeys(text.strip() for text in outages))
    if len(ids) > MAX_OUTAGES:
        raise BadInput(f"{len(ids)} outages; at most {MAX_OUTAGES} in one run.", field="outages")
    malformed = [text for text in ids if not ID_PATTERN.match(text)]
    if malformed:
        raise BadInput(
            f"Not the id of a substation, bus or branch: {', '.join(malformed[:10])}. "
            "Ids look like SUB-1, BUS-1, BR-1, and of units PLANT-1.",
            field="outages",
        )
    return ids


def interconnect_of(ids: Sequence[str]) -> str:
    """Return the interconnection that assets belong to.

    Raises:
        UnknownAsset: if they name nothing, or belong to several.
        EmptyNetwork: if the cache holds no network.
    """
    interconnects = network_selectors.asset_interconnects(list(ids))
    if not interconnects:
        if not network_selectors.list_interconnects():
            raise network_selectors.EmptyNetwork(
                "The cache holds no transmission network; sync the transmission layers first.",
                field="outages",
            )
        raise UnknownAsset(f"No such asset: {', '.join(ids[:10])}.", field="outages")
    if len(interconnects) > 1:
        raise UnknownAsset(
            f"The outages lie in several interconnections ({', '.join(sorted(interconnects))}); name one.",
            field="outages",
        )
    return interconnects.pop()


def load(interconnect: str) -> Network:
    """Return the network, a fault in its data being told as bad input.

    Raises:
        BadInput: if the cached data is no valid network.
    """
    try:
        return network_selectors.load_network(interconnect)
    except NetworkError as error:
        raise BadInput(
            f"The network of {interconnect} cannot be computed on: {error}", field="interconnect"
        ) from error


def resolve(*, network: Network, outages: Sequence[str]) -> Outages:
    """Return the outages as masks over the network.

    Raises:
        UnknownAsset: if an id names nothing in service.
    """
    try:
        return resolve_outages(
            network=network,
            **{name: [text for text in outages if text.startswith(prefix)] for prefix, name in KINDS.items()},
        )
    except CascadeInputError as error:
        raise UnknownAsset(f"Cannot fail this: {error}", field="outages") from error
