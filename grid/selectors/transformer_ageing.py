"""What a transformer might carry in each hour of a period, and what of its life the period used up."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from flux_site.api.errors import NotFound
from grid import models
from grid.federation import from_either_store
from grid.selectors.ami_scope import Rows, asked
from grid.selectors.hours import HOUR, hours_between
from grid.standards.transformer_thermal import (
    NORMAL_LIFE_H,
    ThermalParams,
    lasting_load_pu,
    loss_of_life_pct,
)
from grid.warehouse import queries

MAX_DAYS = 366
NORMAL_HOT_SPOT_C = 110.0
"""The hot spot at which insulation lasts its normal life."""

PARAMS = ThermalParams()


@dataclass(frozen=True, kw_only=True)
class ThermalHour:
    """A transformer in one hour; None where unknown.

    ``permitted_kva`` is the lasting load that the hour's air permits at a hot spot of 110 °C, and
    ``margin_pct`` what the load left of it. Temperatures are those of the end of the hour.
    """

    at: datetime
    load_kva: float
    loading_pct: float
    coverage_pct: float | None
    ambient_c: float | None
    top_oil_c: float | None
    hot_spot_c: float | None
    ageing_factor: float | None
    permitted_kva: float | None
    permitted_loading_pct: float | None
    margin_pct: float | None


@dataclass(frozen=True, kw_only=True)
class TransformerAgeing:
    """A transformer hour by hour, and its ageing over the hours whose hot spot is known.

    ``life_used_h`` is the hours of normal life used up in those hours, ``life_used_pct`` their share of the
    whole.
    """

    transformer_id: str
    rated_kva: float
    start: datetime
    end: datetime
    hour_count: int
    known_hour_count: int
    normal_life_h: float
    equivalent_ageing_factor: float | None
    life_used_h: float | None
    life_used_pct: float | None
    peak_hot_spot_c: float | None
    peak_hot_spot_at: datetime | None
    hours_over_110_c: int
    hours_over_140_c: int
    points: list[ThermalHour]


def transformer_ageing(*, asset_id: str, start: datetime, end: datetime, user: Any) -> TransformerAgeing:
    """Return a transformer hour by hour from ``start`` to before ``end``, hours on record only, oldest first.

    Raises:
        BadInput: if the period is empty, absurd or longer than 366 days.
        NotFound: if there is no such transformer that the user may see.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    hours = hours_between(start, end, most_days=MAX_DAYS, what="the ageing of a transformer")
    rated_kva = from_either_store(
        field="transformerAgeing",
        layers=("transformers",),
        ask=lambda: (
            models.Transformer.objects.visible_to(user)
            .filter(pk=asset_id)
            .values_list("rated_kva", flat=True)
            .first()
        ),
        is_check=True,
    )
    if rated_kva is None:
        raise NotFound(f"There is no transformer {asset_id!r} that you may see.", field="assetId")
    since, until = hours[0], hours[-1] + HOUR
    return asked(
        field="transformerAgeing",
        question={"asset_id": asset_id, "since": since, "until": until, "rated_kva": rated_kva},
        queries={"loads": queries.transformer_load(transformer_id=asset_id, since=since, until=until)},
        build=lambda rows: _ageing(asset_id, float(rated_kva), hours, rows["loads"]),
        encode=asdict,
        decode=lambda kept: TransformerAgeing(
            **kept | {"points": [ThermalHour(**point) for point in kept["points"]]}
        ),
    )


def _ageing(asset_id: str, rated_kva: float, hours: Sequence[datetime], rows: Rows) -> TransformerAgeing:
    ambient = np.array([np.nan if row["ambient_c"] is None else row["ambient_c"] for row in rows])
    permitted_pu = lasting_load_pu(ambient, hot_spot_limit_c=NORMAL_HOT_SPOT_C, params=PARAMS)
    points = [_point(row, rated_kva, float(pu)) for row, pu in zip(rows, permitted_pu, strict=True)]
    aged = [point for point in points if point.ageing_factor is not None]
    hot = [(point.hot_spot_c, point.at) for point in points if point.hot_spot_c is not None]
    peak = max(hot, key=lambda each: each[0], default=(None, None))
    used_h = sum(point.ageing_factor or 0.0 for point in aged) if aged else None
    mean = None if used_h is None else used_h / len(aged)
    return TransformerAgeing(
        transformer_id=asset_id,
        rated_kva=rated_kva,
        start=hours[0].replace(tzinfo=UTC),
        end=(hours[-1] + HOUR).replace(tzinfo=UTC),
        hour_count=len(hours),
        known_hour_count=len(aged),
        normal_life_h=NORMAL_LIFE_H,
        equivalent_ageing_factor=mean,
        life_used_h=used_h,
        life_used_pct=None if mean is None else loss_of_life_pct(mean, float(len(aged))),
        peak_hot_spot_c=peak[0],
        peak_hot_spot_at=peak[1],
        hours_over_110_c=sum(each > 110.0 for each, _ in hot),
        hours_over_140_c=sum(each > 140.0 for each, _ in hot),
        points=points,
    )


def _point(row: dict[str, Any], rated_kva: float, permitted_pu: float) -> ThermalHour:
    permitted_kva = permitted_pu * rated_kva if np.isfinite(permitted_pu) else None
    return ThermalHour(
        at=row["at"].replace(tzinfo=UTC),
        load_kva=row["load_kva"],
        loading_pct=row["loading_pct"],
        coverage_pct=row["coverage_pct"],
        ambient_c=row["ambient_c"],
        top_oil_c=row["top_oil_c"],
        hot_spot_c=row["hot_spot_c"],
        ageing_factor=row["ageing_factor"],
        permitted_kva=permitted_kva,
        permitted_loading_pct=None if permitted_kva is None else 100.0 * permitted_pu,
        margin_pct=100.0 * (1.0 - row["load_kva"] / permitted_kva) if permitted_kva else None,
    )
