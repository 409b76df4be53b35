"""Preparation: a step is skipped only while everything its result depends on is unchanged."""

from pathlib import Path

import pytest

from launcher.layout import Layout
from launcher.preparation import DataChoice, Preparation, choose_data
from launcher.problem import Problem


class RecordingApplication:
    """Stands for Django, which takes seconds to start: notes the commands it was to run."""

    def __init__(self, layout: Layout) -> None:
        self.environment = {"FLUX_WAREHOUSE_URL": f"embedded://{layout.warehouse}", "FLUX_TIME_ZONE": "UTC"}
        self.ran: list[str] = []
        self.breaks = False

    def migrate(self) -> None:
        self.ran.append("migrate")

    def load(self, *, scale: str, interconnect: str, **_: object) -> None:
        self.ran.append(f"load {scale} {interconnect}")

    def sync(self, *, may_delete_most: bool) -> None:
        if self.breaks:
            raise Problem("the layers could not be synced.")
        self.ran.append("sync, most may go" if may_delete_most else "sync")

    def begin_first_figures(self) -> None:
        self.ran.append("first figures")


class ScriptedPostgres:
    """Stands for a server: its identity and the migrations applied to it."""

    def __init__(self) -> None:
        self.name = "first"
        self.applied = "0001"

    def identity(self) -> str:
        return self.name

    def sql(self, statements: str) -> str:
        return self.applied


class ScriptedServices:
    def __init__(self) -> None:
        self.postgres = ScriptedPostgres()


class Start:
    """One checkout which is started again and again."""

    def __init__(self, root: Path) -> None:
        self.layout = Layout(root)
        self.services = ScriptedServices()
        self.application = RecordingApplication(self.layout)
        for folder in ("grid/forge", "grid/migrations", "flux_site/settings", "requirements"):
            (root / folder).mkdir(parents=True)
        (root / "grid" / "migrations" / "0001_initial.py").write_text("first")
        self.layout.warehouse.mkdir(parents=True)
        (self.layout.warehouse / "table").touch()

    def again(self, choice: DataChoice | None = None) -> list[str]:
        chosen = choice or choose_data(self.layout, {})
        preparation = Preparation(self.layout, self.services, self.application, chosen)  # type: ignore[arg-type]
        self.application.ran = []
        preparation.migrate()
        preparation.load()
        preparation.sync()
        return self.application.ran


@pytest.fixture
def start(tmp_path: Path) -> Start:
    return Start(tmp_path)


def test_first_start_does_everything_and_the_second_nothing(start: Start) -> None:
    assert start.again() == ["migrate", "load demo Texas", "sync", "first figures"]
    assert start.again() == []


def test_new_migration_is_applied(start: Start) -> None:
    start.again()

    (start.layout.root / "grid" / "migrations" / "0002_more.py").write_text("second")

    assert start.again() == ["migrate"]


def test_database_which_lost_a_migration_is_migrated(start: Start) -> None:
    start.again()

    start.services.postgres.applied = "none"

    assert start.again() == ["migrate"]


def test_database_made_anew_gets_everything_again(start: Start) -> None:
    start.again()

    start.services.postgres.name = "second"

    assert start.again() == ["migrate", "load demo Texas", "sync", "first figures"]


def test_warehouse_that_was_deleted_is_loaded_again(start: Start) -> None:
    start.again()

    (start.layout.warehouse / "table").unlink()

    assert start.again() == ["load demo Texas", "sync", "first figures"]


def test_data_that_a_newer_release_generates_anew_may_replace_most(start: Start) -> None:
    (start.layout.root / "grid" / "forge" / "config.py").write_text("version 1")
    start.again()

    (start.layout.root / "grid" / "forge" / "config.py").write_text("version 2")

    assert start.again() == ["load demo Texas", "sync, most may go", "first figures"]


def test_another_territory_or_time_zone_asks_for_a_load(start: Start) -> None:
    start.again()

    start.application.environment["FLUX_TIME_ZONE"] = "America/Chicago"

    assert start.again() == ["load demo Texas", "sync", "first figures"]


def test_warehouse_elsewhere_is_never_taken_on_trust(start: Start) -> None:
    start.application.environment["FLUX_WAREHOUSE_URL"] = "snowflake://account"

    start.again()

    assert start.again() == ["load demo Texas", "sync", "first figures"]


def test_interrupted_sync_is_repeated(start: Start) -> None:
    start.application.breaks = True
    with pytest.raises(Problem):
        start.again()
    start.application.breaks = False

    assert start.again() == ["load demo Texas", "sync", "first figures"]


def test_larger_scale_replaces_the_data_and_stays_chosen(start: Start) -> None:
    start.again()

    assert start.again(choose_data(start.layout, {}, scale="city")) == [
        "load city Texas",
        "sync, most may go",
        "first figures",
    ]
    assert start.again() == []
    assert choose_data(start.layout, {}) == DataChoice(scale="city", interconnect="Texas")


def test_days_of_readings_stay_chosen_with_their_scale(start: Start) -> None:
    chosen = choose_data(start.layout, {}, scale="city", ami_days=3, raw_days=1)
    start.again(chosen)

    assert chosen.title == "city scale, Texas, 3 days, 1 as received"
    assert choose_data(start.layout, {}) == chosen
    assert choose_data(start.layout, {}, scale="city").ami_days == 14
    assert choose_data(start.layout, {"FLUX_SCALE": "metro"}) == DataChoice("metro", "Texas")


def test_the_length_of_the_past_stays_chosen_with_its_scale(start: Start) -> None:
    chosen = choose_data(start.layout, {}, scale="city", history_years=1)
    start.again(chosen)

    assert chosen.title == "city scale, Texas, a past of 1 year"
    assert choose_data(start.layout, {}) == chosen
    assert choose_data(start.layout, {}, scale="city").history_years == 5
    assert choose_data(start.layout, {}, scale="demo", history_years=0).title == (
        "demo scale, Texas, a past of 0 years"
    )


def test_environment_chooses_before_the_last_load(start: Start) -> None:
    start.again()

    assert choose_data(start.layout, {"FLUX_INTERCONNECT": "all"}) == DataChoice("demo", "all")


def test_unknown_scale_is_refused_with_those_there_are(start: Start) -> None:
    with pytest.raises(Problem, match="no scale 'huge'") as caught:
        choose_data(start.layout, {}, scale="huge")

    assert "demo, city, metro" in caught.value.remedy
