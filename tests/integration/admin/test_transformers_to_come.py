"""Predicted failures in the admin: why, and how to ask for them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from flux_site.jobs.models import Job
from tests.factories.grid import make_transformer
from tests.factories.transformers_to_come import make_transformer_prediction
from tests.integration.admin.pages import list_page, row_page


def test_a_prediction_tells_what_moves_it(boss: Client) -> None:
    row = make_transformer_prediction(transformer=make_transformer())

    page = boss.get(row_page(row)).content.decode()

    assert "over_120_h_per_year</td><td>Loading</td><td>210.0</td><td>+0.900" in page
    assert "condition_code</td><td>Inspection</td><td>—</td><td>-0.100" in page


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("cascade.transformerriskrun", "cascade.learn_transformers"),
        ("cascade.transformerforecastrun", "cascade.learn_tomorrow"),
    ],
)
def test_a_job_is_started_from_the_list_by_those_who_may(
    boss: Client, viewer: Any, as_user: Any, model: str, kind: str
) -> None:
    start = reverse(f"admin:{model.replace('.', '_')}_start")
    assert start in boss.get(list_page(model)).content.decode()
    seen = as_user(viewer)
    assert start not in seen.get(list_page(model)).content.decode()

    seen.post(start)
    assert Job.objects.filter(kind=kind).count() == 0
    boss.post(start)
    assert Job.objects.filter(kind=kind).count() == 1
