"""The assessment of trees against brute force over all trees and lines, on a plane by pyproj and shapely."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.gis.geos import LineString, Point
from pyproj import Transformer
from shapely import geometry

from flux_site.jobs.context import JobCancelled, JobContext
from flux_site.jobs.models import Job
from grid import models
from grid.selectors.warehouse import get_warehouse
from grid.services import outbox, vegetation
from grid.services.outbox.streams import this_stream
from grid.services.tree_edits import restore_inspections
from grid.services.vegetation import assessing
from grid.warehouse.tables import vegetation_risk_enhanced as written
from tests.factories.grid import HOUSTON, make_customer, make_meter
from tests.factories.jobs import make_job
from tests.integration.vegetation.conftest import at, make_tree

Assess = Callable[[], dict[str, Any]]

PLANE = Transformer.from_crs(
    4326, f"+proj=aeqd +lat_0={HOUSTON[1]} +lon_0={HOUSTON[0]} +datum=WGS84", always_xy=True
)
FUSE_MIN, BREAKER_MIN = 60.0 * math.exp(0.18), 60.0 * 2.5 * math.exp(0.245)
"""Means of the published times: lognormals of 1 h and 0.6, 2.5 h and 0.7."""

SWING = math.sin(math.atan(287.3 * 0.721 * 0.0254 / (0.4630 * 14.5939)))
LINES = {  # lowest height, blow-out, clearance, customers, minutes
    "LINE-B": (13.72 * 0.9 - 0.91 - 1.2, 1.2 * SWING, 3.05, 3, BREAKER_MIN),
    "LINE-L": (12.19 * 0.9 - 0.91 - 0.02 * 400 / 7, 0.02 * 400 / 7 * SWING, 3.05, 2, FUSE_MIN),
    "BR-V": (
        5.64 + 0.01016 * (145 / math.sqrt(3) - 22),
        (0.035 * 200 + 0.0086 * 138) * math.sin(math.pi / 4),
        2.25 * 0.3048 + 1.0,
        None,
        None,
    ),
}


def brute_force() -> dict[str, dict[str, dict[str, Any]]]:
    """Return by tree and line what plain arithmetic makes of each pair within 60 m."""
    routes = {
        "LINE-B": models.LineSection.objects.get(pk="LINE-B").route,
        "LINE-L": models.LineSection.objects.get(pk="LINE-L").route,
        "BR-V": models.Branch.objects.get(pk="BR-V").route,
    }
    flat = {key: geometry.LineString([PLANE.transform(*xy) for xy in each]) for key, each in routes.items()}
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for tree in models.Tree.objects.all():
        foot = geometry.Point(PLANE.transform(tree.location.x, tree.location.y))
        near = {key: foot.distance(line) for key, line in flat.items()}
        found[tree.pk] = {key: pair(tree, key, d) for key, d in near.items() if d <= 60.0}
    return found


def pair(tree: models.Tree, key: str, distance: float) -> dict[str, Any]:
    lowest, blowout, clearance, customers, minutes = LINES[key]
    height, crown, growth = tree.height_m, tree.crown_radius_m, tree.growth_m_per_year
    if growth is None and tree.species is not None:
        growth = 0.45
    years = deficit = overstrike = rate = None
    if height is not None and crown is not None:
        beside, below = distance - crown - blowout - clearance, lowest - clearance - height
        deficit = -max(beside, below)
        if growth is not None:
            sideways = growth * crown / height
            ways = [
                0.0 if gap <= 0 else gap / speed if speed else math.inf
                for gap, speed in ((beside, sideways), (below, growth))
            ]
            years = max(ways)
    if height is not None:
        overstrike = height - math.hypot(distance, lowest)
        on_ground = math.sqrt(max(height**2 - lowest**2, 0.0))
        share = math.acos(distance / on_ground) / math.pi if overstrike >= 0 else 0.0
        rate = math.sqrt(1e-5) * share
    lost = None if rate is None or customers is None else rate * customers * minutes
    return {
        "distance": distance,
        "deficit": deficit,
        "years": years,
        "overstrike": overstrike,
        "rate": rate,
        "lost": lost,
        "clearance": clearance,
    }


def close(value: float | None, expected: float | None, tolerance: float) -> bool:
    if expected is None or math.isinf(expected):
        return value is None
    return value == pytest.approx(expected, abs=tolerance, rel=1e-4)


def test_every_tree_is_what_brute_force_finds(assess: Assess, woods: list[models.Tree]) -> None:
    counts = assess()
    expected = brute_force()

    assert counts["trees"] == counts["trees_assessed"] == len(woods)
    assert counts["lines"] == 3
    near_any = 0
    for risk in models.TreeRisk.objects.all():
        pairs = expected[risk.pk]
        if not pairs:
            assert (risk.nearest_line_id, risk.distance_m, risk.level) == (None, None, "NONE")
            continue
        near_any += 1
        nearest = min(pairs, key=lambda key: pairs[key]["distance"])
        assert risk.nearest_line_id == nearest
        assert close(risk.distance_m, pairs[nearest]["distance"], 0.01)
        grow, fall = pairs[risk.grow_in_line_id], pairs[risk.fall_in_line_id]
        assert close(risk.clearance_deficit_m, grow["deficit"], 0.01)
        assert close(risk.years_to_encroachment, grow["years"], 0.2)
        assert close(risk.overstrike_m, fall["overstrike"], 0.01)
        assert close(risk.strikes_per_year, fall["rate"], 2e-5)
        assert close(risk.customer_minutes_per_year, fall["lost"], 0.02)
        soonest = min((each["years"] for each in pairs.values() if each["years"] is not None), default=None)
        if soonest is not None and not math.isinf(soonest):
            assert risk.years_to_encroachment <= soonest + 0.2
        costs = [each["lost"] for each in pairs.values() if each["lost"] is not None]
        if costs:
            assert close(risk.customer_minutes_per_year, max(costs), 0.02)
        assert risk.is_route_approximate == ("BR-V" in {risk.grow_in_line_id, risk.fall_in_line_id})
    assert 30 < near_any < len(woods)


def test_the_warehouse_has_each_tree_against_its_nearest_line(
    assess: Assess, woods: list[models.Tree]
) -> None:
    assess()
    expected = brute_force()

    rows = {row["tree_id"]: row for row in get_warehouse().select_rows(written.select())}

    assert rows.keys() == {key for key, pairs in expected.items() if pairs}
    for key, row in rows.items():
        line, pair_ = min(expected[key].items(), key=lambda item: item[1]["distance"])
        assert row["nearest_line_id"] == line
        assert row["nearest_line_kv"] == (138.0 if line == "BR-V" else 12.47)
        assert close(row["distance_to_line_m"], pair_["distance"], 0.01)
        assert close(row["required_clearance_m"], pair_["clearance"], 0.01)
        assert close(row["clearance_deficit_m"], pair_["deficit"], 0.01)
        assert close(row["years_to_encroachment"], pair_["years"], 0.2)
        assert close(row["overstrike_m"], pair_["overstrike"], 0.01)


def test_a_line_knows_its_device_and_who_is_behind_it(assess: Assess) -> None:
    assess()

    lines = {line.pk: line for line in models.VegetationLine.objects.all()}
    assert (lines["LINE-B"].device_id, lines["LINE-B"].customers) == ("SW-BRK", 3)
    assert (lines["LINE-L"].device_id, lines["LINE-L"].customers, lines["LINE-L"].has_critical) == (
        "SW-FUSE",
        2,
        True,
    )
    assert lines["LINE-L"].outage_min == pytest.approx(FUSE_MIN, abs=0.1)
    assert (lines["BR-V"].device_id, lines["BR-V"].customers, lines["BR-V"].outage_min) == (None, None, None)
    assert "LINE-U" not in lines


def test_a_second_assessment_has_nothing_to_do(assess: Assess, woods: list[models.Tree]) -> None:
    first = assess()
    before = list(models.TreeRisk.objects.values_list("pk", "computed_at"))

    second = assess()

    assert (second["trees_assessed"], second["lines_changed"], second["rows_written"]) == (0, 0, 0)
    assert second["work_packages"] == first["work_packages"] > 0
    assert list(models.TreeRisk.objects.values_list("pk", "computed_at")) == before


def assessed_anew(assess: Assess) -> set[str]:
    before = dict(models.TreeRisk.objects.values_list("pk", "computed_at"))
    assess()
    after = dict(models.TreeRisk.objects.values_list("pk", "computed_at"))
    return {key for key in after if before.get(key) != after[key]}


def test_a_line_that_moves_concerns_the_trees_near_its_old_and_its_new_course(
    assess: Assess, woods: list[models.Tree], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grid.services.vegetation.lines.MANY_FRAC", 1.0)
    assess()
    old = {key for key, pairs in brute_force().items() if "LINE-L" in pairs}

    models.LineSection.objects.filter(pk="LINE-L").update(
        route=LineString(at(200, 100), at(200, 450), srid=4326)
    )
    changed = assessed_anew(assess)

    new = {key for key, pairs in brute_force().items() if "LINE-L" in pairs}
    assert changed == old | new
    assert len(changed) < len(woods)
    expected = brute_force()
    for risk in models.TreeRisk.objects.all():
        pairs = expected[risk.pk]
        assert risk.nearest_line_id == min(pairs, key=lambda key: pairs[key]["distance"], default=None)


def test_a_customer_more_concerns_the_trees_of_that_device_only(
    assess: Assess, grid: SimpleNamespace, woods: list[models.Tree], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grid.services.vegetation.lines.MANY_FRAC", 1.0)
    assess()
    unit = models.Transformer.objects.get(node="N1")

    make_customer(meter=make_meter(transformer=unit))
    changed = assessed_anew(assess)

    assert changed == {key for key, pairs in brute_force().items() if "LINE-B" in pairs}
    assert models.VegetationLine.objects.get(pk="LINE-B").customers == 4


def test_trees_that_change_come_or_go_are_the_only_ones_assessed(
    assess: Assess, woods: list[models.Tree]
) -> None:
    assess()
    models.Tree.objects.filter(pk="TREE-001").update(height_m=29.0)
    models.Tree.objects.filter(pk="TREE-002").delete()
    make_tree("TREE-NEW", 300, 25)

    changed = assessed_anew(assess)

    assert changed == {"TREE-001", "TREE-NEW"}
    assert not models.TreeRisk.objects.filter(pk="TREE-002").exists()
    assert "TREE-002" not in {row["tree_id"] for row in get_warehouse().select_rows(written.select())}


def test_a_cancelled_assessment_goes_on_where_it_was(
    assess: Assess, woods: list[models.Tree], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assessing, "TREES_AT_ONCE", 30)
    job = make_job(kind=vegetation.KIND, status="RUNNING")
    context = JobContext(job)
    done = iter(range(10))

    def progress(frac: float, step: str) -> None:
        if "of 120 trees" in step and next(done) == 1:
            raise JobCancelled

    monkeypatch.setattr(context, "progress", progress)
    with pytest.raises(JobCancelled):
        vegetation.carry_out(context)
    Job.objects.filter(pk=job.pk).update(status="CANCELLED")
    assert models.TreeRisk.objects.filter(is_stale=False).count() == 60

    counts = assess()

    assert counts["trees_assessed"] == 60
    assert counts["rows_written"] > 0
    assert not models.TreeRisk.objects.filter(is_stale=True).exists()


def test_an_inspection_gives_the_tree_a_rating(assess: Assess, grid: SimpleNamespace) -> None:
    make_tree("TREE-X", 603, 200)  # 3 m from the lateral, behind whose fuse a hospital is
    assess()
    before = models.TreeRisk.objects.get(pk="TREE-X")
    assert (before.risk_rating, before.failure_likelihood) == (None, None)

    vegetation.record_inspection(tree_id="TREE-X", failure_likelihood="IMMINENT", lean="TOWARD")
    assert assess()["trees_assessed"] == 1

    after = models.TreeRisk.objects.get(pk="TREE-X")
    assert (after.impact_likelihood, after.consequence) == ("HIGH", "SEVERE")
    assert (after.risk_rating, after.fall_in_level) == ("EXTREME", "CRITICAL")
    assert after.strikes_per_year > 100 * before.strikes_per_year


def test_packages_hold_the_urgent_trees_of_a_span(assess: Assess, grid: SimpleNamespace) -> None:
    make_tree("TREE-A", 602, 100)
    make_tree("TREE-B", 606, 150)
    make_tree("TREE-C", 640, 200, height_m=4.0, crown_radius_m=1.0)  # too low and far
    assess()

    package = models.VegetationWorkPackage.objects.get()
    assert (package.pk, package.circuit_id, package.tree_count, package.encroaching_count) == (
        "LINE-L",
        "CKT-V",
        2,
        2,
    )
    trees = models.TreeRisk.objects.filter(pk__in=["TREE-A", "TREE-B"])
    assert package.effort_h == pytest.approx(0.5 + sum(tree.trim_h for tree in trees), abs=0.01)
    assert package.level == "CRITICAL"

    order = vegetation.create_work_order_of(package_id="LINE-L")
    assert (order.work_type, order.priority, order.asset_id) == ("VEGETATION_TRIM", "HIGH", "LINE-L")
    assert order.estimated_hours == package.effort_h
    models.Tree.objects.filter(pk="TREE-B").update(height_m=3.0, crown_radius_m=0.5)
    assess()
    package.refresh_from_db()
    assert (package.tree_count, package.work_order_id) == (1, order.pk)


def test_a_schedule_starts_nothing_while_nothing_has_changed(
    assess: Assess, grid: SimpleNamespace, django_capture_on_commit_callbacks: Any
) -> None:
    assert vegetation.start_scheduled_assessment() is None  # no trees
    make_tree("TREE-A", 602, 100)
    assess()
    assert vegetation.start_scheduled_assessment() is None

    models.SyncLayer.objects.filter(pk="trees").update(checksum="1" * 64)
    with django_capture_on_commit_callbacks():
        started = vegetation.start_scheduled_assessment()
        again = vegetation.start_scheduled_assessment()

    assert started is not None
    assert again is None
    assert vegetation.start_assessment(user=None).pk == started.pk


def test_without_trees_there_is_nothing(assess: Assess) -> None:
    counts = assess()

    assert (counts["trees"], counts["work_packages"], counts["rows_written"]) == (0, 0, 0)


def test_a_tree_at_a_known_distance_is_the_worked_one(assess: Assess, grid: SimpleNamespace) -> None:
    # 10 m east of the lateral, 18 m high: s = hypot(10, lowest).
    make_tree("TREE-W", 610, 200, location=Point(*at(610, 200), srid=4326))
    assess()

    risk = models.TreeRisk.objects.get(pk="TREE-W")
    lowest = LINES["LINE-L"][0]
    assert risk.distance_m == pytest.approx(10.0, abs=0.05)
    assert risk.reach_m == pytest.approx(math.hypot(risk.distance_m, lowest), abs=0.01)


def test_clearances_set_in_the_admin_count_from_the_next_assessment_on(
    assess: Callable[[], dict[str, Any]], grid: SimpleNamespace, woods: list[models.Tree]
) -> None:
    assess()
    before = models.VegetationLine.objects.get(pk=grid.backbone.pk)
    over = models.VegetationLine.objects.get(pk=grid.branch.pk)
    models.VegetationClearance.objects.create(line_class="BACKBONE", clearance_m=5.0)
    models.VegetationClearance.objects.create(line_class="TRANSMISSION", clearance_m=2.5)

    counts = assess()

    assert counts["trees_assessed"] == len(woods)
    assert (before.clearance_m, over.clearance_m) == (3.05, pytest.approx(over.mvcd_m + 1.0))
    assert models.VegetationLine.objects.get(pk=grid.backbone.pk).clearance_m == 5.0
    changed = models.VegetationLine.objects.get(pk=grid.branch.pk)
    assert changed.clearance_m == pytest.approx(over.mvcd_m + 2.5)
    assert models.VegetationLine.objects.get(pk=grid.lateral.pk).clearance_m == 3.05


def test_inspections_and_the_orders_of_packages_come_back_after_the_cache_was_lost(
    assess: Callable[[], dict[str, Any]], grid: SimpleNamespace
) -> None:
    make_tree("TREE-C", 602, 100)
    assess()
    package = models.VegetationWorkPackage.objects.all()[0]
    order = vegetation.create_work_order_of(package_id=package.pk)
    vegetation.record_inspection(tree_id="TREE-C", failure_likelihood="PROBABLE", lean="TOWARD", note="split")
    before = models.TreeInspection.objects.values().get()
    outbox.deliver()
    models.TreeInspection.objects.all().delete()
    models.VegetationWorkPackage.objects.all().delete()

    assert restore_inspections(this_stream()) == 1
    assert restore_inspections(this_stream()) == 0
    assess()

    assert models.TreeInspection.objects.values().get() == before
    assert models.VegetationWorkPackage.objects.get(pk=package.pk).work_order_id == order.pk
    assert models.TreeRisk.objects.get(pk="TREE-C").failure_likelihood == "PROBABLE"
    vegetation.record_inspection(tree_id="TREE-C", failure_likelihood="POSSIBLE")
    assert models.TreeInspection.objects.count() == 2
