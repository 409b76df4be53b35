"""What a configuration accepts, refuses and depends on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from grid.forge import ForgeConfig, ForgeConfigError, Scale

END_AT = datetime(2025, 8, 12, 17, 20)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("scale", "HUGE"),
        ("scale", 3),
        ("seed", -1),
        ("seed", 1.5),
        ("seed", True),
        ("interconnects", ()),
        ("interconnects", ("Quebec",)),
        ("interconnects", ("Texas", "Texas")),
        ("territory", (-95.0, 29.0, -96.0, 30.0)),
        ("territory", (-96.0, 29.0, -95.0)),
        ("territory", (-96.0, float("nan"), -95.0, 30.0)),
        ("territory", ("west", 29.0, -95.0, 30.0)),
        ("zone", " "),
        ("ami_days", 0),
        ("ami_days", 367),
        ("raw_days", -1),
        ("raw_days", 15),
        ("raw_days", True),
        ("history_years", -1),
        ("history_years", 11),
        ("history_years", 2.5),
        ("history_years", True),
        ("ami_days", 1.0),
        ("end_at", "2025-08-12"),
        ("end_at", datetime(1900, 1, 1)),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../etc/passwd"),
        ("ends_in_storm", "yes"),
    ],
)
def test_an_unusable_value_is_refused_by_the_name_of_its_field(field: str, value: Any) -> None:
    with pytest.raises(ForgeConfigError) as caught:
        ForgeConfig(**{"end_at": END_AT, field: value})

    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: ")


def test_the_scale_may_be_given_by_name() -> None:
    assert ForgeConfig(end_at=END_AT, scale="demo").scale is Scale.DEMO  # type: ignore[arg-type]


def test_the_period_ends_at_the_last_whole_hour() -> None:
    config = ForgeConfig(end_at=END_AT, ami_days=14)

    assert config.period_end == datetime(2025, 8, 12, 17)
    assert config.period_start == datetime(2025, 7, 29, 17)


def test_a_time_with_a_zone_becomes_utc() -> None:
    houston_summer = timezone(timedelta(hours=-5))

    config = ForgeConfig(end_at=datetime(2025, 8, 12, 12, 20, tzinfo=houston_summer))

    assert config.end_at == END_AT
    assert ForgeConfig(end_at=END_AT.replace(tzinfo=UTC)).digest() == config.digest()


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 2},
        {"scale": Scale.CITY},
        {"ami_days": 13},
        {"end_at": END_AT + timedelta(hours=1)},
        {"territory": (-96.2, 29.0, -94.5, 30.4)},
        {"zone": "Coast"},
        {"interconnects": ("Texas", "Western")},
        {"time_zone": "America/Denver"},
        {"ends_in_storm": False},
        {"history_years": 4},
    ],
)
def test_the_digest_changes_with_everything_the_data_depends_on(change: dict[str, Any]) -> None:
    config = ForgeConfig(end_at=END_AT)

    assert replace(config, **change).digest() != config.digest()


def test_the_digest_is_the_same_within_the_hour_and_changes_with_the_sources() -> None:
    config = ForgeConfig(end_at=END_AT)

    assert replace(config, end_at=END_AT + timedelta(minutes=30)).digest() == config.digest()
    assert config.digest(sources="a") != config.digest(sources="b")
