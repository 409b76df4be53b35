"""What a concept asks of which tool."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agent.embedded.about_reliability import both_ways, without_leading
from agent.embedded.concept_words import KINDS_OF_CUSTOMERS, LEFT_OUT
from agent.embedded.intents import Call
from agent.embedded.named import STREETS, Named
from agent.embedded.normal import is_id
from agent.embedded.slots import is_moment
from agent.semantic.moments import is_time


def _outage(named: Named) -> Call:
    return Call("outage_status", {"outage_id": named.asset}, "an outage")


def _customer(named: Named) -> Call:
    return Call("search_customers", {"text": named.asset}, "customer found")


def _meters(named: Named) -> Call | None:
    if named.words & {"many", "count", "number"} and not named.asset.startswith("POLE-"):
        return None  # the analyst counts
    field = {"XFMR": "transformer_id", "CUST": "customer_id", "CKT": "circuit_id"}.get(
        named.asset.partition("-")[0]
    )
    if field is None and is_id(named.asset):
        field = "text"
    if field is None:
        nouns = set(named.asset.lower().split())
        field = "text" if nouns & {"substation", "station"} else "circuit_id"
        field = "transformer_id" if "transformer" in nouns else field
    given: dict[str, Any] = {field: named.asset}
    if named.number is not None:
        given["limit"] = int(named.number)
    return Call("search_meters", given, "meters of something")


def _customers_of(named: Named) -> Call | None:
    if named.words & {"many", "count", "number"}:
        return None  # the analyst counts
    if named.is_bare and named.words & {"name", "names"}:
        return None  # personal data
    return Call("trace", {"asset": named.asset, "direction": "DOWNSTREAM"}, "customers of an asset")


def _is_fed_from(before: tuple[str, ...]) -> bool:
    """Return whether the words before an asset say that others are fed from it."""
    match before:
        case (fed, link):
            return fed in {"fed", "supplied", "served", "powered"} and link in {
                "by",
                "from",
                "through",
                "off",
            }
    return False


def _is_a_count(words: frozenset[str]) -> bool:
    is_one_kind = words & {"transformers", "meters", "poles", "switches"}
    return "many" in words and bool(is_one_kind) and not words & {"downstream", "behind", "below", "beyond"}


def _traced(direction: str) -> Callable[[Named], Call | None]:
    def make(named: Named) -> Call | None:
        if _is_a_count(named.words):
            return None  # the analyst counts one kind
        given = {"asset": named.asset, "direction": direction}
        feeds = named.after in {"feeds", "feed", "supplies", "serves", "powers", "supply"}
        if direction == "FEEDING_PATH" and (feeds or _is_fed_from(named.before)):
            given["direction"] = "DOWNSTREAM"
        if direction == "DOWNSTREAM" and "side" in named.words and named.words & {"source", "line", "supply"}:
            given["direction"] = "UPSTREAM"
        if named.words & {"normal", "normally"}:
            given["positions"] = "NORMAL"
        return Call("trace", given, f"trace {direction.lower()}")

    return make


def _isolation(named: Named) -> Call:
    given = {"asset": named.asset, "direction": "DOWNSTREAM"}  # the trace that tells the isolating switches
    return Call("trace", given, "which switches isolate an asset")


_LEAST_UNSAID_FACTOR = 0.5


def _cascade(named: Named) -> Call | None:
    given: dict[str, Any] = {"action": "RUN", "assets": list(named.assets)}
    if named.factor is not None:
        is_said_so = named.number_after in {"at", "to", "with", "under", "of", "only", "factor"}
        if named.factor < _LEAST_UNSAID_FACTOR and not is_said_so:
            return None  # "10 % load" may be 10 % more
        given["load_factor"] = named.factor
    return Call("cascade", given, "a cascade run")


def _explained(named: Named) -> Call | None:
    if named.words & {"runs", "simulations", "studies"} and named.number is None:
        return None  # which there are
    is_last = bool(named.words & {"last", "latest", "newest", "recent"})
    is_last |= "the" in named.words and not named.words & {"which", "most", "worst"}
    if named.number is None and not is_last:
        return None
    run = {} if named.number is None else {"run_id": named.number}
    return Call("cascade", {"action": "EXPLAIN", **run}, "a run explained")


def _listed(_named: Named) -> Call:
    return Call("cascade", {"action": "LIST"}, "runs listed")


def _plan(named: Named) -> Call | None:
    which: dict[str, Any] = {}
    if named.number is not None and named.number_after in {"run", "simulation", "cascade", "number", "no"}:
        which = {"run_id": named.number}
    elif named.number is not None and named.number_after in {"plan", "study"}:
        which = {"study_id": named.number}
    elif named.number is not None and named.number_after not in {"crew", "team", "first", "the"}:
        return None
    return Call("restoration_plan", which, "a plan of restoration")


def _ranked(named: Named) -> Call | None:
    kinds = {
        "TRANSFORMERS": {"transformer", "transformers"},
        "SUBSTATIONS": {"substation", "substations", "stations"},
        "LINES": {"line", "lines", "branch", "branches"},
    }
    meant = [scope for scope, words in kinds.items() if named.words & words]
    if len(meant) != 1 or not _is_ahead(named):
        return None
    given: dict[str, Any] = {"scope": meant[0]}
    if named.assets:
        given["asset"] = named.asset
    is_counted = not named.words & {"day", "days", "month", "months", "hour", "hours", "year", "years"}
    if named.number is not None and is_counted:
        given["limit"] = int(named.number)
    elif not named.assets and named.words & {"transformer", "substation", "line", "branch"}:
        given["limit"] = 1
    return Call("risk", given, "most at risk")


def _trees(named: Named) -> Call:
    given: dict[str, Any] = {"scope": "LINES"}
    if named.assets:
        given["asset"] = named.asset
    return Call("risk", given, "trees on lines")


def _is_ahead(named: Named) -> bool:
    """Return whether a time is none that is over: what may fail is told for the year to come."""
    ahead = {"this", "next", "coming", "following", "within"}
    return named.time is None or bool(set(named.time.lower().split()) & ahead)


def _is_of_the_day_to_come(time: str | None) -> bool:
    """Return whether a time is what the risk of now tells: the coming 24 hours."""
    if time is None:
        return True
    words = [
        word for word in time.lower().split() if word not in {"in", "over", "during", "for", "the", "within"}
    ]
    hours = next((int(word) for word in words if word.isdigit()), None)
    is_day = words in (
        ["today"],
        ["next", "day"],
        ["coming", "day"],
        ["this", "morning"],
        ["next", "24", "hours"],
    )
    return is_day or (hours is not None and hours <= 24 and words[-1].startswith("hour"))


def _risk(named: Named) -> Call | None:
    if not _is_ahead(named) or (named.number is not None and not named.words & {"days", "months", "hours"}):
        return None
    text = named.asset.lower()
    scope = {"XFMR": "TRANSFORMERS", "SUB": "SUBSTATIONS", "LINE": "LINES", "BR": "LINES"}.get(
        named.asset.partition("-")[0], "NOW"
    )
    if not is_id(named.asset):
        scope = "SUBSTATIONS" if "station" in text else "TRANSFORMERS" if "transformer" in text else "NOW"
    if named.words & {"vegetation", "tree", "trees"}:
        scope = "LINES"
    return Call("risk", {"scope": scope, "asset": named.asset}, "risk of an asset")


def _risk_now(named: Named) -> Call | None:
    if not _is_of_the_day_to_come(named.time):
        return None
    return Call("risk", {"scope": "NOW"}, "risk now")


_OUT = {"outage", "outages", "power", "lights", "electricity", "out", "blackout", "blackouts", "dark", "now"}


def _outages(named: Named) -> Call | None:
    if named.number is not None:
        is_zip = len(named.number) == 5 and not named.assets
        return Call("outage_status", {"area": named.number}, "outages now") if is_zip else None
    if named.words & {"no"} and not named.assets:
        return None
    if named.words & {"planned", "scheduled", "unplanned"} and not (named.assets and "is" in named.words):
        return None  # which ones are, and how many, is another question
    if "by" in named.words and not named.words & {"affected", "hit", "impacted", "interrupted"}:
        return None  # in groups they are the analyst's
    if not named.assets:
        is_meant = not named.words & {"affected", "impacted", "interrupted"} or named.words & _OUT
        return Call("outage_status", {}, "outages now") if is_meant else None
    field = "area" if named.is_bare else "asset"
    return Call("outage_status", {field: named.asset}, "outages now")


def _place(named: Named) -> dict[str, Any]:
    """Return where outages are asked of: an asset by its id or its noun, else an area."""
    if not named.assets:
        return {}
    return {"area" if named.is_bare else "asset": named.asset}


def _scoped(scope: str) -> Callable[[Named], Call | None]:
    def make(named: Named) -> Call | None:
        if scope == "PLANNED" and named.words & {"is", "was"} and "outage" in named.words:
            return None  # whether that one was planned is told with it
        return Call("outage_status", {"scope": scope, **_place(named)}, "outages now")

    return make


def _restored(named: Named) -> Call | None:
    is_of_outages = named.words & {"outage", "outages", "came", "what", "customers", "anything", "everything"}
    if not is_of_outages and not named.words & {"restored", "resolved", "recovered"}:
        return None
    within = {"hours", "24", "day", "recently", "lately", "today"}
    time = set(without_leading(named.time or "").lower().split())
    is_recent = bool(named.words & {"recently", "lately"})
    if named.time is None and (named.is_meant or is_recent):
        return Call("outage_status", {"scope": "RESTORED", **_place(named)}, "outages now")
    if named.time is None or not time & within or time - {*within, "in", "the", "last", "past", "within"}:
        return None
    return Call("outage_status", {"scope": "RESTORED", **_place(named)}, "outages now")


_RATES = {
    "ampacity",
    "carry",
    "carries",
    "amps",
    "ampere",
    "amperes",
    "headroom",
    "margin",
    "dynamic",
    "thermal",
}


def _line(named: Named) -> Call | None:
    """Return a rating in some weather; a rating without weather, hour or word of it is a fact of the line."""
    weather, given = named.weather, {"line": named.asset}
    if named.words & {"night", "nighttime", "overnight"}:
        return None  # how much sun there is then nobody said
    is_meant = named.words & (_RATES | {"heat", "weather", "wind", "temperature", "hot", "hotter"})
    if weather is None and named.time is None and not (is_meant or named.is_meant):
        return None
    if named.time is not None:
        if not is_moment(named.time):
            return None
        given["at"] = without_leading(named.time)
    if weather is None:
        return Call("weather_rating", given, "rating of a line")
    if weather.degrees is not None:
        return None
    return Call("weather_rating", given | weather.as_input(), "rating of a line")


def _customer_by_name(named: Named) -> Call | None:
    is_address = named.asset[:1].isdigit() or named.asset.lower().split()[-1] in STREETS
    is_wanted = named.words & {"find", "search", "lookup", "named", "called"}
    is_one = "customers" not in named.words and named.words & {
        "calling",
        "phone",
        "account",
        "mr",
        "mrs",
        "ms",
        "caller",
        "name",
        "line",
    }
    if not named.is_bare or is_time(named.asset):
        return None
    if not (is_address or is_wanted or is_one or named.is_meant):
        return None
    return Call("search_customers", {"text": named.asset}, "customers found", is_guess=False)


_MAJOR = ("major", "med", "meds", "storm", "storms")


def _is_left_out(named: Named, word: str) -> bool:
    """Return whether what a word says is left out: "not counting planned work", "planned excluded"."""
    if word not in named.order:
        return False
    at = named.order.index(word)
    near = [*named.order[max(0, at - 4) : at], *named.order[at + 1 : at + 2]]
    return bool(LEFT_OUT & set(near)) or named.order[at + 2 : at + 3] == ("excluded",)


def _is_counted_in(named: Named, word: str) -> bool:
    """Return whether what a word says is counted with all others: "including planned ones"."""
    at = named.order.index(word)
    return bool(_INCLUDED & set(named.order[max(0, at - 2) : at]))


_INCLUDED = {"including", "include", "included", "with"}
_ZIP = {"zip", "zipcode", "postal", "postcode"}


def _customers_of_zip(named: Named) -> Call | None:
    """Return the search for customers of a ZIP code and of the kind said; counts are the analyst's."""
    is_placed = named.number_after in {"in", "at", "of", "for"} or named.words & _ZIP
    if (
        named.number is None
        or not is_placed
        or len(named.number) != 5
        or named.words & {"many", "count", "number", "critical"}
    ):
        return None
    kinds = list(dict.fromkeys(kind for word, kind in KINDS_OF_CUSTOMERS.items() if word in named.words))
    if len(kinds) > 1:
        return None  # every word has to fit, and none is two kinds
    return Call("search_customers", {"text": " ".join([*kinds, named.number])}, "customers found")


def _reliability(named: Named) -> Call | None:
    is_ours = bool(named.words & {"our", "calculate", "compute"})
    if not named.assets and named.time is None and not (is_ours or named.is_meant):
        return None  # what an index is, is in the documents
    if named.time is not None and is_moment(named.time):
        return None
    is_index = named.words & {"saidi", "saifi", "caidi", "maifi", "asai"}
    is_performance = named.words & {"perform", "performed", "performance"} and not is_index
    if named.time is None and (is_performance or "reliable" in named.words):
        return None
    if is_performance and not named.assets:
        return None  # whose?
    given: dict[str, Any] = {}
    if named.time is not None:
        given["period"] = without_leading(named.time)
    if named.assets:
        given["scope"] = named.asset
    is_planned_left_out = _is_left_out(named, "planned")
    has_major = bool(named.words & {"major", "med", "meds", "storm", "storms"})
    is_both = both_ways(" ".join(named.order))
    if has_major and is_planned_left_out and not any(_is_left_out(named, each) for each in _MAJOR):
        return None  # which of the two is left out?
    is_unclear = bool(named.words & {"event", "events", "days", "including", "include", "included"})
    is_unclear |= bool(named.words & LEFT_OUT) and not is_planned_left_out
    if has_major and is_both:
        pass  # without the choice both are told
    elif has_major:
        given["with_major_events"] = not named.words & LEFT_OUT
    elif is_unclear:
        return None
    if named.words & {"unplanned", "forced"} or is_planned_left_out:
        given["planned"] = "UNPLANNED"
    elif "planned" in named.words and not _is_counted_in(named, "planned"):
        given["planned"] = "PLANNED"
    if named.words & {"by", "per"}:
        return None  # in groups it is the analyst's
    return Call("reliability", given, "reliability")


def _minutes(named: Named) -> Call | None:
    if named.time is None or is_moment(named.time):
        return None
    where = {"scope": named.asset} if named.assets else {}
    return Call("reliability", {"period": without_leading(named.time), **where}, "reliability")


def _facts(named: Named) -> Call | None:
    is_more_asked = bool(
        named.words & {"load", "voltage", "rating", "age", "length", "capacity", "everything"}
    )
    is_counted = bool(named.words & {"many", "number", "count"})
    if "between" in named.words or ("customers" in named.words and not is_counted and not is_more_asked):
        return None  # which they are is no fact of the asset
    return Call("asset_lookup", {"asset": named.asset}, "asset facts")


def _customer_of_meter(named: Named) -> Call:
    return Call("search_customers", {"text": named.asset}, "customer of a meter")


MAKERS: dict[str, Callable[[Named], Call | None]] = {
    "outage of an id": _outage,
    "customer of an id": _customer,
    "customer of a meter": _customer_of_meter,
    "meters of something": _meters,
    "customers of an asset": _customers_of,
    "who loses power": _traced("DOWNSTREAM"),
    "downstream of an asset": _traced("DOWNSTREAM"),
    "traced back": _traced("FEEDING_PATH"),
    "isolation of an asset": _isolation,
    "upstream of an asset": _traced("UPSTREAM"),
    "what feeds an asset": _traced("FEEDING_PATH"),
    "a cascade run": _cascade,
    "a run explained": _explained,
    "runs listed": _listed,
    "a plan of restoration": _plan,
    "a plan of a run": _plan,
    "most at risk": _ranked,
    "risk of an asset": _risk,
    "trees on lines": _trees,
    "risk now": _risk_now,
    "outages without a crew": _scoped("UNASSIGNED"),
    "planned outages": _scoped("PLANNED"),
    "restored outages": _restored,
    "rating of a line": _line,
    "customers by name": _customer_by_name,
    "customers of a zip code": _customers_of_zip,
    "outages somewhere": _outages,
    "reliability": _reliability,
    "minutes of the average customer": _minutes,
    "facts of an asset": _facts,
}
