"""Saved views: one's own, shared ones, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from flux_site.api import saved_views
from flux_site.api.models import SavedView
from tests.clients import Api

LIST = "{ savedViews { name address isMine isDefault isShared owner } }"
SAVE = """mutation ($input: SaveViewInput!) { saveView(input: $input) { __typename
    ... on SavedView { id name address isMine isDefault isShared owner }
    ... on OperationInfo { code field } } }"""
UPDATE = """mutation ($input: UpdateSavedViewInput!) { updateSavedView(input: $input) { __typename
    ... on SavedView { id name address isDefault isShared }
    ... on OperationInfo { code field } } }"""
DELETE = """mutation ($input: DeleteSavedViewInput!) { deleteSavedView(input: $input) { __typename
    ... on DeletedSavedView { savedViewId } ... on OperationInfo { code field } } }"""
ADDRESS = "/outages?show=all&at=-95.37,29.76,9.5&sel=OUT-2026-000001"


def save(api: Api, **values: Any) -> dict[str, Any]:
    return api.data(SAVE, input={"name": "Mine", "address": ADDRESS} | values)["saveView"]


def test_a_view_is_kept_with_its_whole_address(viewer_api: Api, viewer: User) -> None:
    saved = save(viewer_api, name="  Storm \n desk ")

    row = SavedView.objects.get()
    assert (row.user, row.name, row.address) == (viewer, "Storm desk", ADDRESS)
    assert saved.pop("id") == str(row.pk)
    expected = {
        "name": "Storm desk",
        "address": ADDRESS,
        "isMine": True,
        "isDefault": False,
        "isShared": False,
        "owner": "vera",
    }
    assert saved == {"__typename": "SavedView"} | expected
    assert viewer_api.data(LIST) == {"savedViews": [expected]}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "outages",
        "//evil.example/",
        "/\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/outages?a=<b>",
        "/out ages",
        "/" + "a" * 2_000,
    ],
)
def test_an_address_of_another_site_is_refused(viewer_api: Api, address: str) -> None:
    answer = save(viewer_api, address=address)

    assert answer == {"__typename": "OperationInfo", "code": "BAD_INPUT", "field": "address"}
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_name_must_be_one(viewer_api: Api, name: str) -> None:
    answer = save(viewer_api, name=name)

    assert answer == {"__typename": "OperationInfo", "code": "BAD_INPUT", "field": "name"}


def test_a_name_is_used_once_by_a_user(viewer_api: Api, viewer: User, planner: User) -> None:
    saved_views.save(user=planner, name="Mine", address="/")
    first = save(viewer_api)
    other = save(viewer_api, name="Other")

    assert save(viewer_api)["code"] == "BAD_INPUT"
    renamed = viewer_api.data(UPDATE, input={"id": other["id"], "name": "Mine"})["updateSavedView"]
    assert renamed == {"__typename": "OperationInfo", "code": "BAD_INPUT", "field": "name"}
    same = viewer_api.data(UPDATE, input={"id": first["id"], "name": "Mine"})["updateSavedView"]
    assert same["__typename"] == "SavedView"


def test_a_hundred_views_are_enough(viewer_api: Api, viewer: User) -> None:
    SavedView.objects.bulk_create(
        SavedView(user=viewer, name=f"View {number}", address="/") for number in range(100)
    )

    assert save(viewer_api)["code"] == "LIMIT_EXCEEDED"
    assert SavedView.objects.count() == 100


def test_nobody_sees_or_changes_the_views_of_others(viewer_api: Api, planner: User) -> None:
    row = saved_views.save(user=planner, name="Plan", address="/cascade")

    assert viewer_api.data(LIST) == {"savedViews": []}
    for mutation, more in ((UPDATE, {"name": "Taken"}), (DELETE, {})):
        (answer,) = viewer_api.data(mutation, input={"id": str(row.pk)} | more).values()
        assert answer == {"__typename": "OperationInfo", "code": "NOT_FOUND", "field": "id"}
    row.refresh_from_db()
    assert row.name == "Plan"


def test_a_planner_shares_a_view_with_everyone_and_a_viewer_may_not(
    viewer_api: Api, planner: User, viewer: User
) -> None:
    shared = save(Api(planner), isShared=True)
    own = save(viewer_api, name="Own")

    assert shared["isShared"] is True
    assert [
        (each["name"], each["owner"], each["isMine"]) for each in viewer_api.data(LIST)["savedViews"]
    ] == [
        ("Mine", "pia", False),
        ("Own", "vera", True),
    ]
    assert save(viewer_api, name="More", isShared=True)["code"] == "PERMISSION_DENIED"
    changed = viewer_api.data(UPDATE, input={"id": own["id"], "isShared": True})["updateSavedView"]
    assert changed["code"] == "PERMISSION_DENIED"
    # Also a shared one is changed by its owner alone.
    taken = viewer_api.data(DELETE, input={"id": shared["id"]})["deleteSavedView"]
    assert taken["code"] == "NOT_FOUND"
    assert SavedView.objects.filter(is_shared=True).count() == 1


def test_one_view_is_the_default_and_the_default_of_its_owner_alone(
    viewer_api: Api, viewer: User, planner: User
) -> None:
    other = saved_views.save(user=planner, name="Plan", address="/cascade", is_shared=True)
    saved_views.update(user=planner, view_id=str(other.pk), is_default=True)
    first, second = save(viewer_api), save(viewer_api, name="Second")
    for each in (first, second):
        viewer_api.data(UPDATE, input={"id": each["id"], "isDefault": True})

    shown = {each["name"]: each["isDefault"] for each in viewer_api.data(LIST)["savedViews"]}
    assert shown == {"Mine": False, "Second": True, "Plan": False}
    viewer_api.data(UPDATE, input={"id": second["id"], "isDefault": False})
    assert not SavedView.objects.filter(user=viewer, is_default=True).exists()
    other.refresh_from_db()
    assert other.is_default


def test_a_view_is_deleted_by_its_owner(viewer_api: Api) -> None:
    saved = save(viewer_api)

    gone = viewer_api.data(DELETE, input={"id": saved["id"]})["deleteSavedView"]
    assert gone == {"__typename": "DeletedSavedView", "savedViewId": saved["id"]}
    assert not SavedView.objects.exists()
    for unknown in (saved["id"], "x", "9" * 30):
        assert viewer_api.data(DELETE, input={"id": unknown})["deleteSavedView"]["code"] == "NOT_FOUND"
