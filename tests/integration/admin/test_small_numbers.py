"""Lists in the admin show small numbers as numbers, neither rounded to nothing nor with all their digits."""

import pytest
from django.test import Client

from flux_site.admin.display import number
from tests.factories import cascade, grid
from tests.integration.admin.pages import list_page, row_page

pytestmark = pytest.mark.integration


def test_a_share_of_a_few_readings_is_not_shown_as_none(boss: Client) -> None:
    grid.make_transformer_voltage(
        reading_count=4032, judged_count=4032, in_a_count=4031, above_b_count=1,
        outside_a_pct=100.0 / 4032, outside_b_pct=100.0 / 4032,
    )  # fmt: skip

    assert "0.025 %" in boss.get(list_page("grid.transformervoltage")).content.decode()


def test_hours_of_the_risk_have_a_digit_and_a_unit(boss: Client) -> None:
    sample = cascade.make_risk_sample(equipment_h=0.6712039704318558, vegetation_h=None)

    for page in (list_page("cascade.risksample"), row_page(sample)):
        shown = boss.get(page).content.decode()
        assert "0.7 h" in shown
        assert "0.6712039704318558" not in shown


@pytest.mark.parametrize(
    ("value", "text"),
    [(-1e-12, "0.0 MW"), (-0.04, "0.0 MW"), (-0.06, "-0.1 MW"), (0.0, "0.0 MW"), (-1234.56, "-1,234.6 MW")],
)
def test_what_rounds_to_nothing_has_no_sign(value: float, text: str) -> None:
    assert number(value, "MW") == text
