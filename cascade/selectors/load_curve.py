"""How demand follows temperature, fitted to the hours of our own meters and weather stations."""

from dataclasses import asdict
from datetime import datetime

import numpy as np

from cascade.engine.scenarios.documents import read_record
from cascade.engine.scenarios.spec import LoadCurve
from cascade.engine.scenarios.weather import fit_load_curve
from flux_site.api.errors import BadInput
from grid.selectors.ami_scope import asked
from grid.selectors.hours import span
from grid.warehouse.queries.load_temperature import load_and_temperature

MAX_DAYS = 1_100


def load_curve(*, start: datetime, end: datetime) -> LoadCurve:
    """Return the curve that fits the hours from ``start`` to before ``end`` best, in kW per meter.

    Raises:
        BadInput: naming the field; also if there are too few hours with both a load and a temperature.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    since, until = span(start, end, most_days=MAX_DAYS, what="the fit of a load curve")
    source = f"meters and weather stations, hours {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC"

    def build(rows: dict[str, list[dict[str, object]]]) -> LoadCurve | None:
        hours = rows["hours"]
        try:
            return fit_load_curve(
                np.array([row["temperature_c"] for row in hours], dtype=np.float64),
                np.array([row["kw_per_meter"] for row in hours], dtype=np.float64),
                source=source,
            )
        except ValueError:
            return None

    found = asked(
        field="loadCurve",
        question={"since": since, "until": until},
        queries={"hours": load_and_temperature(since, until)},
        build=build,  # type: ignore[arg-type]
        encode=lambda curve: None if curve is None else asdict(curve),
        decode=lambda kept: None if kept is None else read_record(LoadCurve, kept),
    )
    if found is None:
        raise BadInput(
            "Fewer than 24 hours have both a load and a temperature, or all had the same temperature.",
            field="start",
        )
    return found
