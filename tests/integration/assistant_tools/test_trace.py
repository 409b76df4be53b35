"""``trace``: the town counted by hand."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from agent.backends.requests import ToolRefused
from agent.events import Assets, Table
from grid.models import SwitchEvidence
from tests.factories.grid import MOMENT
from tests.integration.assistant_tools.conftest import Ask
from tests.small_town import SmallTown

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def on_map(outcome: Any) -> list[str]:
    (assets,) = (event for event in outcome.events if isinstance(event, Assets))
    return [each.asset_id for each in assets.assets]


def test_what_is_fed_through_a_switch_and_how_it_is_isolated(town: SmallTown, viewer: User, ask: Ask) -> None:
    outcome = ask(viewer, "trace", asset="SW-1001-01-0002", direction="DOWNSTREAM")

    # Behind the sectionalizer: one section, its own edge, one transformer with two meters and one account.
    assert outcome.content["counts"] == {
        "line_sections": 1, "switches": 1, "transformers": 1, "meters": 2, "active_customers": 1,
        "critical_customers": 1,
    }  # fmt: skip
    assert outcome.content["transformers"] == ["XFMR-1001-01-0002"]
    assert [each["asset_id"] for each in outcome.content["isolation"]["open"]] == ["SW-1001-01-0001"]
    assert (
        "1 transformer, 2 meters, 1 active customer, 1 of them critical; over 1 line section and 1 switch."
        in outcome.summary
    )
    assert "To isolate it, open breaker SW-1001-01-0001; 2 active customers lose supply" in outcome.summary
    assert "Switches as last reported: all in their normal positions." in outcome.summary
    assert {"SW-1001-01-0002", "SW-1001-01-0001", "XFMR-1001-01-0002"} <= set(on_map(outcome))


@pytest.mark.parametrize("asset", ["CUST-0000002", "MTR-0000002", "XFMR-1001-01-0002"])
def test_the_way_to_the_source_step_by_step(town: SmallTown, viewer: User, ask: Ask, asset: str) -> None:
    outcome = ask(viewer, "trace", asset=asset, direction="FEEDING_PATH")

    (table,) = (event for event in outcome.events if isinstance(event, Table))
    way = [
        ("MTR-0000002", "Meter"),
        ("XFMR-1001-01-0002", "Transformer"),
        ("LINE-1001-01-0002", "LineSection"),
        ("SW-1001-01-0002", "SECTIONALIZER"),
        ("LINE-1001-01-0001", "LineSection"),
        ("SW-1001-01-0001", "BREAKER"),
        ("SUB-1001", "Substation"),
    ]
    assert [row[1:] for row in table.rows] == (way[1:] if asset.startswith("XFMR") else way)
    assert (
        "transformer XFMR-1001-01-0002 ← 1 line section (LINE-1001-01-0002) ← sectionalizer SW-1001-01-0002 "
        "← 1 line section (LINE-1001-01-0001) ← breaker SW-1001-01-0001 ← substation SUB-1001."
        in outcome.summary
    )
    assert "2 line sections and 2 switches on the way." in outcome.summary


def test_what_is_upstream(town: SmallTown, viewer: User, ask: Ask) -> None:
    outcome = ask(viewer, "trace", asset="XFMR-1001-01-0002", direction="UPSTREAM")

    assert outcome.content["substations"] == ["SUB-1001"]
    assert "2 line sections and 2 switches." in outcome.summary
    assert "Source: substation SUB-1001." in outcome.summary


def test_a_switch_that_reported_open_counts(town: SmallTown, viewer: User, ask: Ask) -> None:
    SwitchEvidence.objects.create(switch_id="SW-1001-01-0002", circuit_id="CKT-1001-01", opened_at=MOMENT)

    now = ask(viewer, "trace", asset="XFMR-1001-01-0002", direction="FEEDING_PATH")
    normally = ask(viewer, "trace", asset="XFMR-1001-01-0002", direction="FEEDING_PATH", positions="NORMAL")

    assert not now.content["is_fed"]
    assert "It is not fed: no closed way leads to a source." in now.summary
    assert "not in their normal position: SW-1001-01-0002." in now.summary
    assert normally.content["is_fed"]
    assert "Every switch taken in its normal position." in normally.summary


def test_a_user_of_one_zone_is_told_of_that_zone(town: SmallTown, northerner: User, ask: Ask) -> None:
    SwitchEvidence.objects.create(switch_id="SW-2002-01-0002", circuit_id="CKT-2002-01", closed_at=MOMENT)
    SwitchEvidence.objects.create(switch_id="SW-1001-01-0001", circuit_id="CKT-1001-01", opened_at=MOMENT)

    outcome = ask(northerner, "trace", asset="XFMR-1001-01-0001", direction="FEEDING_PATH")

    assert outcome.content["is_fed"]  # from the other zone, over the tie
    assert "2002" not in f"{outcome.content}{outcome.summary}{outcome.events}"
    assert "not yours to see" in outcome.summary or outcome.content["substations"] == []


def test_a_wrong_direction_is_refused_with_the_right_ones(town: SmallTown, viewer: User, ask: Ask) -> None:
    with pytest.raises(
        ToolRefused, match=r"^direction: Input should be 'UPSTREAM', 'DOWNSTREAM' or 'FEEDING"
    ):
        ask(viewer, "trace", asset="SUB-1001", direction="SIDEWAYS")
