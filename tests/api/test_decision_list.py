"""The list of decision studies over GraphQL: which it holds, and what it asks of the database."""

from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cascade.models import CascadeRun, DecisionStudy
from cascade.services.decisions.assumptions import ensure_defaults
from cascade.services.runs import start_run
from flux_site.jobs.services import run_job
from tests.api.test_decisions import INVEST, RESTORE, carried_out, invest
from tests.clients import Api
from tests.factories.cascade import make_finished_run, make_study
from tests.small_network import SmallNetwork


def test_the_studies_of_a_run_include_the_investments_it_is_a_case_of(
    planner_api: Api, planner: User, small_network: SmallNetwork
) -> None:
    ensure_defaults()
    run = start_run(outages=["BR-9012"], user=planner)
    run_job(run.job_id)
    other = start_run(outages=["BR-9013"], user=planner)
    run_job(other.job_id)
    plan = carried_out(planner_api, RESTORE, runId=str(run.pk), crews=1, samples=10)
    comparison = carried_out(planner_api, INVEST, **invest(run))
    foreign = carried_out(planner_api, RESTORE, runId=str(other.pk), crews=1, samples=10)
    query = """query ($run: ID!, $kind: String) { decisionStudies(
        filters: { runId: $run, kind: { exact: $kind } }) { edges { node { studyId } } } }"""

    def studies(of: CascadeRun, kind: str | None = None) -> list[str]:
        edges = planner_api.data(query, run=str(of.pk), kind=kind)["decisionStudies"]["edges"]
        return [edge["node"]["studyId"] for edge in edges]

    assert studies(run) == [comparison, plan]
    assert studies(run, "INVESTMENT") == [comparison]
    assert studies(other) == [foreign]


def test_the_list_asks_as_much_for_many_as_for_one(planner_api: Api) -> None:
    query = "{ decisionStudies { totalCount edges { node { name kind run { name } job { status } } } } }"

    def queries(count: int) -> int:
        while DecisionStudy.objects.count() < count:
            make_study(run=make_finished_run())
        with CaptureQueriesContext(connection) as captured:
            answer = planner_api.data(query)["decisionStudies"]
        assert answer["totalCount"] == len(answer["edges"]) == count
        return len(captured)

    queries(1)  # what is kept of the user is read once
    assert queries(2) == queries(6)
