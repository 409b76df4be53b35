"""Customers' personal data is masked unless the user may see it, wherever it appears."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from grid import models
from tests.api.test_lookups import relay_id
from tests.clients import Api
from tests.factories.grid import make_customer

FIELDS = "fullName serviceAddress phone email"
PLAIN = {
    "fullName": "Juniper Ann Sample",
    "serviceAddress": "1204 Willow Lane",
    "phone": "713-555-0142",
    "email": "juniper@example.com",
}
MASKED = {
    "fullName": "J. A. S.",
    "serviceAddress": "••• Willow Lane",
    "phone": "••••••42",
    "email": "••••••om",
}


@pytest.fixture
def customer(synced: None) -> models.Customer:
    """Return the customer."""
    return make_customer(
        full_name=PLAIN["fullName"],
        service_address=PLAIN["serviceAddress"],
        phone=PLAIN["phone"],
        email=PLAIN["email"],
    )


def everywhere(customer: models.Customer) -> dict[str, tuple[str, dict[str, str], tuple[str | int, ...]]]:
    """Return per way to a customer the query, its variables and the path to the customer in the answer."""
    key = customer.pk
    meter, transformer = customer.meter, customer.meter.transformer
    return {
        "lookup": ("query ($x: String!) { customer(assetId: $x) { F } }", {"x": key}, ("customer",)),
        "connection": ("{ customers { edges { node { F } } } }", {}, ("customers", "edges", 0, "node")),
        "node": (
            "query ($x: ID!) { node(id: $x) { ... on Customer { F } } }",
            {"x": relay_id("Customer", key)},
            ("node",),
        ),
        "entity": (
            """query ($x: String!) { _entities(representations: [{__typename: "Customer", assetId: $x}])
                { ... on Customer { F } } }""",
            {"x": key},
            ("_entities", 0),
        ),
        "nested in its meter": (
            "query ($x: String!) { meter(assetId: $x) { customers { edges { node { F } } } } }",
            {"x": meter.pk},
            ("meter", "customers", "edges", 0, "node"),
        ),
        "nested deeper": (
            """query ($x: String!) { transformer(assetId: $x) { meters { edges { node {
                customers { edges { node { F } } } } } } } }""",
            {"x": transformer.pk},
            ("transformer", "meters", "edges", 0, "node", "customers", "edges", 0, "node"),
        ),
    }


WAYS = ("lookup", "connection", "node", "entity", "nested in its meter", "nested deeper")


@pytest.mark.parametrize("way", WAYS)
def test_a_viewer_sees_masked_data(viewer_api: Api, customer: models.Customer, way: str) -> None:
    query, variables, path = everywhere(customer)[way]

    found = viewer_api.data(query.replace(" F ", f" {FIELDS} "), **variables)

    for step in path:
        found = found[step]
    assert found == MASKED


@pytest.mark.parametrize("way", WAYS)
def test_a_user_with_the_permission_sees_it(
    make_user: Callable[..., User], customer: models.Customer, way: str
) -> None:
    query, variables, path = everywhere(customer)[way]

    found = Api(make_user(roles=("viewer", "pii"))).data(query.replace(" F ", f" {FIELDS} "), **variables)

    for step in path:
        found = found[step]
    assert found == PLAIN


def test_the_admin_role_alone_does_not_unmask(
    make_user: Callable[..., User], customer: models.Customer
) -> None:
    query, variables, _ = everywhere(customer)["lookup"]

    found = Api(make_user(roles=("admin",))).data(query.replace(" F ", f" {FIELDS} "), **variables)

    assert found == {"customer": MASKED}


def test_unknown_contacts_stay_null(viewer_api: Api, synced: None) -> None:
    unknown = make_customer(phone=None, email=None)

    found = viewer_api.data("query ($x: String!) { customer(assetId: $x) { phone email } }", x=unknown.pk)

    assert found == {"customer": {"phone": None, "email": None}}


@pytest.mark.parametrize(
    "text", ["Juniper", "Sample", "1204", "Willow", "713-555", "0142", "juniper@", "example.com", "CUST-"]
)
def test_search_never_finds_a_customer(
    make_user: Callable[..., User], customer: models.Customer, text: str
) -> None:
    api = Api(make_user(roles=("viewer", "pii")))

    assert api.data("query ($t: String!) { search(text: $t) { assetId } }", t=text) == {"search": []}


def test_personal_data_cannot_be_ordered_by(viewer_api: Api, customer: models.Customer) -> None:
    code = viewer_api.code("{ customers(ordering: {fullName: ASC}) { totalCount } }")

    assert code == "BAD_INPUT"
