"""What is kept of how near circuits and transmission lines are to their rating in the weather."""

from datetime import timedelta
from typing import Any

import pytest

from grid import models
from grid.services.weather_ratings import refresh_weather_ratings
from grid.standards.conductors import CATALOGUE
from grid.standards.line_rating import RatingParams, ampacity_a
from tests.api.rated_circuits import ACSR, NIGHT, PLACE, fill_cache
from tests.factories.grid import make_branch, make_bus, make_substation, make_weather

pytestmark = pytest.mark.django_db


def kept() -> dict[str, models.WeatherRating]:
    return {row.pk: row for row in models.WeatherRating.objects.all()}


def test_a_circuit_is_kept_with_its_load_over_the_rating_in_the_weather() -> None:
    fill_cache()

    refresh_weather_ratings()

    row = kept()["CKT-A"]
    rated_a = float(ampacity_a(CATALOGUE[ACSR], ambient_c=30.0, sun_w_per_m2=0.0, params=RatingParams()))
    assert row.weather_loading_pct == pytest.approx(100 * 6000 / (3**0.5 * 12.47) / rated_a, rel=1e-6)
    assert row.weather_rated_mva == pytest.approx(3**0.5 * 12.47 * rated_a / 1000, rel=1e-6)
    assert (row.rated_hour, row.zone_id, row.asset_kind, row.reason) == (NIGHT, "ZONE-1", "CIRCUIT", None)


def test_what_is_unknown_is_null_with_the_reason_never_zero() -> None:
    fill_cache()

    refresh_weather_ratings()

    found = kept()
    assert found["CKT-B"].weather_loading_pct is None
    assert found["CKT-B"].reason == "The catalogue has no conductor '477 ACSR'."
    assert found["CKT-C"].weather_loading_pct is None
    assert found["CKT-C"].reason == "No load of the circuit is known in that hour."


def test_branches_are_rated_in_the_newest_hour_with_a_temperature() -> None:
    bus = make_bus(substation=make_substation(id="SUB-N", location=PLACE))
    make_weather(id="W-1", station="WX-1", observed_at=NIGHT, location=PLACE, temperature_c=40.0)
    make_weather(station="WX-1", observed_at=NIGHT + timedelta(hours=1), location=PLACE, temperature_c=None)
    line: dict[str, Any] = {"from_bus": bus, "to_bus": bus, "base_flow_mw": 50.0}
    make_branch(id="BR-line", rating_mva=100.0, kind="LINE", **line)
    make_branch(id="BR-free", rating_mva=None, kind="LINE", **line)
    make_branch(id="BR-bank", rating_mva=100.0, kind="TRANSFORMER", **line)
    make_branch(id="BR-out", rating_mva=100.0, kind="LINE", in_service=False, **line)

    refresh_weather_ratings()

    found = kept()
    assert "BR-out" not in found
    # In the static rating's own air but without its sun more may be carried: by night the loading is lower.
    assert 0 < found["BR-line"].weather_loading_pct < 50.0
    assert found["BR-line"].rated_hour == NIGHT
    assert found["BR-line"].weather_loading_pct * found["BR-line"].weather_rated_mva == pytest.approx(5000)
    assert (found["BR-free"].weather_loading_pct, found["BR-bank"].weather_loading_pct) == (None, None)
    assert found["BR-free"].reason == "The source gives the branch no limit."


def test_only_what_differs_is_written_and_what_is_gone_is_forgotten() -> None:
    fill_cache()

    assert refresh_weather_ratings() == 3
    first = kept()["CKT-A"].updated_at
    assert refresh_weather_ratings() == 0
    assert kept()["CKT-A"].updated_at == first

    models.WeatherObservation.objects.filter(observed_at=NIGHT).update(temperature_c=10.0)
    assert refresh_weather_ratings() == 2  # the circuit of an unknown conductor stays unknown
    models.TransformerLoad.objects.all().delete()
    models.Transformer.objects.all().delete()
    models.Switch.objects.all().delete()
    models.LineSection.objects.all().delete()
    models.Circuit.objects.all().delete()
    assert refresh_weather_ratings() == 3
    assert kept() == {}
