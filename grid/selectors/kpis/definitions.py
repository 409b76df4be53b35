"""The key figures of the control room, each with its definition and the age of its data."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from flux_site.api.errors import BadInput
from grid.federation import operational
from grid.models.base import granted_zone_ids
from grid.selectors.kpis import inputs as main
from grid.selectors.kpis import parts
from grid.selectors.kpis.inputs import KpiInputs
from grid.selectors.kpis.parts import Crews, HealthTotals, MarginTotals, Restoration, Unknown
from grid.selectors.kpis.year_to_date import YEAR_KEYS, YearToDate, year_to_date
from grid.selectors.rated_hour import POWER_FACTOR
from grid.selectors.reliability.definitions import DEFINITIONS
from grid.warehouse.queries.past_figures import RESTORATION_DAYS

T = TypeVar("T")

MAIN_KEYS = (
    "customersServed",
    "activeOutages",
    "customersOut",
    "loadMw",
    "overloadedTransformersPct",
    "openWorkOrders",
)
MARGIN_KEYS = ("operationalMarginPct", "capacityLeftMw", "circuitsAbove85Pct")
KEYS = (
    *MAIN_KEYS,
    "crewsActive",
    "averageRestorationMinutes",
    *MARGIN_KEYS,
    "assetHealthIndex",
    *YEAR_KEYS,
)
"""The key figures in the order in which they are given."""


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """A key figure: null value means unknown, and then ``reason`` says why.

    ``coverage_pct`` is the metered share of what a figure of meters is made of; None if unknown or of others.
    """

    key: str
    label: str
    value: float | None
    unit: str
    definition: str
    data_as_of: datetime | None
    reason: str | None
    coverage_pct: float | None = None


def current(*, user: Any, keys: Iterable[str] | None = None) -> list[Kpi]:
    """Return the key figures over the zones the user may see, all or those named, in their order.

    Raises:
        BadInput: if there is no figure of a name.
        NeverSynced, DatabaseUnavailable: if no store can answer for customers, outages, load and work.
    """
    wanted = set(KEYS if keys is None else keys)
    if unknown := sorted(wanted - set(KEYS)):
        raise BadInput(f"There is no key figure {unknown[0]!r}; there are {', '.join(KEYS)}.", field="keys")
    found: list[Kpi] = []
    if wanted & set(MAIN_KEYS):
        inputs = operational(
            field="kpis",
            layers=main.LAYERS,
            from_cache=lambda: main.inputs_from_cache(user),
            from_warehouse=lambda: main.inputs_from_warehouse(granted_zone_ids(user)),
        )
        found += figures(inputs)
    if "crewsActive" in wanted:
        found.append(crews_active(parts.find(lambda: parts.crews(user))))
    if "averageRestorationMinutes" in wanted:
        found.append(average_restoration(parts.find(lambda: parts.restoration(user))))
    if wanted & set(MARGIN_KEYS):
        found += margins(parts.find(lambda: parts.margin(user)))
    if "assetHealthIndex" in wanted:
        found.append(asset_health(parts.find(lambda: parts.health(user))))
    if wanted & set(YEAR_KEYS):
        found += reliability(parts.find(lambda: year_to_date(user)))
    return [figure for figure in found if figure.key in wanted]


def figures(inputs: KpiInputs) -> list[Kpi]:
    """Return the figures of customers, outages, load and work; one that is not known says why."""
    no_load = None if inputs.load_mw is not None else "No transformer load has been synced."
    served = (
        inputs.active_customers - inputs.customers_out
        if inputs.active_customers is not None and inputs.customers_out is not None
        else None
    )
    overloaded_pct = (
        inputs.overloaded_transformers / inputs.transformers_with_load * 100.0
        if inputs.overloaded_transformers is not None and inputs.transformers_with_load
        else None
    )
    return [
        Kpi(
            key="customersServed",
            label="Customers served",
            value=served,
            unit="customers",
            definition="Active accounts less the customers of active outages that are not yet restored.",
            data_as_of=inputs.newest_outage_at,
            reason=None if served is not None else "No customers have been synced.",
        ),
        Kpi(
            key="activeOutages",
            label="Active outages",
            value=inputs.active_outages,
            unit="outages",
            definition="Outages that are predicted, confirmed, assigned or in progress.",
            data_as_of=inputs.newest_outage_at,
            reason=None,
        ),
        Kpi(
            key="customersOut",
            label="Customers out",
            value=inputs.customers_out,
            unit="customers",
            definition="Customers of active outages, less those already restored in steps.",
            data_as_of=inputs.newest_outage_at,
            reason=None,
        ),
        Kpi(
            key="loadMw",
            label="Distribution load",
            value=inputs.load_mw,
            unit="MW",
            definition="Metered energy of all transformers in the newest hour that 90 % of all meters' time "
            "was metered of (else the best metered recent hour), over one hour.",
            data_as_of=inputs.load_hour,
            reason=no_load,
            coverage_pct=inputs.load_coverage_pct,
        ),
        Kpi(
            key="overloadedTransformersPct",
            label="Transformers overloaded",
            value=overloaded_pct,
            unit="%",
            definition="Share of transformers loaded above their rating in the same hour.",
            data_as_of=inputs.load_hour,
            reason=no_load,
            coverage_pct=inputs.load_coverage_pct,
        ),
        Kpi(
            key="openWorkOrders",
            label="Open work orders",
            value=inputs.open_work_orders,
            unit="orders",
            definition="Work orders neither completed nor cancelled.",
            data_as_of=inputs.newest_work_order_at,
            reason=None,
        ),
    ]


def crews_active(found: Crews | Unknown) -> Kpi:
    """Return how many crews are at work."""
    known = _known(found)
    return Kpi(
        key="crewsActive",
        label="Crews active",
        value=known.active if known is not None and known.count else None,
        unit="crews",
        definition="Crews assigned to an outage or a work order, or on site; by their home substation.",
        data_as_of=None if known is None else known.at,
        reason=_reason(found, None if known is None or known.count else "No crews are on record."),
    )


def average_restoration(found: Restoration | Unknown) -> Kpi:
    """Return how long a customer was out on average."""
    known = _known(found)
    return Kpi(
        key="averageRestorationMinutes",
        label="Average restoration time",
        value=average_minutes(known),
        unit="min",
        definition="Customer minutes over customers of all interruptions of more than five minutes, of "
        f"outages that ended in the {RESTORATION_DAYS} days up to the newest end on record. Each "
        "customer counts until their own restoration, major events included.",
        data_as_of=None if known is None else known.at,
        reason=_reason(
            found,
            None if known is None or known.customers else "No outage that ended in those days is on record.",
        ),
    )


def average_minutes(found: Restoration | None) -> float | None:
    """Return the mean of an average customer; None if there was none."""
    return found.customer_minutes / found.customers if found is not None and found.customers else None


def margins(found: MarginTotals | Unknown) -> list[Kpi]:
    """Return the three figures of what circuits may still carry."""
    known = _known(found)
    why_not = _reason(
        found,
        None
        if known is None or known.circuit_count
        else "No circuit has both a load and a rating in the weather of the hour.",
    )
    over = "circuits with a load and a weather rating (IEEE Std 738, the hour's temperature and sun)"
    at = None if known is None else known.at
    return [
        Kpi(
            key="operationalMarginPct",
            label="Operational margin",
            value=margin_pct(known),
            unit="%",
            definition=f"Share of the weather ratings of all {over} that their load in the same hour leaves; "
            "so each circuit counts by its capacity.",
            data_as_of=at,
            reason=why_not,
        ),
        Kpi(
            key="capacityLeftMw",
            label="Capacity left",
            value=left_mw(known),
            unit="MW",
            definition=f"Weather ratings less load, summed over {over}, at a power factor of "
            f"{POWER_FACTOR:g}.",
            data_as_of=at,
            reason=why_not,
        ),
        Kpi(
            key="circuitsAbove85Pct",
            label="Circuits above 85 %",
            value=above_85_pct(known),
            unit="%",
            definition=f"Share of {over} that are loaded above 85 % of it.",
            data_as_of=at,
            reason=why_not,
        ),
    ]


def margin_pct(found: MarginTotals | None) -> float | None:
    """Return the share of the ratings that is left."""
    if found is None or found.load_mw is None or not found.rated_mw:
        return None
    return 100.0 * (1.0 - found.load_mw / found.rated_mw)


def left_mw(found: MarginTotals | None) -> float | None:
    """Return the capacity that is left."""
    if found is None or found.load_mw is None or found.rated_mw is None:
        return None
    return found.rated_mw - found.load_mw


def above_85_pct(found: MarginTotals | None) -> float | None:
    """Return the share of circuits loaded above 85 % of their rating."""
    return 100.0 * found.over_85_count / found.circuit_count if found and found.circuit_count else None


def asset_health(found: HealthTotals | Unknown) -> Kpi:
    """Return the mean health index."""
    known = _known(found)
    return Kpi(
        key="assetHealthIndex",
        label="Asset health",
        value=mean_index(known),
        unit="of 100",
        definition="Mean health index of all transformers and poles that have one: 100 as new, 0 at the end "
        "of life (CNAIM).",
        data_as_of=None if known is None else known.at,
        reason=_reason(
            found,
            None
            if known is None or mean_index(known) is not None
            else "The health of no asset is known: none was assessed yet, or there is no evidence.",
        ),
    )


def mean_index(found: HealthTotals | None) -> float | None:
    """Return the mean health index."""
    if found is None or found.index_sum is None or not found.count:
        return None
    return found.index_sum / found.count


def reliability(found: YearToDate | Unknown) -> list[Kpi]:
    """Return the indices of the year so far."""
    known = _known(found)
    newest = None if known is None else known.days[max(known.days)]
    return [
        Kpi(
            key=name,
            label=key.label,
            value=None if newest is None else newest[name].value,
            unit=DEFINITIONS[key.index].unit,
            definition=key.definition,
            data_as_of=None if known is None else known.as_of,
            reason=_reason(found, None if newest is None else newest[name].reason),
        )
        for name, key in YEAR_KEYS.items()
    ]


def _known(found: T | Unknown) -> T | None:
    return None if isinstance(found, Unknown) else found


def _reason(found: object, otherwise: str | None) -> str | None:
    return found.reason if isinstance(found, Unknown) else otherwise
