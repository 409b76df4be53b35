"""Views for models of transformer risk: the morning's features, the afternoon's outcome, how models did.

Hours are those of the clock where the substation is, by the time zone of its load zone.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Date,
    Double,
    Integer,
    String,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    select,
    true,
)

from grid.warehouse.dialects import convert_timezone
from grid.warehouse.tables import (
    ML_DEMO,
    load_zones,
    substations,
    t_transformer_risk_predictions,
    transformer_hourly_load,
    transformer_metadata,
)
from grid.warehouse.views.base import count_where, ratio, view

MORNING_HOUR = 8
"""The hour whose load is the last that a prediction knows."""
AFTERNOON_HOURS = (13, 18)
"""First and last hour of the afternoon that is predicted."""
TREND_DAYS = 7

_load = transformer_hourly_load.c
_unit = transformer_metadata.c
_station = substations.c
_zone = load_zones.c

_local_at: Any = convert_timezone("UTC", _zone.time_zone, _load.load_hour)
_hours = (
    select(
        _load.transformer_id,
        _unit.rated_kva,
        _unit.install_year,
        cast(_local_at, Date).label("prediction_date"),
        cast(extract("hour", _local_at), Integer).label("local_hour"),
        _load.load_hour,
        _load.energy_kwh,
        _load.loading_pct,
        _load.meter_count,
        _load.ambient_c,
        _load.hot_spot_c,
        _load.thermal_stress,
    )
    .select_from(
        transformer_hourly_load.join(transformer_metadata, _unit.transformer_id == _load.transformer_id)
        .join(substations, _station.substation_id == _unit.substation_id)
        .join(load_zones, _zone.zone_id == _station.zone_id)
    )
    .where(_zone.time_zone.is_not(None))
    .cte("local_hours")
)
_hour = _hours.c
_is_morning = _hour.local_hour == MORNING_HOUR
_is_afternoon = _hour.local_hour.between(*AFTERNOON_HOURS)
_is_known_afternoon = and_(_is_afternoon, _hour.hot_spot_c.is_not(None))


def _at_morning(column: Any) -> Any:
    return func.max(case((_is_morning, column)))


_days = (
    select(
        _hour.transformer_id,
        _hour.prediction_date,
        func.max(_hour.rated_kva).label("rated_kva"),
        (extract("year", _hour.prediction_date) - cast(func.max(_hour.install_year), Integer)).label(
            "age_years"
        ),
        _at_morning(_hour.load_hour).label("morning_at"),
        _at_morning(_hour.loading_pct).label("morning_loading_pct"),
        _at_morning(_hour.energy_kwh).label("morning_kwh"),
        _at_morning(_hour.meter_count).label("meter_count"),
        _at_morning(_hour.ambient_c).label("morning_ambient_c"),
        _at_morning(_hour.hot_spot_c).label("morning_hot_spot_c"),
        _at_morning(_hour.thermal_stress).label("morning_stress"),
        count_where(_is_known_afternoon).label("afternoon_hours"),
        func.max(case((_is_afternoon, _hour.loading_pct))).label("afternoon_peak_loading_pct"),
        func.max(case((_is_afternoon, _hour.hot_spot_c))).label("afternoon_peak_hot_spot_c"),
        case(
            (
                count_where(_is_known_afternoon) > 0,
                count_where(and_(_is_afternoon, _hour.thermal_stress.in_(("HIGH", "CRITICAL")))),
            )
        ).label("afternoon_stressed_hours"),
    )
    .group_by(_hour.transformer_id, _hour.prediction_date)
    .cte("transformer_days")
)
_day = _days.c
_before: dict[str, Any] = {
    "partition_by": _day.transformer_id,
    "order_by": _day.prediction_date,
    "rows": (-TREND_DAYS, -1),
}
_known = select(
    *_day,
    func.avg(_day.morning_loading_pct).over(**_before).label("earlier_mornings_loading_pct"),
    func.sum(_day.afternoon_stressed_hours).over(**_before).label("earlier_stressed_hours"),
).cte("transformer_days_known")
_row = _known.c

_features = [
    _row.transformer_id,
    _row.prediction_date,
    _row.morning_at,
    _row.rated_kva,
    cast(_row.age_years, Integer).label("age_years"),
    _row.morning_loading_pct,
    _row.morning_kwh,
    _row.meter_count,
    ratio(_row.morning_kwh, _row.meter_count).label("kwh_per_meter"),
    _row.morning_ambient_c,
    _row.morning_hot_spot_c,
    _row.morning_stress,
    cast(_row.earlier_mornings_loading_pct, Double).label("earlier_mornings_loading_pct"),
    ratio(_row.morning_loading_pct, _row.earlier_mornings_loading_pct).label("load_trend_ratio"),
    cast(_row.earlier_stressed_hours, Integer).label("earlier_stressed_hours"),
]
v_transformer_ml_features = view(
    ML_DEMO,
    "v_transformer_ml_features",
    f"What is known of each transformer and local day after the hour of {MORNING_HOUR}: its load, the air, "
    f"its age, and up to {TREND_DAYS} earlier days on record.",
    select(*_features).where(_row.morning_loading_pct.is_not(None)),
)

_HOURS_WANTED = AFTERNOON_HOURS[1] - AFTERNOON_HOURS[0] + 1
t_transformer_temporal_training = view(
    ML_DEMO,
    "t_transformer_temporal_training",
    f"Features of the morning and what the hours {AFTERNOON_HOURS[0]} to {AFTERNOON_HOURS[1]} brought if all "
    "of them were observed. High risk: thermal stress HIGH or CRITICAL in one of them.",
    select(
        *_features,
        _row.afternoon_peak_loading_pct,
        _row.afternoon_peak_hot_spot_c,
        (_row.afternoon_stressed_hours > 0).label("target_high_risk"),
    ).where(_row.morning_loading_pct.is_not(None), _row.afternoon_hours == _HOURS_WANTED),
)

_sample = t_transformer_temporal_training.c
_shuffled = func.md5(
    _sample.transformer_id + literal("|", String) + cast(_sample.prediction_date, String(10)), type_=String
)
_placed = select(
    *_sample,
    func.row_number()
    .over(partition_by=_sample.target_high_risk, order_by=(_shuffled, _sample.transformer_id))
    .label("place"),
).subquery("placed")
_fewest = select(
    func.least(count_where(_sample.target_high_risk), count_where(~_sample.target_high_risk)).label(
        "rows_each"
    )
).subquery("fewest")
t_transformer_ml_training = view(
    ML_DEMO,
    "t_transformer_ml_training",
    "Rows of t_transformer_temporal_training, as many of high risk as of low, chosen by a hash of their key.",
    select(*(_placed.c[column.name] for column in _sample))
    .select_from(_placed.join(_fewest, true()))
    .where(_placed.c.place <= _fewest.c.rows_each),
)

_feature = v_transformer_ml_features.c
_newest_day = (
    select(_feature.transformer_id, func.max(_feature.prediction_date).label("prediction_date"))
    .group_by(_feature.transformer_id)
    .subquery("newest_day")
)
v_transformer_ml_inference = view(
    ML_DEMO,
    "v_transformer_ml_inference",
    "The newest row of features of each transformer: what a model is to predict from.",
    select(*_feature).join_from(
        v_transformer_ml_features,
        _newest_day,
        and_(
            _newest_day.c.transformer_id == _feature.transformer_id,
            _newest_day.c.prediction_date == _feature.prediction_date,
        ),
    ),
)

_said = t_transformer_risk_predictions.c
_ranked = select(
    *_said,
    func.row_number()
    .over(
        partition_by=_said.transformer_id,
        order_by=(
            _said.prediction_date.desc(),
            _said.predicted_at.desc(),
            _said.model_name,
            _said.model_version,
        ),
    )
    .label("place"),
).subquery("ranked")
v_transformer_current_risk = view(
    ML_DEMO,
    "v_transformer_current_risk",
    "The newest prediction of each transformer.",
    select(
        _ranked.c.transformer_id,
        _unit.circuit_id,
        _unit.substation_id,
        _unit.latitude,
        _unit.longitude,
        _unit.rated_kva,
        _ranked.c.prediction_date,
        _ranked.c.high_risk_probability,
        _ranked.c.is_high_risk,
        _ranked.c.model_name,
        _ranked.c.model_version,
        _ranked.c.predicted_at,
    )
    .join_from(_ranked, transformer_metadata, _unit.transformer_id == _ranked.c.transformer_id)
    .where(_ranked.c.place == 1),
)

_judged = (
    select(
        _said.prediction_date,
        _said.model_name,
        _said.model_version,
        cast(count_where(and_(_said.is_high_risk, _sample.target_high_risk)), Integer).label(
            "true_positives"
        ),
        cast(count_where(and_(_said.is_high_risk, ~_sample.target_high_risk)), Integer).label(
            "false_positives"
        ),
        cast(count_where(and_(~_said.is_high_risk, _sample.target_high_risk)), Integer).label(
            "false_negatives"
        ),
        cast(count_where(and_(~_said.is_high_risk, ~_sample.target_high_risk)), Integer).label(
            "true_negatives"
        ),
    )
    .join_from(
        t_transformer_risk_predictions,
        t_transformer_temporal_training,
        and_(
            _sample.transformer_id == _said.transformer_id,
            _sample.prediction_date == _said.prediction_date,
        ),
    )
    .group_by(_said.prediction_date, _said.model_name, _said.model_version)
    .subquery("judged")
)
_is = _judged.c
_all: Any = _is.true_positives + _is.false_positives + _is.false_negatives + _is.true_negatives
v_model_performance_daily = view(
    ML_DEMO,
    "v_model_performance_daily",
    "Predictions of each day against what was observed; a share without rows to be a share of is null.",
    select(
        *_is,
        ratio(_is.true_positives + _is.true_negatives, _all).label("accuracy_frac"),
        ratio(_is.true_positives, _is.true_positives + _is.false_positives).label("precision_frac"),
        ratio(_is.true_positives, _is.true_positives + _is.false_negatives).label("recall_frac"),
    ),
)
