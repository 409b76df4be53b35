"""Where an asset is fed from, and what is fed through it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q

from flux_site.api.errors import BadInput, NotFound
from grid import models
from grid.selectors.topology import CONNECTIVITY_LAYERS, IS_SERVED
from grid.topology import NONE, Network
from grid.topology.arrays import IntArray

PATH_LAYERS = (*CONNECTIVITY_LAYERS, "meters")
DOWNSTREAM_LAYERS = (*CONNECTIVITY_LAYERS, "meters", "customers", "substations")
_AT_ONCE = 5_000


@dataclass(frozen=True, kw_only=True)
class PathStep:
    """One asset on the way to the source."""

    asset_id: str
    kind: str
    switch_kind: str | None = None


@dataclass(frozen=True, kw_only=True)
class Downstream:
    """What is fed through an asset, with every switch in its normal position."""

    asset_id: str
    kind: str
    transformers: list[str]
    meter_count: int
    customer_count: int
    critical_customer_count: int


@dataclass(frozen=True)
class _Found:
    """An asset, and where it is in the network."""

    model: type[Model]
    position: int

    @property
    def kind(self) -> str:
        """What it is."""
        return self.model.__name__


def supply_path(*, network: Network, asset_id: str, user: Any) -> list[PathStep]:
    """Return the assets through which an asset is fed, itself first, the substation last.

    Raises:
        NotFound: if there is no such asset that the user may see.
        BadInput: if it is not fed in the normal state of the switches, or is of another kind.
    """
    arrays = network.arrays
    found = _find(network, asset_id, user)
    steps = [PathStep(asset_id=asset_id, kind=found.kind)]
    if found.model is models.Meter:
        transformer_id = models.Meter.objects.get(pk=asset_id).transformer_id
        steps.append(PathStep(asset_id=transformer_id, kind="Transformer"))
        node = _node_of_transformer(network, arrays.transformers.position(transformer_id))
    elif found.model is models.Transformer:
        node = _node_of_transformer(network, found.position)
    elif found.model in {models.Switch, models.LineSection}:
        edge = found.position + (len(arrays.sections) if found.model is models.Switch else 0)
        near = int(network.tree.far_end[edge])
        node = NONE if near == NONE else int(network.tree.parent[near])
        steps.pop()
        steps += _named(network, [edge]) if near != NONE else []
    else:
        raise BadInput(
            f"{asset_id} is a {found.kind.lower()}; paths are of meters, transformers, lines, switches.",
            field="assetId",
        )
    if node == NONE or network.tree.position[node] == NONE:
        raise BadInput(f"{asset_id} is not fed in the normal state of the switches.", field="assetId")
    edges = network.path_to_source(node).tolist()
    steps += _named(network, edges)
    while edges and network.tree.parent[node] != NONE:
        node = int(network.tree.parent[node])
    return [*steps, PathStep(asset_id=arrays.nodes.key(node), kind="Substation")]


def downstream(*, network: Network, asset_id: str, user: Any) -> Downstream:
    """Return what is fed through an asset; of a circuit or a substation what belongs to it.

    Raises:
        NotFound: if there is no such asset that the user may see.
    """
    kind, transformers = fed_through(network=network, asset_id=asset_id, user=user)
    meters = models.Meter.objects.visible_to(user)
    customers = models.Customer.objects.visible_to(user).filter(IS_SERVED)
    if kind == models.Meter.__name__:
        meter_filters = [(Q(pk=asset_id), Q(meter_id=asset_id))]
    else:
        parts = [transformers[start : start + _AT_ONCE] for start in range(0, len(transformers), _AT_ONCE)]
        meter_filters = [(Q(transformer_id__in=p), Q(meter__transformer_id__in=p)) for p in parts]
    return Downstream(
        asset_id=asset_id,
        kind=kind,
        transformers=transformers,
        meter_count=sum(meters.filter(own).count() for own, _ in meter_filters),
        customer_count=sum(customers.filter(their).count() for _, their in meter_filters),
        critical_customer_count=sum(
            customers.filter(their, critical_kind__isnull=False).count() for _, their in meter_filters
        ),
    )


def fed_through(*, network: Network, asset_id: str, user: Any) -> tuple[str, list[str]]:
    """Return what an asset is, and the transformers fed through it; none for a meter.

    Raises:
        NotFound: if there is no such asset that the user may see.
    """
    found = _find(network, asset_id, user)
    if found.model is models.Meter:
        return found.kind, []
    behind: dict[type[Model], Callable[[int], IntArray]] = {
        models.Switch: network.behind_switch,
        models.LineSection: network.behind_section,
        models.Circuit: network.of_circuit,
        models.Substation: network.of_substation,
    }
    trace = behind.get(found.model)
    if trace is None:
        return found.kind, [asset_id]
    return found.kind, network.arrays.transformers.keys(trace(found.position))


def _find(network: Network, asset_id: str, user: Any) -> _Found:
    """Return an asset the user may see.

    Raises:
        NotFound: if there is none.
    """
    arrays = network.arrays
    for model, ids in (
        (models.Transformer, arrays.transformers),
        (models.Switch, arrays.switches),
        (models.LineSection, arrays.sections),
        (models.Circuit, arrays.circuits),
        (models.Substation, arrays.substations),
        (models.Meter, None),
    ):
        position = NONE if ids is None else ids.position(asset_id)
        if ids is not None and position == NONE:
            continue
        if model.objects.visible_to(user).filter(pk=asset_id).exists():
            return _Found(model, position)
    raise NotFound(
        f"There is no transformer, switch, line, circuit, substation or meter {asset_id!r} that you may see.",
        field="assetId",
    )


def _node_of_transformer(network: Network, position: int) -> int:
    return NONE if position == NONE else int(network.arrays.transformer_node[position])


def _named(network: Network, edges: list[int]) -> list[PathStep]:
    """Return edges of the network as steps of a path."""
    arrays, sections = network.arrays, len(network.arrays.sections)
    switch_ids = [arrays.switches.key(edge - sections) for edge in edges if edge >= sections]
    kinds = dict(models.Switch.objects.filter(pk__in=switch_ids).values_list("pk", "kind"))
    steps = []
    for edge in edges:
        if edge < sections:
            steps.append(PathStep(asset_id=arrays.sections.key(edge), kind="LineSection"))
        else:
            key = arrays.switches.key(edge - sections)
            steps.append(PathStep(asset_id=key, kind="Switch", switch_kind=kinds.get(key)))
    return steps
