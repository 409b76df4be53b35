"""What a call is called where it is offered as a choice."""

from __future__ import annotations

from agent.embedded.intents import Call, Offer

_LABELS = {
    ("asset_lookup", ""): "What is on record of {}",
    ("trace", "DOWNSTREAM"): "Who is fed through {}",
    ("trace", "UPSTREAM"): "What lies upstream of {}",
    ("trace", "FEEDING_PATH"): "What feeds {}",
    ("outage_status", ""): "Outages now: {}",
    ("search_customers", ""): "Customers: {}",
    ("search_meters", ""): "Meters of {}",
    ("cascade", "RUN"): "Simulate the failure of {}",
    ("cascade", "EXPLAIN"): "Explain the cascade run {}",
    ("cascade", "LIST"): "List the cascade runs",
    ("risk", ""): "Risk: {}",
    ("restoration_plan", ""): "The restoration plan {}",
    ("weather_rating", ""): "What {} can carry in the weather",
    ("reliability", ""): "Reliability indices: {}",
}
_KINDS = ("direction", "action")
_NOTHING = {"outage_status": "all", "risk": "now", "reliability": "all", "cascade": "made last"}


def offer_of(call: Call) -> Offer:
    """Return a choice that stands for a call, in words."""
    kind = next((str(call.input[name]) for name in _KINDS if name in call.input), "")
    values = [
        str(value).lower() if name == "scope" else ", ".join(value) if isinstance(value, list) else str(value)
        for name, value in call.input.items()
        if name not in _KINDS and isinstance(value, str | list)
    ]
    about = ", ".join(values) or _NOTHING.get(call.tool, "")
    label = _LABELS.get((call.tool, kind), call.intent).format(about).strip()
    return Offer(label, label, call)
