"""Scenarios in versions, frozen inputs, repeats, comparisons, downloads and publishing, by hand."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import User

from cascade.engine.arrays import network_from_bytes
from cascade.engine.scenarios.documents import digest_of
from cascade.engine.scenarios.presets import presets
from cascade.models import CascadeRun, FrozenInputs, FrozenNetwork, Scenario, ScenarioVersion
from cascade.selectors.columns import islands_of
from cascade.selectors.comparing import compare
from cascade.selectors.paths import paths_of
from cascade.services import publishing, scenarios
from cascade.services.exporting import export_run
from cascade.services.presets import load_presets
from cascade.services.runs import repeat_run
from flux_site.api.errors import BadInput, NotFound
from flux_site.jobs.services import run_job
from grid import models as grid
from grid.selectors.network import load_network
from tests.factories.sync import make_sync_layer
from tests.small_network import SmallNetwork

CarryOut = Callable[..., CascadeRun]
near = pytest.approx


def carried_out(run: CascadeRun) -> CascadeRun:
    run_job(run.job_id)
    return CascadeRun.objects.select_related("job", "inputs__network", "version").get(pk=run.pk)


def test_an_edit_makes_a_version_and_the_earlier_one_can_still_be_run(
    small_network: SmallNetwork, planner: User
) -> None:
    scenario = scenarios.create_scenario(name="Loss", outages=["BR-9012"], user=planner)
    scenarios.update_scenario(
        scenario_id=scenario.pk,
        spec={"outages": ["BR-9012"], "rating_multiplier": 2.0},
        note="after the upgrade",
        user=planner,
    )

    assert list(scenario.versions.order_by("number").values_list("number", "note")) == [
        (1, ""),
        (2, "after the upgrade"),
    ]
    newest = carried_out(scenarios.run_scenario(scenario_id=scenario.pk, user=planner))
    first = carried_out(scenarios.run_scenario(scenario_id=scenario.pk, number=1, user=planner))
    assert (newest.version.number, newest.tripped_count) == (2, 0)
    assert (first.version.number, first.tripped_count) == (1, 1)


def test_saving_what_is_there_makes_no_version(small_network: SmallNetwork, planner: User) -> None:
    scenario = scenarios.create_scenario(name="Loss", outages=["BR-9012"], user=planner)

    scenarios.update_scenario(scenario_id=scenario.pk, user=planner)

    assert ScenarioVersion.objects.count() == 1


def test_a_copy_says_the_same_and_goes_its_own_way(small_network: SmallNetwork, planner: User) -> None:
    scenario = scenarios.create_scenario(name="Loss", outages=["BR-9012"], user=planner)

    copy = scenarios.copy_scenario(scenario_id=scenario.pk, name=None, user=planner)
    scenarios.update_scenario(scenario_id=copy.pk, spec={"outages": ["BR-9013"]}, user=planner)

    assert (copy.name, copy.copied_from) == ("Copy of Loss", scenario)
    assert Scenario.objects.get(pk=scenario.pk).outages == ["BR-9012"]
    assert Scenario.objects.get(pk=copy.pk).outages == ["BR-9013"]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"load": {"form": "DEMAND"}}, "spec.load.demand_mw"),
        ({"options": {"trip_threshold_frac": -1.0}}, "spec.trip_threshold_frac"),
        ({"options": {"colour": 1}}, "spec.colour"),
        ({"outages": ["nonsense"]}, "outages"),
        ({"outages": ["BR-1"]}, "outages"),
    ],
)
def test_a_bad_scenario_is_refused_at_its_place(
    small_network: SmallNetwork, planner: User, spec: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        scenarios.create_scenario(name="x", spec=spec, user=planner)

    assert caught.value.field == field
    assert not Scenario.objects.exists()


def test_a_run_is_repeated_bit_for_bit_though_the_network_has_changed(
    small_network: SmallNetwork, carry_out: CarryOut, planner: User
) -> None:
    first = carry_out("BR-9012", options={"hidden_failures": {"defect_prob": 0.5}, "seed": 4})
    grid.Branch.objects.filter(pk="BR-9013").update(rating_mva=500.0)
    make_sync_layer(key="branches", checksum="1" * 64)

    again = carried_out(repeat_run(run_id=first.pk, user=planner))

    assert again.repeat_of == first
    assert again.inputs == first.inputs
    assert again.result_digest == first.result_digest != ""
    assert f"The result is that of run {first.pk}, bit for bit." in again.job.log
    assert carry_out("BR-9012").result_digest != first.result_digest


def test_equal_inputs_are_kept_once_and_the_network_whole(
    small_network: SmallNetwork, carry_out: CarryOut
) -> None:
    carry_out("BR-9012")
    carry_out("BR-9012", name="again")
    carry_out("BR-9014")

    assert (FrozenInputs.objects.count(), FrozenNetwork.objects.count()) == (2, 1)
    kept = FrozenNetwork.objects.get()
    assert network_from_bytes(kept.data).digest() == kept.pk == load_network("Texas").digest()


def test_the_digest_of_inputs_without_notes_or_weather_is_over_what_the_result_depends_on(
    small_network: SmallNetwork, carry_out: CarryOut
) -> None:
    """Runs of older versions share it: network, settings, what fails, and arrays that are all one."""
    inputs = carry_out("BR-9012").inputs

    assert inputs.summary["notes"] == []
    assert inputs.pk == digest_of({
        "network": inputs.network_id,
        "params": inputs.params,
        "outages": inputs.outages,
        "arrays": hashlib.sha256(b"|").hexdigest(),
    })  # fmt: skip


def test_units_that_are_drawn_are_lost_at_the_start(small_network: SmallNetwork, planner: User) -> None:
    scenario = scenarios.create_scenario(
        name="Cold", spec={"units": [{"available_frac": 0.0, "method": "DRAW"}]}, user=planner
    )

    run = carried_out(scenarios.run_scenario(scenario_id=scenario.pk, user=planner))

    assert (run.initial_shed_mw, run.base_shed_mw) == (near(200.0), near(0.0))
    assert run.inputs.outages["units"] == sorted(plant.pk for plant in small_network.plants)
    assert run.inputs.summary["unavailable_mw"] == near(350.0)


def test_a_demand_is_met_as_far_as_units_go(small_network: SmallNetwork, planner: User) -> None:
    scenario = scenarios.create_scenario(
        name="Peak",
        spec={"load": {"form": "DEMAND", "demand_mw": 400.0}, "rating_multiplier": 100.0},
        user=planner,
    )

    run = carried_out(scenarios.run_scenario(scenario_id=scenario.pk, outages=["BR-9012"], user=planner))

    assert (run.total_load_mw, run.base_shed_mw) == (near(400.0), near(50.0))
    assert run.load_multiplier == near(2.0)


@pytest.mark.parametrize(
    ("rating_multiplier", "tripped", "lost_mw"),
    # 100 MW on two branches of 150 MVA hold; of 75 MVA they do not, and what is left has 50 MW for 200 MW.
    [(1.0, [], 0.0), (0.5, ["BR-9012", "BR-9013"], 150.0)],
)
def test_a_scenario_in_which_nothing_fails_is_the_base_case(
    small_network: SmallNetwork, planner: User, rating_multiplier: float, tripped: list[str], lost_mw: float
) -> None:
    scenario = scenarios.create_scenario(
        name="Normal", spec={"kind": "NORMAL", "rating_multiplier": rating_multiplier}, user=planner
    )

    run = carried_out(scenarios.run_scenario(scenario_id=scenario.pk, user=planner))

    assert (run.job.status, run.name, run.outages) == ("SUCCEEDED", "Normal", [])
    assert (run.total_load_mw, run.base_shed_mw, run.initial_shed_mw) == (near(200.0), 0.0, 0.0)
    assert run.total_shed_mw == near(lost_mw)
    assert list(run.trips.order_by("branch_id").values_list("branch_id", "parent_id")) == [
        (each, "") for each in tripped
    ]
    assert carried_out(repeat_run(run_id=run.pk, user=planner)).result_digest == run.result_digest
    assert json.loads(export_run(run, part="all", file_format="json")[0])["total_shed_mw"] == near(lost_mw)


def test_presets_are_created_once_and_edits_of_them_stay(small_network: SmallNetwork, planner: User) -> None:
    assert load_presets() == {"created": 5, "kept": 0}
    uri = Scenario.objects.get(key="winter-storm-uri-2021")
    scenarios.update_scenario(scenario_id=uri.pk, name="Uri", user=planner)

    assert load_presets() == {"created": 0, "kept": 5}
    uri.refresh_from_db()
    assert (uri.name, uri.newest_number) == ("Uri", 2)
    assert {each.key for each in presets()} == set(Scenario.objects.values_list("key", flat=True))


def test_islands_and_paths_of_a_run(small_network: SmallNetwork, carry_out: CarryOut) -> None:
    run = carry_out("BR-9012")

    assert paths_of(run.pk) == [["BR-9012", "BR-9013"]]
    assert [(each["bus_count"], each["is_alive"], each["served_mw"]) for each in islands_of(run)] == [
        (2, True, near(50.0)),
        (1, False, near(0.0)),
    ]
    trip = run.trips.get()
    assert (trip.cause, trip.parent_id, trip.parent_wave) == ("OVERLOAD", "BR-9012", 0)
    assert trip.parent_rise_mw == near(100.0)


def test_two_runs_are_compared(small_network: SmallNetwork, carry_out: CarryOut) -> None:
    weak, strong = carry_out("BR-9012"), carry_out("BR-9012", rating_multiplier=2.0)

    found = compare(weak, strong, limit=10)

    totals = {measure.name: measure.change for measure in found.measures}
    assert (totals["total_shed_mw"], totals["served_mw"]) == (near(-150.0), near(150.0))
    assert (found.only_first, found.only_second, found.tripped_in_both_count) == (["BR-9013"], [], 0)
    assert {each.branch_id: each.change_mw for each in found.flow_changes} == {
        "BR-9013": near(200.0),
        "BR-9014": near(-75.0),
    }
    assert [(each.substation_id, each.change_mw) for each in found.losses] == [
        ("SUB-9002", near(-75.0)),
        ("SUB-9003", near(-75.0)),
    ]
    assert not found.is_same_result
    assert compare(weak, carry_out("BR-9012"), limit=10).is_same_result


def test_a_run_is_downloaded_in_every_format(
    small_network: SmallNetwork, carry_out: CarryOut, tmp_path: Any
) -> None:
    run = carry_out("BR-9012")

    whole = json.loads(export_run(run, part="all", file_format="json")[0])
    assert (whole["total_shed_mw"], whole["paths"]) == (near(150.0), [["BR-9012", "BR-9013"]])
    table = export_run(run, part="trips", file_format="csv")[0].decode().splitlines()
    assert len(table) == 2
    assert "BR-9013" in table[1]
    (tmp_path / "branches.parquet").write_bytes(export_run(run, part="branches", file_format="parquet")[0])
    rows = pq.read_table(tmp_path / "branches.parquet").to_pylist()
    assert [row["base_flow_mw"] for row in rows] == [near(100.0), near(100.0), near(0.0)]
    for part in ("waves", "buses", "substations"):
        assert json.loads(export_run(run, part=part, file_format="json")[0])
    with pytest.raises(NotFound):
        export_run(run, part="nothing", file_format="json")
    with pytest.raises(BadInput):
        export_run(run, part="all", file_format="csv")


def test_a_run_is_published_with_its_failures(
    small_network: SmallNetwork, carry_out: CarryOut, planner: User
) -> None:
    run = carry_out("BR-9012")

    publishing.publish_run(run_id=run.pk, user=planner)

    events = {event.kind: event for event in grid.OutboxEvent.objects.filter(kind__startswith="cascade.pre")}
    cascade = events["cascade.precomputed"].payload
    assert (cascade["patient_zero_id"], cascade["lost_load_mw"]) == ("BR-9012", near(150.0))
    rows = events["cascade.precomputed_failures"].payload["rows"]
    assert [(row["node_id"], row["wave_number"], row["cause_node_id"]) for row in rows] == [
        ("BR-9012", 0, None),
        ("BR-9013", 1, "BR-9012"),
        ("SUB-9001", 1, None),
        ("SUB-9002", 1, None),
        ("SUB-9003", 1, None),
    ]
    assert cascade["affected_node_count"] == 5
