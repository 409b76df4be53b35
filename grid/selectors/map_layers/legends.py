"""The legends that several layers share."""

from grid.selectors.map_layers.definition import Colouring, LegendEntry

LOADING_LEGEND = (
    LegendEntry(label="below 60 %", color="#4894b0", minimum=0.0),
    LegendEntry(label="60 to 80 %", color="#e2d05c", minimum=60.0),
    LegendEntry(label="80 to 100 %", color="#f59237", minimum=80.0),
    LegendEntry(label="over 100 %", color="#f04254", minimum=100.0),
    LegendEntry(label="unknown", color="#687682"),
)
VOLTAGE_LEGEND = (
    LegendEntry(label="500 kV", color="#f2c14e", minimum=400.0),
    LegendEntry(label="345 kV", color="#e07a5f", minimum=300.0),
    LegendEntry(label="230 kV", color="#b07ae0", minimum=200.0),
    LegendEntry(label="161 kV", color="#5fa8e0", minimum=150.0),
    LegendEntry(label="138 kV", color="#4fb0a5", minimum=130.0),
    LegendEntry(label="115 kV", color="#6c8ebf", minimum=100.0),
    LegendEntry(label="below 100 kV", color="#8a99a8", minimum=0.0),
)
CUSTOMER_CLASS_LEGEND = (
    LegendEntry(label="Residential", color="#9aa9b8", value="RESIDENTIAL"),
    LegendEntry(label="Commercial", color="#dcc9a0", value="COMMERCIAL"),
    LegendEntry(label="Industrial", color="#cdb0e8", value="INDUSTRIAL"),
)

RATINGS_VERSION_SQL = "SELECT count(*) || '@' || coalesce(max(updated_at)::text, '') FROM grid_weatherrating"
"""Changes with every change of a weather rating."""


def by_weather_rating(title: str, *, asset_kind: str) -> Colouring:
    """Return the colouring by load over the rating in the newest hour's weather; unknown is a class too."""
    return Colouring(attribute="weather_loading_pct", title=title, legend=LOADING_LEGEND, of_hour=asset_kind)
