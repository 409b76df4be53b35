"""Which customers fit a text: by name and address for those who may see personal data, else by the rest."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from agent.backends.requests import ToolOutcome, ToolRefused
from agent.documents.words import STOP_WORDS
from agent.events import AssetRef, Assets, Column, ColumnType, Table, make_table
from agent.tools.resolving import ids_meant
from agent.tools.spec import Caller, Input, ToolSpec
from agent.tools.wording import bullets, counted, lower, plain
from grid.selectors.service_points import Account, Accounts, find_accounts

MOST = 50
_FILLERS = STOP_WORDS | {"customer", "customers", "account", "accounts", "named", "called", "living", "lives"}
_OPEN = "id, meter, city, ZIP code, class and kind of critical customer"
_COLUMNS = {
    "asset_id": Column(name="customer_id", label="Customer", type=ColumnType.TEXT),
    "full_name": Column(name="full_name", label="Name", type=ColumnType.TEXT),
    "service_address": Column(name="service_address", label="Service address", type=ColumnType.TEXT),
    "city": Column(name="city", label="City", type=ColumnType.TEXT),
    "zip_code": Column(name="zip_code", label="ZIP code", type=ColumnType.TEXT),
    "customer_class": Column(name="customer_class", label="Class", type=ColumnType.TEXT),
    "critical_kind": Column(name="critical_kind", label="Critical", type=ColumnType.TEXT),
    "account_status": Column(name="account_status", label="Account", type=ColumnType.TEXT),
    "meter_id": Column(name="meter_id", label="Meter", type=ColumnType.TEXT),
    "transformer_id": Column(name="transformer_id", label="Transformer", type=ColumnType.TEXT),
    "circuit_id": Column(name="circuit_id", label="Circuit", type=ColumnType.TEXT),
}
_PERSONAL = ("full_name", "service_address")


class SearchCustomersInput(Input):
    """Whom to look for."""

    text: Annotated[
        str,
        Field(
            min_length=2,
            max_length=200,
            description="What is known of the customer: id (CUST-0000123), meter id, name, street, city, "
            "ZIP code, class (residential, commercial, industrial) or kind of critical customer (hospital, "
            "water, emergency, school). Every word has to fit. Names and streets are searched only for "
            "users who may see personal data; phones and e-mails never.",
        ),
    ]
    limit: Annotated[int, Field(ge=1, le=MOST, description="How many customers to show, 1 to 50.")] = 10


def run(caller: Caller, asked: SearchCustomersInput) -> ToolOutcome:
    """Return the customers that fit."""
    said = [word.strip(",.;:!?\"'“”") for word in asked.text.split()]
    words = [word for word in said if word and word.casefold() not in _FILLERS]
    if not words:
        raise ToolRefused(f"text: names nobody; say an id, or words of: {_OPEN}.")
    found = find_accounts(words, ids=ids_meant(asked.text.strip()), first=asked.limit, user=caller.user)
    return ToolOutcome(
        content={
            "total": found.total,
            "searched": [*(_PERSONAL if found.is_personal else ()), "id", "meter", "city", "zip", "class"],
            "customers": [_document(each, found.is_personal) for each in found.accounts],
        },
        events=_events(found),
        summary=_summary(asked.text, found),
    )


def _document(account: Account, is_personal: bool) -> dict[str, Any]:
    document = vars(account).copy()
    document["customer_id"] = document.pop("asset_id")
    for name in () if is_personal else _PERSONAL:
        del document[name]
    return {**document, "lon_deg": document.pop("lon"), "lat_deg": document.pop("lat")}


def _events(found: Accounts) -> tuple[Table | Assets, ...]:
    if not found.accounts:
        return ()
    names = [name for name in _COLUMNS if found.is_personal or name not in _PERSONAL]
    table = make_table(
        title="Customers",
        columns=[_COLUMNS[name] for name in names],
        rows=[[getattr(each, name) for name in names] for each in found.accounts],
        is_truncated=found.total > len(found.accounts),
        row_count=found.total,
    )
    refs = tuple(
        AssetRef(asset_id=each.asset_id, label=f"Customer {each.asset_id}", lon=each.lon, lat=each.lat)
        for each in found.accounts
    )
    return table, Assets(assets=refs)


def _summary(text: str, found: Accounts) -> str:
    searched = f"name, address, {_OPEN}" if found.is_personal else _OPEN
    hidden = (
        ""
        if found.is_personal
        else " Names and addresses are neither searched nor shown: you may not see personal data."
    )
    if not found.accounts:
        return f"No customer that you may see fits “{plain(text)}”. Searched: {searched}.{hidden}"
    shown = f", the first {len(found.accounts)} by id" if found.total > len(found.accounts) else ""
    head = f"{counted(found.total, 'customer')} fit{'s' if found.total == 1 else ''} “{plain(text)}”{shown}."
    return f"{head}{hidden}\n\n{bullets([_line(each) for each in found.accounts])}"


def _line(account: Account) -> str:
    who = [f"**{plain(account.asset_id)}**"]
    who += [plain(part) for part in (account.full_name, account.service_address) if part]
    town = " ".join(plain(part) for part in (account.city, account.zip_code) if part)
    kind = lower(account.customer_class)
    critical = f"critical: {lower(account.critical_kind)}" if account.critical_kind else ""
    state = "" if account.account_status == "ACTIVE" else f"account {lower(account.account_status)}"
    fed = f"meter {plain(account.meter_id)} at {plain(account.transformer_id)}"
    return ", ".join(part for part in (*who, town, kind, critical, state, fed) if part)


SPEC = ToolSpec(
    name="search_customers",
    description="Finds customers by what is known of them: id, meter, city, ZIP code, class, critical kind "
    "(hospital, school …) and, for users who may see personal data, name and service address. Shows where "
    "each is connected. Not for counts or lists over the grid: grid_analyst. Not for who is out: "
    "outage_status.",
    input=SearchCustomersInput,
    permissions=("grid.view_customer", "grid.view_meter"),
    run=run,
)
