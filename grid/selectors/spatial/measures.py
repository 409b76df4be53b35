"""The measures that a heatmap may show: what they are made of, their units, what a cell's value means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from operator import add
from typing import Any

from django.db.models import F, FloatField, Model, Value
from django.db.models.functions import Cast, NullIf
from django.utils import timezone

from grid import models
from grid.models.base import AssetQuerySet
from grid.operations import ACTIVE_OUTAGE_STATUSES


class HeatMeasure(StrEnum):
    """What a heatmap may show."""

    METERS = "METERS"
    CUSTOMERS = "CUSTOMERS"
    METER_USE = "METER_USE"
    LOADING = "LOADING"
    PEAK_LOADING = "PEAK_LOADING"
    OUTAGES = "OUTAGES"
    CUSTOMERS_OUT = "CUSTOMERS_OUT"
    TRANSFORMER_AGE = "TRANSFORMER_AGE"
    POLE_AGE = "POLE_AGE"
    TRANSFORMER_HEALTH = "TRANSFORMER_HEALTH"
    VOLTAGE_OUTSIDE_A = "VOLTAGE_OUTSIDE_A"
    VOLTAGE_OUTSIDE_B = "VOLTAGE_OUTSIDE_B"
    TREES = "TREES"
    TREE_HEIGHT = "TREE_HEIGHT"
    TREE_RISK = "TREE_RISK"


class Combine(StrEnum):
    """How the values of a cell's rows become the cell's.

    ``RATIO`` is the sum of the values over the sum of their weights; ``MEAN`` is that with a weight of one.
    """

    SUM = "SUM"
    MEAN = "MEAN"
    RATIO = "RATIO"
    MAX = "MAX"


@dataclass(frozen=True, kw_only=True, eq=False)
class Measure:
    """A measure: where its rows are and what each contributes.

    Attributes:
        definition: what the value of a cell is, for people.
        models: those whose permission it takes.
        layers: the sync layers it rests on.
        place: the column of the place of a row.
        rows: the rows that count; who may see which is by their zone.
        value: what a row contributes; null where it is not known.
        weight: of a row in a ratio.
        edited_by: the tables whose changes tell their rows, and the column by which a row of such a table has
            rows of the measure; after changes of other tables all are read anew.
    """

    key: HeatMeasure
    title: str
    unit: str
    definition: str
    models: tuple[type[Model], ...]
    layers: tuple[str, ...]
    place: str
    combine: Combine
    rows: Callable[[], AssetQuerySet]
    value: Callable[[], Any] = lambda: Value(1.0)
    weight: Callable[[], Any] = lambda: Value(1.0)
    edited_by: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_keys(self) -> bool:
        """Whether the keys of its rows are kept."""
        return bool(self.edited_by)

    @property
    def name(self) -> str:
        """What its rows are kept under."""
        return f"measure-{self.key}"


def _number(column: str) -> Callable[[], Any]:
    return lambda: Cast(F(column), FloatField())


def _age_years() -> Any:
    return Cast(Value(timezone.localdate().year) - F("install_year"), FloatField())


def _outside(letter: str, counts: tuple[str, ...], *, key: HeatMeasure) -> Measure:
    """Return the measure of the readings outside a range of ANSI C84.1."""
    return Measure(
        key=key,
        title=f"Voltage outside range {letter}",
        unit="%",
        definition=f"Share of the readings outside range {letter} of ANSI C84.1, service voltage, among "
        "those that can be judged, of the meters of the cell's transformers in the newest week of local days "
        "with readings; transformers without such readings do not count.",
        models=(models.TransformerVoltage, models.Transformer),
        layers=("transformers", "transformer_voltage"),
        place="location",
        combine=Combine.RATIO,
        rows=lambda: models.Transformer.objects.all(),
        value=lambda: reduce(add, (F(f"service_voltage__{name}") for name in counts)) * 100.0,
        weight=lambda: Cast(NullIf(F("service_voltage__judged_count"), 0), FloatField()),
    )


MEASURES: dict[HeatMeasure, Measure] = {
    each.key: each
    for each in (
        Measure(
            key=HeatMeasure.METERS,
            title="Meters",
            unit="meters",
            definition="Meters in the cell.",
            models=(models.Meter,),
            layers=("meters",),
            place="location",
            combine=Combine.SUM,
            rows=lambda: models.Meter.objects.all(),
        ),
        Measure(
            key=HeatMeasure.CUSTOMERS,
            title="Customers",
            unit="customers",
            definition="Active accounts, where their meters are.",
            models=(models.Customer, models.Meter),
            layers=("customers", "meters"),
            place="meter__location",
            combine=Combine.SUM,
            rows=lambda: models.Customer.objects.filter(account_status="ACTIVE"),
        ),
        Measure(
            key=HeatMeasure.METER_USE,
            title="Metered use",
            unit="kWh",
            definition="Energy of the meters of the cell's transformers in each one's newest hour.",
            models=(models.TransformerLoad, models.Transformer),
            layers=("transformers", "transformer_load"),
            place="location",
            combine=Combine.SUM,
            rows=lambda: models.Transformer.objects.all(),
            value=_number("latest_load__energy_kwh"),
        ),
        Measure(
            key=HeatMeasure.LOADING,
            title="Transformer loading",
            unit="%",
            definition="Mean apparent power of the cell's transformers in their newest hour over the sum of "
            "their ratings; those without a load do not count.",
            models=(models.TransformerLoad, models.Transformer),
            layers=("transformers", "transformer_load"),
            place="location",
            combine=Combine.RATIO,
            rows=lambda: models.Transformer.objects.all(),
            value=lambda: F("latest_load__load_kva") * 100.0,
            weight=_number("rated_kva"),
        ),
        Measure(
            key=HeatMeasure.PEAK_LOADING,
            title="Highest peak loading",
            unit="%",
            definition="The highest peak loading of a transformer in the cell over the period on record.",
            models=(models.Transformer,),
            layers=("transformers",),
            place="location",
            combine=Combine.MAX,
            rows=lambda: models.Transformer.objects.all(),
            value=_number("peak_loading_pct"),
        ),
        Measure(
            key=HeatMeasure.OUTAGES,
            title="Active outages",
            unit="outages",
            definition="Outages neither restored nor cancelled.",
            models=(models.Outage,),
            layers=("outages",),
            place="location",
            combine=Combine.SUM,
            rows=lambda: models.Outage.objects.filter(status__in=ACTIVE_OUTAGE_STATUSES),
            edited_by={"grid_outage": "pk"},
        ),
        Measure(
            key=HeatMeasure.CUSTOMERS_OUT,
            title="Customers without supply",
            unit="customers",
            definition="Customers whom an active outage leaves without supply, where their transformers are.",
            models=(models.OutageInterruption, models.Transformer),
            layers=("outages", "outage_interruptions", "transformers"),
            place="transformer__location",
            combine=Combine.SUM,
            rows=lambda: models.OutageInterruption.objects.filter(
                restored_at__isnull=True, outage__status__in=ACTIVE_OUTAGE_STATUSES
            ),
            value=_number("customers"),
            edited_by={"grid_outageinterruption": "pk", "grid_outage": "outage_id"},
        ),
        Measure(
            key=HeatMeasure.TRANSFORMER_AGE,
            title="Age of transformers",
            unit="years",
            definition="Mean of this year less the year of installation, where that is known.",
            models=(models.Transformer,),
            layers=("transformers",),
            place="location",
            combine=Combine.MEAN,
            rows=lambda: models.Transformer.objects.all(),
            value=_age_years,
        ),
        Measure(
            key=HeatMeasure.POLE_AGE,
            title="Age of poles",
            unit="years",
            definition="Mean of this year less the year of installation, where that is known.",
            models=(models.Pole,),
            layers=("poles",),
            place="location",
            combine=Combine.MEAN,
            rows=lambda: models.Pole.objects.all(),
            value=_age_years,
        ),
        Measure(
            key=HeatMeasure.TRANSFORMER_HEALTH,
            title="Health of transformers",
            unit="index",
            definition="Mean health index where there is one: 100 as new, 0 at the end of life.",
            models=(models.AssetHealth, models.Transformer),
            layers=("asset_health", "transformers"),
            place="location",
            combine=Combine.MEAN,
            rows=lambda: models.Transformer.objects.all(),
            value=_number("health__health_index"),
        ),
        _outside(
            "A",
            ("below_b_count", "b_low_count", "b_high_count", "above_b_count"),
            key=HeatMeasure.VOLTAGE_OUTSIDE_A,
        ),
        _outside("B", ("below_b_count", "above_b_count"), key=HeatMeasure.VOLTAGE_OUTSIDE_B),
        Measure(
            key=HeatMeasure.TREES,
            title="Trees",
            unit="trees",
            definition="Trees in the cell.",
            models=(models.Tree,),
            layers=("trees",),
            place="location",
            combine=Combine.SUM,
            rows=lambda: models.Tree.objects.all(),
        ),
        Measure(
            key=HeatMeasure.TREE_HEIGHT,
            title="Height of trees",
            unit="m",
            definition="Mean height of the trees whose height is known.",
            models=(models.Tree,),
            layers=("trees",),
            place="location",
            combine=Combine.MEAN,
            rows=lambda: models.Tree.objects.all(),
            value=_number("height_m"),
        ),
        Measure(
            key=HeatMeasure.TREE_RISK,
            title="Expected loss by falling trees",
            unit="customer-minutes a year",
            definition="Customer-minutes a year that the cell's trees are expected to cost by falling into "
            "lines, as the last assessment has them; trees of which it is not known do not count.",
            models=(models.TreeRisk,),
            layers=("trees",),
            place="location",
            combine=Combine.SUM,
            rows=lambda: models.TreeRisk.objects.all(),
            value=_number("customer_minutes_per_year"),
            edited_by={"grid_treerisk": "pk"},
        ),
    )
}
