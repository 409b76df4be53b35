"""Facts of an asset; meters and customers looked up."""

from __future__ import annotations

from agent.embedded.intents import Call, Heard, Step
from agent.embedded.normal import is_id
from agent.embedded.slots import asset


def _asset_facts(heard: Heard) -> Step | None:
    found = asset(heard.said, heard.span("asset"))
    if found.prefix in ("OUT", "WO", "CREW", "SCN"):
        return None
    if found.is_named and "customer" in found.text.lower().split():
        return None
    return Call("asset_lookup", {"asset": found.text}, "asset facts", is_guess=found.is_named)


def _asset_itself(heard: Heard) -> Step | None:
    found = asset(heard.said, heard.span("asset"))
    if found.prefix in ("OUT", "WO", "CREW", "SCN", "MTR", "CUST"):
        return None
    return Call("asset_lookup", {"asset": found.text}, "asset facts")


def _named_thing(heard: Heard) -> Step | None:
    return Call("asset_lookup", {"asset": heard.written("name")}, "asset named only", is_guess=True)


def _meters(heard: Heard) -> Step | None:
    if heard.has("meter"):
        return Call("search_meters", {"text": _id_in(heard, "meter")}, "meters found")
    if heard.has("whole"):
        return Call("search_meters", {"text": heard.plain("whole")}, "meters found")
    found = asset(heard.said, heard.span("asset"))
    field = {"XFMR": "transformer_id", "CKT": "circuit_id", "CUST": "customer_id"}.get(found.prefix)
    if found.is_named and {"circuit", "feeder"} & set(found.text.lower().split()):
        field = "circuit_id"
    return None if field is None else Call("search_meters", {field: found.text}, "meters of something")


def _id_in(heard: Heard, slot: str) -> str:
    return next(word for word in heard.plain(slot).split() if is_id(word))


def _customers(heard: Heard) -> Step | None:
    if heard.has("customer"):
        return Call("search_customers", {"text": _id_in(heard, "customer")}, "customer found")
    text = heard.written("person")
    while text.partition(" ")[0].lower() in {"for", "of", "on", "with", "at", "by", "in", "named", "called"}:
        text = text.partition(" ")[2]
    return Call("search_customers", {"text": text}, "customers found") if text else None


def _customers_of_meter(heard: Heard) -> Step | None:
    return Call("search_customers", {"text": _id_in(heard, "meter")}, "customer of a meter")


MAKERS = {
    "asset facts": _asset_facts,
    "find an asset": _asset_itself,
    "asset named only": _named_thing,
    "meters": _meters,
    "customers": _customers,
    "customer of a meter": _customers_of_meter,
}
"""What makes the step of each intent."""
