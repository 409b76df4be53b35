"""The tool ``risk``: the risk of now with its parts; what is predicted to fail, and what its loss leads "
"to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import Field

from agent.backends.requests import ToolOutcome, ToolRefused
from agent.events import ColumnType
from agent.tools import risk_predictions, telling
from agent.tools.pointing import label, named, pointed_at, said
from agent.tools.resolving import Found, resolve
from agent.tools.spec import Caller, Input, ToolSpec
from cascade.selectors import risk_now as selectors

PARTS = {
    "OUTAGES": "outages running now",
    "EQUIPMENT": "failures of transformers and poles",
    "WEATHER": "load above ratings in the hour's weather",
    "CONTINGENCIES": "losses of single transmission branches",
    "VEGETATION": "trees falling on lines",
    "BACKGROUND": "all other causes",
}


class RiskScope(StrEnum):
    """What is asked about."""

    NOW = "NOW"
    TRANSFORMERS = "TRANSFORMERS"
    SUBSTATIONS = "SUBSTATIONS"
    LINES = "LINES"


class RiskInput(Input):
    """Which risk."""

    scope: RiskScope = Field(
        default=RiskScope.NOW,
        description="NOW: interruption expected in the coming 24 hours, by part. TRANSFORMERS: the "
        "likeliest to fail within 30, 90 and 365 days. SUBSTATIONS: where the loss of a branch most likely "
        "ends in a cascade. LINES: transmission branches whose loss ends in a cascade, and spans that "
        "trees may hit.",
    )
    asset: str | None = Field(
        default=None,
        max_length=200,
        description="Only this one, by id or name. TRANSFORMERS: a transformer, circuit or substation. "
        "LINES: a branch, substation, circuit or line section. SUBSTATIONS: a substation. NOW: anything.",
    )
    limit: int = Field(default=10, ge=1, le=50, description="How many, the worst first.")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """How a scope is answered: kinds of assets it may be limited to, the permission, what answers."""

    kinds: tuple[str, ...]
    permission: str
    answer: Callable[[Any, Found | None, int], ToolOutcome]
    question: str


def run(caller: Caller, asked: RiskInput) -> ToolOutcome:
    """Return the risk.

    Raises:
        ToolRefused: if the user may not see it.
        BadInput: naming the field.
    """
    scope = SCOPES[asked.scope]
    if not caller.user.has_perm(scope.permission):
        raise ToolRefused(f"You may not see this risk: you need the permission {scope.permission}.")
    asset = None
    if asked.asset is not None:
        asset = resolve(asked.asset, caller.user, scope.kinds, asking=scope.question)
    return scope.answer(caller.user, asset, asked.limit)


def _now(user: Any, asset: Found | None, limit: int) -> ToolOutcome:
    found = selectors.risk_now(user)
    if found.at is None:
        reason = found.assessment.reason or selectors.NO_SAMPLE
        return ToolOutcome(
            content={"at": None, "score_of_100": None, "reason_unknown": reason},
            summary=f"The risk of now is not known. {telling.plain(reason)}",
        )
    rows = selectors.largest_contributions(
        limit=limit, user=user, asset_id=None if asset is None else asset.asset_id
    )
    known = named([row.asset_id for row in rows], user)
    assessed = found.assessment
    parts = [
        {
            "part": part.part.value,
            "customer_hours": part.customer_hours,
            "coverage_frac": part.coverage_frac,
            "reason_unknown": part.reason,
        }
        for part in found.parts
    ]
    adds = [
        {
            "part": row.part,
            "kind": row.kind,
            "asset_id": row.asset_id,
            "name": label(row.asset_id, known),
            "customer_hours": row.customer_hours,
            "details": row.details,
        }
        for row in rows
    ]
    amount = telling.column("customer_hours", "Expected in 24 h", ColumnType.REAL, "customer-hours")
    tables = [
        telling.table(
            "Risk of the coming 24 hours by part",
            [telling.column("part", "Part"), amount, telling.column("reason", "Why it is not known")],
            [(PARTS[part.part.value], part.customer_hours, part.reason) for part in found.parts],
        ),
        telling.table(
            "What adds most" if asset is None else f"What {asset.label} adds",
            [
                telling.column("part", "Part"),
                telling.column("kind", "Kind"),
                telling.column("asset_id", "Id"),
                telling.column("name", "Name"),
                amount,
            ],
            [
                (PARTS[row.part], row.kind, row.asset_id, label(row.asset_id, known), row.customer_hours)
                for row in rows
            ],
        ),
    ]
    chart = telling.bars(
        "Customer-hours expected in 24 h, by part",
        [(PARTS[part.part.value], part.customer_hours) for part in found.parts],
        name="part",
        value="customer_hours",
        unit="customer-hours",
    )
    return ToolOutcome(
        content={
            "at": telling.iso(found.at),
            "horizon_h": 24,
            "score_of_100": assessed.score,
            "level": assessed.level,
            "total_customer_hours": assessed.total,
            "ordinary_day_customer_hours": found.ordinary_day,
            "customers": found.customers,
            "missing_parts": [each.value for each in assessed.missing],
            "reason_unknown": assessed.reason,
            "parts": parts,
            "contributions": adds,
        },
        events=(*tables, *([chart] if chart else []), *pointed_at([row.asset_id for row in rows], known)),
        summary=_now_words(found, asset, rows, known),
    )


def _now_words(found: selectors.RiskNow, asset: Found | None, rows: list[Any], known: Any) -> str:
    assessed = found.assessment
    total = telling.number(assessed.total, "customer-hours")
    lines = []
    if asset is not None:
        lines += [_asset_words(asset, rows), ""]
    if assessed.score is None or assessed.level is None:
        why = telling.plain(assessed.reason or "")
        lines.append(f"The risk has no score. {why} The parts that are known add up to {total} in 24 hours.")
    else:
        lines.append(
            f"The risk of the coming 24 hours is **{assessed.level.value}**, score "
            f"**{assessed.score:.0f}** of "
            f"100: {total} of interruption expected, "
            f"against {telling.number(found.ordinary_day, 'customer-hours')} on an ordinary day, for "
            f"{telling.counted(found.customers or 0, 'customer')}."
        )
    parts = [part for part in found.parts if part.customer_hours is not None]
    parts.sort(key=lambda part: -(part.customer_hours or 0.0))
    lines += [
        "",
        *(f"- {PARTS[part.part]}: {telling.number(part.customer_hours, 'customer-hours')}" for part in parts),
    ]
    lines += [
        f"- {PARTS[part.part]}: not known. {telling.plain(part.reason or '')}".rstrip()
        for part in found.parts
        if part.customer_hours is None
    ]
    if asset is None and rows:
        most = [
            f"{said(row.asset_id, known)} ({telling.number(row.customer_hours, 'customer-hours')})"
            for row in rows[:3]
        ]
        lines += ["", f"What adds most: {', '.join(most)}."]
    if assessed.missing:
        lines.append("What is not known is not in the total.")
    lines.append(
        f"Sampled {telling.moment(found.at)}. It is an expectation, not a forecast of weather or load."
    )
    return "\n".join(lines)


def _asset_words(asset: Found, rows: list[Any]) -> str:
    name = telling.plain(asset.described())
    if not rows:
        return (
            f"**{name}** is not among the assets that add most to the risk; of each part and zone the 20 "
            "with the most are kept."
        )
    adds = [f"{telling.number(row.customer_hours, 'customer-hours')} by {PARTS[row.part]}" for row in rows]
    return f"**{name}** adds {' and '.join(adds)} in 24 hours."


SCOPES = {
    RiskScope.NOW: Scope(
        kinds=(),
        permission="cascade.view_risksample",
        answer=_now,
        question="What is the risk of {}?",
    ),
    RiskScope.TRANSFORMERS: Scope(
        kinds=("XFMR", "CKT", "SUB"),
        permission="cascade.view_transformerprediction",
        answer=risk_predictions.transformers,
        question="What is the risk of {}?",
    ),
    RiskScope.SUBSTATIONS: Scope(
        kinds=("SUB",),
        permission="cascade.view_vulnerabilitymap",
        answer=risk_predictions.substations,
        question="What is the risk of {}?",
    ),
    RiskScope.LINES: Scope(
        kinds=("BR", "SUB", "CKT", "LINE"),
        permission="cascade.view_vulnerabilitymap",
        answer=risk_predictions.lines,
        question="What is the risk of {}?",
    ),
}

SPEC = ToolSpec(
    name="risk",
    description="Risk: the interruption expected in the coming 24 hours with its parts and a score; "
    "transformers predicted to fail; substations and transmission lines whose loss may end in a cascade; "
    "trees near lines. "
    "Not for what already failed (outage_status).",
    input=RiskInput,
    permissions=("cascade.view_risksample",),
    run=run,
)
