"""What is predicted: transformers that fail, losses that end in a cascade, trees that fall on lines."""

from __future__ import annotations

from typing import Any

from agent.backends.requests import ToolOutcome
from agent.events import ColumnType, Event
from agent.tools import telling
from agent.tools.pointing import label, named, pointed_at, said
from agent.tools.resolving import Found
from cascade.ml.feature_words import words
from cascade.selectors import transformer_risk, vulnerability
from cascade.selectors.vulnerability import Chosen
from flux_site.api.errors import NotFound
from grid.selectors.network import branches_at
from grid.selectors.vegetation import patterns

SEE_TREES = "grid.view_treerisk"
NO_PREDICTION = "The failures of transformers were not predicted yet."
NO_MAP = "The present state of the network is not mapped yet, so nothing is known of what losses lead to."
HOW = {
    "SCREENED_OUT": "exact: its loss overloads nothing",
    "SIMULATED": "simulated",
    "PREDICTED": "predicted by a model",
    "UNSOLVED": "its power flow has no unique solution",
}
_REAL, _WHOLE = ColumnType.REAL, ColumnType.INTEGER


def transformers(user: Any, asset: Found | None, limit: int) -> ToolOutcome:
    """Return the transformers likeliest to fail, or those of an asset."""
    newest = transformer_risk.newest_risk_run()
    if newest is None or newest.as_of is None or newest.model is None:
        reason = NO_PREDICTION if newest is None else newest.reason or NO_PREDICTION
        return _unknown(reason)
    names = {"XFMR": "transformer_id", "CKT": "circuit_id", "SUB": "substation_id"}
    only = {} if asset is None else {names[asset.kind]: asset.asset_id}
    count, rows = transformer_risk.likeliest_failures(user=user, first=limit, **only)
    where = "" if asset is None else f" of {telling.plain(asset.described())}"
    basis = (
        f"Predicted by a model from records up to {telling.moment(newest.as_of)}; nothing of it was observed."
    )
    if not rows:
        return ToolOutcome(
            content={"as_of": telling.iso(newest.as_of), "transformers": []},
            summary=f"No transformer{where} has a prediction that you may see. {basis}",
        )
    ids = [str(row.transformer_id) for row in rows]
    known = named(ids, user)
    found = [
        {
            "transformer_id": row.transformer_id,
            "name": label(str(row.transformer_id), known),
            "rank": row.rank,
            "tier": row.tier,
            "probability_30d": row.probability_30d,
            "probability_90d": row.probability_90d,
            "probability_365d": row.probability_365d,
            "times_base_rate": row.times_base_rate,
            "customers": row.customers,
            "age_years": row.age_years,
            "peak_loading_pct": row.peak_loading_pct,
            "avoided_customer_minutes": row.avoided_minutes,
            "action": row.action,
            "main_evidence": row.main_evidence or None,
        }
        for row in rows
    ]
    columns = [
        telling.column("transformer_id", "Transformer"),
        telling.column("rank", "Rank", _WHOLE),
        telling.column("tier", "Tier"),
        telling.column("probability_30d", "Fails within 30 days", _REAL, "0..1"),
        telling.column("probability_90d", "Within 90 days", _REAL, "0..1"),
        telling.column("probability_365d", "Within 365 days", _REAL, "0..1"),
        telling.column("customers", "Customers", _WHOLE),
        telling.column("age_years", "Age", _REAL, "years"),
        telling.column("peak_loading_pct", "Peak loading", _REAL, "%"),
        telling.column("action", "What to do"),
        telling.column("main_evidence", "Main evidence"),
    ]
    table = telling.table(
        "Transformers by their chance to fail",
        columns,
        [[row[column.name] for column in columns] for row in found],
        is_truncated=count > len(rows),
        row_count=count,
    )
    first = rows[0]
    head = (
        f"Of {telling.counted(count, 'transformer')}{where} that {'has' if count == 1 else 'have'} a "
        f"prediction, the likeliest to fail within a year:"
    )
    if asset is not None and asset.kind == "XFMR":
        head = f"Predicted of {said(ids[0], known)}:"
    lines = [
        head,
        "",
        *(f"- {_transformer_words(row, said(str(row.transformer_id), known))}" for row in rows[:5]),
    ]
    lines += ["", *_why(first, said(ids[0], known)), basis]
    return ToolOutcome(
        content={
            "as_of": telling.iso(newest.as_of),
            "model": str(newest.model),
            "transformer_count": count,
            "missing_horizons": newest.missing,
            "transformers": found,
        },
        events=(table, *pointed_at(ids, known)),
        summary="\n".join(lines),
    )


def _transformer_words(row: Any, name: str) -> str:
    chances = [
        f"{telling.number(100.0 * value, '%')} within {days} days"
        for days, value in ((30, row.probability_30d), (90, row.probability_90d), (365, row.probability_365d))
        if value is not None
    ]
    told = ", ".join(chances) or "chance not known"
    times = "" if row.times_base_rate is None else f", {telling.number(row.times_base_rate)} times the usual"
    return f"**{name}**: {told}{times}; tier {row.tier}, {telling.counted(row.customers, 'customer')}"


def _why(row: Any, name: str) -> list[str]:
    action = str(row.action).replace("_", " ").lower()
    evidence = f"; what speaks most for a failure is {row.main_evidence.lower()}" if row.main_evidence else ""
    minutes = telling.number(row.avoided_minutes, "customer-minutes a year")
    return [f"For {name} the advice is to {action}{evidence}. A new unit there avoids {minutes}."]


def substations(user: Any, asset: Found | None, limit: int) -> ToolOutcome:
    """Return the substations where the loss of a branch likeliest ends in a cascade."""
    newest = vulnerability.newest_present(None, user)
    try:
        risks = vulnerability.substation_risks(user)
    except NotFound:
        return _unknown(NO_MAP)
    if newest is None:
        return _unknown(NO_MAP)
    if asset is not None:
        risks = {key: risk for key, risk in risks.items() if key == asset.asset_id}
    known = named(risks, user)
    found = sorted(
        ((key, risk) for key, risk in risks.items() if key in known),
        key=lambda pair: (-pair[1].likelihood, pair[0]),
    )
    if not found:
        where = "any substation" if asset is None else telling.plain(asset.described())
        return ToolOutcome(
            content={"at": telling.iso(newest.computed_at), "substations": []},
            summary=f"Nothing is known of losses at {where}. {_map_words(newest)}",
        )
    shown = found[:limit]
    branches = named([risk.branch_id for _, risk in shown], user)
    rows = [
        {
            "substation_id": key,
            "name": label(key, known),
            "likelihood": risk.likelihood,
            "basis": risk.basis,
            "branch_id": risk.branch_id,
        }
        for key, risk in shown
    ]
    table = telling.table(
        "Substations by the likeliest cascade that a loss there leads to",
        [
            telling.column("substation_id", "Substation"),
            telling.column("name", "Name"),
            telling.column("likelihood", "Likelihood of a cascade", _REAL, "0..1"),
            telling.column("basis", "How it is known"),
            telling.column("branch_id", "Branch that is lost"),
        ],
        [list(row.values()) for row in rows],
        is_truncated=len(found) > len(shown),
        row_count=len(found),
    )
    lines = [
        f"- **{said(key, known)}**: a cascade is {telling.chance(risk.likelihood)} ({HOW[risk.basis]}) when "
        f"{said(risk.branch_id, branches)} is lost"
        for key, risk in shown[:5]
    ]
    head = "Where the loss of one branch likeliest ends in a cascade:"
    return ToolOutcome(
        content={"at": telling.iso(newest.computed_at), "substation_count": len(found), "substations": rows},
        events=(table, *pointed_at([key for key, _ in shown], known)),
        summary="\n".join([head, "", *lines, "", _map_words(newest)]),
    )


def lines(user: Any, asset: Found | None, limit: int) -> ToolOutcome:
    """Return transmission branches by what their loss leads to, and spans that trees may hit."""
    if asset is not None and asset.kind in {"CKT", "LINE"}:
        return _with_trees(ToolOutcome(content={}), user, asset, limit)
    newest = vulnerability.newest_present(None, user)
    if newest is None:
        found = _unknown(NO_MAP)
    else:
        ids = None
        if asset is not None:
            ids = [asset.asset_id] if asset.kind == "BR" else branches_at(asset.asset_id, user)
        found = _branches(user, newest, ids, asset, limit)
    return found if asset is not None else _with_trees(found, user, None, limit)


def _branches(user: Any, newest: Any, ids: list[str] | None, asset: Found | None, limit: int) -> ToolOutcome:
    page = vulnerability.entries(newest.pk, Chosen(branch_ids=ids, first=limit), user)
    known = named([row.branch_id for row in page.items], user)
    rows = [
        {
            "branch_id": row.branch_id,
            "name": page.names.get(row.branch_id),
            "rank": row.rank,
            "basis": row.basis,
            "tier": row.tier,
            "likelihood": vulnerability.likelihood(row.is_cascade, row.probability),
            "lost_mw": row.lost_mw,
            "predicted_lost_mw": row.predicted_lost_mw,
            "customers": row.customers,
            "predicted_customers": row.predicted_customers,
        }
        for row in page.items
    ]
    if not rows:
        where = "a branch that you may see" if asset is None else telling.plain(asset.described())
        return ToolOutcome(
            content={"at": telling.iso(newest.computed_at), "branches": []},
            summary=f"Nothing is known of the loss of {where}. {_map_words(newest)}",
        )
    columns = [
        telling.column("branch_id", "Branch"),
        telling.column("name", "Name"),
        telling.column("rank", "Rank", _WHOLE),
        telling.column("basis", "How it is known"),
        telling.column("tier", "Tier"),
        telling.column("likelihood", "Likelihood of a cascade", _REAL, "0..1"),
        telling.column("lost_mw", "Load lost", _REAL, "MW"),
        telling.column("predicted_lost_mw", "Load lost as predicted", _REAL, "MW"),
        telling.column("customers", "Customers", _WHOLE),
        telling.column("predicted_customers", "Customers as predicted", _REAL),
    ]
    table = telling.table(
        "Branches by what their loss leads to",
        columns,
        [[row[column.name] for column in columns] for row in rows],
        is_truncated=page.total_count > len(rows),
        row_count=page.total_count,
    )
    told = [f"- {_branch_words(row, page.names)}" for row in page.items[:5]]
    first = page.items[0]
    if first.factors:
        why = ", ".join(words(each["feature"]) for each in first.factors[:3])
        told.append(f"What speaks most for the prediction of {telling.plain(first.branch_id)}: {why}.")
    head = "Transmission branches whose loss likeliest ends in a cascade:"
    if asset is not None:
        head = f"What a loss leads to, of {telling.plain(asset.described())}:"
    return ToolOutcome(
        content={"at": telling.iso(newest.computed_at), "branch_count": page.total_count, "branches": rows},
        events=(table, *pointed_at([row.branch_id for row in page.items], known)),
        summary="\n".join([head, "", *told, "", _map_words(newest)]),
    )


def _branch_words(row: Any, names: dict[str, str]) -> str:
    name = telling.plain(
        f"{names[row.branch_id]} ({row.branch_id})" if row.branch_id in names else row.branch_id
    )
    chance = telling.chance(vulnerability.likelihood(row.is_cascade, row.probability))
    if row.lost_mw is not None:
        customers = telling.number(row.customers, "customers")
        lost = f"{telling.number(row.lost_mw, 'MW')} lost, {customers}"
    else:
        lost = f"about {telling.number(row.predicted_lost_mw, 'MW')} lost if so"
        if row.predicted_lost_mw is None:
            lost = "load lost not known"
    return f"**{name}**: a cascade is {chance} ({HOW[row.basis]}); {lost}"


def _map_words(newest: Any) -> str:
    text = (
        f"Present state of {telling.plain(newest.interconnect)} as mapped "
        f"{telling.moment(newest.computed_at)}; a "
        f"cascade loses more than {telling.number(100.0 * (newest.lost_share or 0.0), '%')} of the load "
        "served."
    )
    if newest.is_unfamiliar:
        text += " The state is unlike those the model learned from: trust the order, not the likelihoods."
    return text


def _with_trees(found: ToolOutcome, user: Any, asset: Found | None, limit: int) -> ToolOutcome:
    """Return an answer with what trees may do to lines added."""
    if not user.has_perm(SEE_TREES):
        if found.summary:
            return found
        return _unknown("You may not see the risk of trees, and nothing else is known of distribution lines.")
    is_section = asset is not None and asset.kind == "LINE"
    circuit = None if asset is None or is_section else asset.asset_id
    spans = patterns.spans_at_risk(
        area=None, circuit_id=circuit, user=user, first=patterns.MOST_SPANS if is_section else limit
    )
    if asset is not None and is_section:
        spans = [span for span in spans if span.line_id == asset.asset_id]
    known = named([span.line_id for span in spans], user)
    content = {
        **found.content,
        "spans_with_trees": [
            {
                "line_id": span.line_id,
                "circuit_id": span.circuit_id,
                "tree_count": span.tree_count,
                "striking_count": span.striking_count,
                "customers": span.customers,
                "customer_minutes_per_year": span.customer_minutes_per_year,
                "customer_minutes_low": span.customer_minutes_low,
                "customer_minutes_high": span.customer_minutes_high,
            }
            for span in spans
        ],
    }
    where = "" if asset is None else f" of {telling.plain(asset.described())}"
    if not spans:
        text = f"No tree is on record that could fall on a line{where or ' that you may see'}."
        return ToolOutcome(content=content, events=found.events, summary=_joined(found.summary, text))
    columns = [
        telling.column("line_id", "Line"),
        telling.column("circuit_id", "Circuit"),
        telling.column("tree_count", "Trees", _WHOLE),
        telling.column("striking_count", "That could strike it", _WHOLE),
        telling.column("customers", "Customers", _WHOLE),
        telling.column("customer_minutes_per_year", "Expected", _REAL, "customer-minutes a year"),
        telling.column("customer_minutes_low", "Low", _REAL, "customer-minutes a year"),
        telling.column("customer_minutes_high", "High", _REAL, "customer-minutes a year"),
    ]
    events: list[Event] = [
        telling.table(
            f"Spans by what their trees are expected to cost{where}",
            columns,
            [[getattr(span, column.name) for column in columns] for span in spans],
        )
    ]
    first = spans[0]
    low, high = first.customer_minutes_low, first.customer_minutes_high
    between = "" if low is None or high is None else f" ({telling.number(low)} to {telling.number(high)})"
    text = (
        f"Trees{where}: most is expected on {said(first.line_id, known)}, "
        f"{telling.number(first.customer_minutes_per_year, 'customer-minutes a year')}{between}, from "
        f"{telling.counted(first.striking_count, 'tree')} that could strike it."
    )
    events += pointed_at([span.line_id for span in spans[:limit]], known)
    return ToolOutcome(content=content, events=(*found.events, *events), summary=_joined(found.summary, text))


def _joined(first: str, second: str) -> str:
    return f"{first}\n\n{second}" if first else second


def _unknown(reason: str) -> ToolOutcome:
    return ToolOutcome(content={"reason_unknown": reason}, summary=telling.plain(reason))
