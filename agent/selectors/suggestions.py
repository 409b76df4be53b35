"""Questions that suggest themselves: from what is selected and shown, what goes on, and what is on record.

Every question is one that the built-in back end answers, by a tool that the user may use, about things that
the user may see. A question whose answer would be "nothing is on record" is not suggested.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from agent.backends.requests import Context
from agent.models import Document
from cascade.engine.decisions.kinds import StudyKind
from cascade.engine.risk_now.score import RiskLevel
from cascade.selectors import run_reports, transformer_risk, vulnerability
from cascade.selectors.risk_now import risk_now
from flux_site.api.errors import FluxError
from flux_site.jobs.models import JobStatus
from grid.selectors import reliability
from grid.selectors.named_assets import KINDS, NamedAsset, list_by_id
from grid.selectors.outage_facts import OutageScope, list_outages

logger = logging.getLogger(__name__)

MOST = 6
MOST_OF_AN_ASSET = 4
MOST_ASSETS = 2

NEEDS: dict[str, tuple[str, ...]] = {
    "grid_analyst": ("grid.view_zone", "grid.view_circuit", "grid.view_outage"),
    "asset_lookup": ("grid.view_substation", "grid.view_circuit"),
    "trace": ("grid.view_circuit",),
    "outage_status": ("grid.view_outage",),
    "cascade": ("cascade.view_cascaderun",),
    "cascade run": ("cascade.view_cascaderun", "cascade.add_cascaderun"),
    "risk": ("cascade.view_risksample",),
    "transformer risk": ("cascade.view_risksample", "cascade.view_transformerprediction"),
    "vulnerability": ("cascade.view_risksample", "cascade.view_vulnerabilitymap"),
    "restoration_plan": ("cascade.view_decisionstudy",),
    "weather_rating": ("grid.view_circuit",),
    "reliability": ("grid.view_outage",),
    "search_technical_docs": ("agent.view_document",),
    "search_compliance_docs": ("agent.view_document",),
}
"""What a user must be allowed for a question: the permissions of its tool, and of what it asks it for."""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A question, why it suggests itself, and what answers it: a key of ``NEEDS``."""

    question: str
    reason: str
    by: str


OF_KIND: dict[str, tuple[tuple[str, str], ...]] = {
    "SUB": (
        ("asset_lookup", "Tell me about {}"),
        ("cascade run", "What happens if {} fails?"),
        ("outage_status", "Are there any outages at {}?"),
        ("vulnerability", "How vulnerable is {}?"),
        ("reliability", "What was the SAIDI of {} last year?"),
    ),
    "CKT": (
        ("asset_lookup", "Tell me about {}"),
        ("weather_rating", "How much current can {} carry in this weather?"),
        ("outage_status", "Are there any outages on {}?"),
        ("reliability", "What was the SAIDI of {} last year?"),
        ("trace", "What is downstream of {}?"),
    ),
    "XFMR": (
        ("asset_lookup", "Tell me about {}"),
        ("trace", "What feeds {}?"),
        ("transformer risk", "How likely is {} to fail?"),
        ("trace", "Who loses power if {} fails?"),
    ),
    "SW": (
        ("trace", "Who loses power if {} opens?"),
        ("trace", "What feeds {}?"),
        ("asset_lookup", "Tell me about {}"),
    ),
    "LINE": (
        ("asset_lookup", "Tell me about {}"),
        ("weather_rating", "How much current can {} carry in this weather?"),
        ("trace", "What is downstream of {}?"),
    ),
    "BR": (
        ("asset_lookup", "Tell me about {}"),
        ("cascade run", "What happens if {} fails?"),
        ("weather_rating", "How much current can {} carry in this weather?"),
        ("vulnerability", "How vulnerable is {}?"),
    ),
    "MTR": (
        ("trace", "What feeds {}?"),
        ("outage_status", "Is {} without power?"),
        ("asset_lookup", "Tell me about {}"),
    ),
    "POLE": (("asset_lookup", "Tell me about {}"),),
    "BUS": (("asset_lookup", "Tell me about {}"), ("cascade run", "What happens if {} fails?")),
    "PLANT": (("asset_lookup", "Tell me about {}"), ("cascade run", "What happens if {} fails?")),
    "CUST": (("outage_status", "Is {} without power?"), ("asset_lookup", "Tell me about {}")),
    "TREE": (("asset_lookup", "Tell me about {}"),),
    "OUT": (
        ("outage_status", "When will {} be restored?"),
        ("outage_status", "What caused {}?"),
        ("outage_status", "Which crew is working on {}?"),
    ),
}
"""What can be asked of an asset of each kind, with a place for its id; the first ones first."""


def suggest(user: Any, context: Context) -> list[Suggestion]:
    """Return at most six questions that suggest themselves, the nearest to what the user sees first.

    What cannot be looked up now, since a service is away, suggests nothing.
    """
    found: dict[str, Suggestion] = {}
    for source in (_of_assets, _of_the_run, _of_outages, _of_risk, _of_the_record):
        if len(found) >= MOST:
            break
        try:
            for each in source(user, context):
                if all(user.has_perm(permission) for permission in NEEDS[each.by]):
                    found.setdefault(each.question, each)
        except FluxError as error:
            logger.info("No suggestions %s: %s", source.__name__, error.message)
    return list(found.values())[:MOST]


def _of_assets(user: Any, context: Context) -> Iterator[Suggestion]:
    newest = list(reversed(context.asset_ids))[:MOST_ASSETS]
    codes = {each.partition("-")[0] for each in newest} & set(KINDS)
    if not codes:
        return
    rows = {asset.asset_id: asset for asset in list_by_id(newest, user=user, codes=codes)}
    assets = [rows[asset_id] for asset_id in newest if asset_id in rows]
    for asset in assets:
        allowed = [
            each
            for each in OF_KIND.get(asset.kind, ())
            if all(user.has_perm(permission) for permission in NEEDS[each[0]])
            and _has_answer(each[0], asset, user)
        ]
        share = MOST_OF_AN_ASSET if len(assets) == 1 else MOST_OF_AN_ASSET // 2
        name = asset.label if asset.asset_id in asset.label else f"{asset.label} ({asset.asset_id})"
        for by, question in allowed[:share]:
            yield Suggestion(question=question.format(asset.asset_id), reason=f"{name} is selected", by=by)


def _has_answer(by: str, asset: NamedAsset, user: Any) -> bool:
    """Return whether anything is on record that would answer."""
    match by:
        case "transformer risk":
            return (
                transformer_risk.likeliest_failures(user=user, first=1, transformer_id=asset.asset_id)[0] > 0
            )
        case "vulnerability":
            return vulnerability.newest_present(None, user) is not None
        case "reliability":
            return _has_last_year(user)
    return True


def _of_the_run(user: Any, context: Context) -> Iterator[Suggestion]:
    shown = context.run_id
    if shown is not None and shown.isdigit() and len(shown) < 19:
        try:
            run = run_reports.find_run(int(shown), user)
        except FluxError:
            return
        reason = f"Run {run.pk} is shown"
        if run.job.status == JobStatus.SUCCEEDED:
            yield Suggestion(question=f"Explain run {run.pk}", reason=reason, by="cascade")
    else:
        newest = run_reports.newest_finished_run(user)
        if newest is None or context.asset_ids:
            return
        run, reason = newest, f"Run {newest.pk} is the newest"
        yield Suggestion(question=f"Explain run {run.pk}", reason=reason, by="cascade")
    plan = run_reports.newest_study(StudyKind.RESTORATION, user=user, run_id=run.pk)
    if plan is not None and plan.result is not None:
        yield Suggestion(
            question=f"Explain the restoration plan for run {run.pk}",
            reason=f"Run {run.pk} has a plan",
            by="restoration_plan",
        )


def _of_outages(user: Any, context: Context) -> Iterator[Suggestion]:
    if not user.has_perm("grid.view_outage"):
        return
    found = list_outages(user=user, scope=OutageScope.ACTIVE, first=1)
    if not found.outages:
        return
    outages = "1 outage is active" if found.total == 1 else f"{found.total:,} outages are active"
    yield Suggestion(question="What is out right now?", reason=outages, by="outage_status")
    worst = found.outages[0]
    if worst.customers_out > 0:
        yield Suggestion(
            question=f"When will {worst.asset_id} be restored?",
            reason=f"No outage leaves more without supply: {worst.customers_out:,} of its customers are out",
            by="outage_status",
        )


def _of_risk(user: Any, context: Context) -> Iterator[Suggestion]:
    if not user.has_perm("cascade.view_risksample"):
        return
    found = risk_now(user)
    level = found.assessment.level
    if found.at is None:
        return
    if level in (RiskLevel.ELEVATED, RiskLevel.HIGH, RiskLevel.CRITICAL):
        yield Suggestion(
            question="Why is the risk high?"
            if level is not RiskLevel.ELEVATED
            else "Why is the risk elevated?",
            reason=f"The risk of the coming 24 hours is {level.value}",
            by="risk",
        )
    else:
        yield Suggestion(
            question="What is the risk right now?", reason="The risk is sampled every five minutes", by="risk"
        )


def _of_the_record(user: Any, context: Context) -> Iterator[Suggestion]:
    """Yield what can be asked at any time, of what is on record."""
    sources: tuple[tuple[str, str, str, Callable[[Any], bool]], ...] = (
        ("reliability", "What was our SAIDI last year?", "Reliability by IEEE 1366", _has_last_year),
        (
            "transformer risk",
            "Which transformers are most at risk?",
            "Failures of transformers are predicted",
            lambda user: transformer_risk.likeliest_failures(user=user, first=1)[0] > 0,
        ),
        (
            "grid_analyst",
            "How many outages were there by cause?",
            "Questions to the records",
            lambda user: reliability.recorded(user=user) is not None,
        ),
        (
            "search_compliance_docs",
            "How often must lines be inspected for vegetation?",
            "Summaries of rules can be asked",
            lambda _: _is_read("nerc-fac-003"),
        ),
        ("cascade", "List my cascade runs", "Runs are on record", _has_runs),
        (
            "search_technical_docs",
            "How is an oil sample of a transformer taken?",
            "Manuals can be asked",
            lambda _: _is_read("transformer-oil-sampling"),
        ),
    )
    for by, question, reason, is_on_record in sources:
        if not all(user.has_perm(permission) for permission in NEEDS[by]):
            continue
        try:
            if is_on_record(user):
                yield Suggestion(question=question, reason=reason, by=by)
        except FluxError as error:
            logger.info("No suggestion of %s: %s", by, error.message)


def _has_last_year(user: Any) -> bool:
    """Return whether interruptions of the last calendar year are on record."""
    record = reliability.recorded(user=user)
    return record is not None and record.first_day.year < record.last_day.year


def _has_runs(user: Any) -> bool:
    return bool(run_reports.newest_runs(user=user, first=1))


def _is_read(key: str) -> bool:
    return Document.objects.filter(key=key, read_at__isnull=False).exists()
