"""Which weather station is nearest to a transformer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Double, Select, func, literal_column, select

from grid.warehouse.tables import transformer_metadata, weather_hourly


def nearest_stations() -> Select[Any]:
    """Return the weather station nearest to each transformer, by distance on the local plane.

    Columns: transformer_id, station_id. Of two equally near the first by id.
    """
    air, unit = weather_hourly.c, transformer_metadata.c
    stations = (
        select(
            air.station_id,
            func.avg(air.latitude, type_=Double).label("latitude"),
            func.avg(air.longitude, type_=Double).label("longitude"),
        )
        .group_by(air.station_id)
        .subquery("stations")
    )
    north = stations.c.latitude - unit.latitude
    east = (stations.c.longitude - unit.longitude) * func.cos(func.radians(unit.latitude))
    rank = func.row_number().over(
        partition_by=unit.transformer_id, order_by=(north * north + east * east, stations.c.station_id)
    )
    near = (
        select(unit.transformer_id, stations.c.station_id, rank.label("place"))
        .join_from(transformer_metadata, stations, literal_column("1 = 1"))
        .subquery("near")
    )
    return select(near.c.transformer_id, near.c.station_id).where(near.c.place == 1)
