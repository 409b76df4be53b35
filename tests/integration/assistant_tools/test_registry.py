"""What is common to all tools: who may, what is checked, what ends them, how failures are told."""

import asyncio
import threading
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from pydantic import Field

from agent.backends.requests import ToolOutcome, ToolRefused
from agent.tools import registry
from agent.tools.spec import Caller, Input, ToolSpec
from flux_site.api.audit.personal import note_shown
from flux_site.api.errors import BadInput
from flux_site.api.models import AuditRecord
from grid import models
from grid.federation import operational
from tests.factories.grid import make_zone

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NAMES = {
    "grid_analyst", "search_customers", "search_meters", "search_technical_docs", "search_compliance_docs",
    "asset_lookup", "trace", "outage_status", "cascade", "risk", "restoration_plan", "weather_rating",
    "reliability",
}  # fmt: skip


class Asked(Input):
    """What the tools of these tests are asked."""

    text: str = Field(default="", max_length=10, description="A text.")
    limit: int = Field(default=10, ge=1, le=20, description="How many.")


def spec_of(run: Any, **fields: Any) -> ToolSpec:
    """Return a tool that needs ``grid.view_circuit``."""
    defaults = {
        "name": "probe",
        "description": "For tests.",
        "input": Asked,
        "permissions": ("grid.view_circuit",),
        "run": run,
    }
    return ToolSpec(**{**defaults, **fields})


def says(text: str) -> Any:
    """Return the run of a tool that says something."""
    return lambda caller, asked: ToolOutcome(content=None, summary=text)


@pytest.mark.parametrize("spec", registry.SPECS, ids=lambda spec: spec.name)
def test_every_tool_explains_itself(spec: ToolSpec) -> None:
    schema = registry.schema_of(spec.input)

    assert len(spec.description) > 60
    assert schema["additionalProperties"] is False
    for name, field in schema.get("properties", {}).items():
        assert field.get("description"), f"{spec.name}.{name}"
    assert spec.permissions
    for permission in spec.permissions:
        app_label, codename = permission.split(".")
        assert Permission.objects.filter(content_type__app_label=app_label, codename=codename).exists()


def test_these_are_the_tools() -> None:
    assert sorted(spec.name for spec in registry.SPECS) == sorted(NAMES)


def test_a_viewer_is_offered_every_tool_that_only_reads(viewer: User) -> None:
    offered = {tool.name for tool in registry.tools_for(Caller(user=viewer))}

    assert offered == {
        spec.name for spec in registry.SPECS if all(viewer.has_perm(each) for each in spec.permissions)
    }
    assert offered >= NAMES - {"cascade"}


def test_without_permission_a_tool_is_neither_offered_nor_run(nobody: User) -> None:
    assert registry.tools_for(Caller(user=nobody)) == ()
    for spec in registry.SPECS:
        with pytest.raises(ToolRefused, match="you need the permission"):
            registry.call(spec, Caller(user=nobody), {})


def test_a_right_that_was_taken_away_counts_at_once(make_user: Any) -> None:
    user = make_user("grid.view_circuit")
    assert user.has_perm("grid.view_circuit")  # and Django keeps that with the user
    User.objects.get(pk=user.pk).user_permissions.clear()

    with pytest.raises(ToolRefused, match=r"grid\.view_circuit"):
        registry.call(spec_of(says("Hello.")), Caller(user=user), {})


def test_who_may_not_log_in_any_more_is_refused(viewer: User) -> None:
    User.objects.filter(pk=viewer.pk).update(is_active=False)

    with pytest.raises(ToolRefused, match="not active"):
        registry.call(spec_of(says("Hello.")), Caller(user=viewer), {})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"limit": 21}, "limit: Input should be less than or equal to 20."),
        ({"limit": "many"}, "limit: Input should be a valid integer"),
        ({"text": "x" * 11}, "text: String should have at most 10 characters."),
        ({"colour": "red"}, "colour: probe has no such input; it has text, limit."),
        ({"text": "a\x00b"}, "NUL"),
        ({"text": ["a", {"b": "\x00"}]}, "NUL"),
    ],
)
def test_bad_input_names_the_field_and_what_is_allowed(
    viewer: User, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ToolRefused) as caught:
        registry.call(spec_of(says("Hello.")), Caller(user=viewer), given)

    assert said in str(caught.value)


def test_an_expected_failure_is_told_with_its_field(viewer: User) -> None:
    def run(caller: Caller, asked: Asked) -> ToolOutcome:
        raise BadInput("must be a colour; allowed are red and blue.", field="text")

    with pytest.raises(ToolRefused, match=r"^text: must be a colour; allowed are red and blue\.$"):
        registry.call(spec_of(run), Caller(user=viewer), {})


def test_a_fault_of_the_tool_is_logged_and_told_without_its_insides(
    viewer: User, caplog: pytest.LogCaptureFixture
) -> None:
    def run(caller: Caller, asked: Asked) -> ToolOutcome:
        raise KeyError("inside")

    with pytest.raises(ToolRefused) as caught:
        registry.call(spec_of(run), Caller(user=viewer), {})

    assert "probe failed because of a fault of its own" in str(caught.value)
    assert "inside" not in str(caught.value)
    assert "KeyError: 'inside'" in caplog.text


def test_a_tool_that_reads_cannot_write(viewer: User, caplog: pytest.LogCaptureFixture) -> None:
    def run(caller: Caller, asked: Asked) -> ToolOutcome:
        make_zone(id="ZONE-WRITTEN")
        return ToolOutcome(content=None)

    with pytest.raises(ToolRefused, match="fault of its own"):
        registry.call(spec_of(run), Caller(user=viewer), {})

    assert "read-only transaction" in caplog.text
    assert not models.Zone.objects.filter(pk="ZONE-WRITTEN").exists()


def test_a_tool_cannot_make_its_transaction_writable_again(viewer: User) -> None:
    def run(caller: Caller, asked: Asked) -> ToolOutcome:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ WRITE")
        make_zone(id="ZONE-WRITTEN")
        return ToolOutcome(content=None)

    with pytest.raises(ToolRefused):
        registry.call(spec_of(run), Caller(user=viewer), {})

    assert not models.Zone.objects.filter(pk="ZONE-WRITTEN").exists()


def test_after_a_tool_that_reads_one_can_write_again(viewer: User) -> None:
    registry.call(spec_of(says("Hello.")), Caller(user=viewer), {})

    make_zone(id="ZONE-LATER")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("30s",)  # that of the settings, not of the tool


def test_a_tool_that_works_can_write(viewer: User) -> None:
    def run(caller: Caller, asked: Asked) -> ToolOutcome:
        make_zone(id="ZONE-WRITTEN")
        return ToolOutcome(content=None)

    registry.call(spec_of(run, is_read_only=False), Caller(user=viewer), {})

    assert models.Zone.objects.filter(pk="ZONE-WRITTEN").exists()


def test_a_slow_statement_is_ended_by_the_limit(viewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "READ_LIMIT_S", 0.2)

    def run(caller: Caller, asked: Asked) -> ToolOutcome:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")
        return ToolOutcome(content=None)

    with pytest.raises(ToolRefused, match="took too long to answer and the query was stopped"):
        registry.call(spec_of(run), Caller(user=viewer), {})


@pytest.mark.django_db(transaction=True)
def test_a_tool_that_waits_for_something_else_is_given_up(
    viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "READ_LIMIT_S", 0.1)
    monkeypatch.setattr(registry, "GRACE_S", 0.1)
    is_over = threading.Event()

    def run(caller: Caller, asked: Asked) -> ToolOutcome:
        is_over.wait(60)
        return ToolOutcome(content=None)

    monkeypatch.setattr(registry, "SPECS", (spec_of(run),))
    (tool,) = registry.tools_for(Caller(user=viewer))
    try:
        with pytest.raises(ToolRefused, match=r"probe took longer than 0\.2 s and was stopped"):
            asyncio.run(tool.run({}))
    finally:
        is_over.set()


@pytest.mark.django_db(transaction=True)
def test_a_tool_runs_in_a_thread_of_its_own_and_gives_its_connection_back(
    viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, Any] = {}

    def run(caller: Caller, asked: Asked) -> ToolOutcome:
        seen["thread"] = threading.current_thread()
        seen["connection"] = connection.connection
        return ToolOutcome(content={"is_it_me": caller.user.pk == viewer.pk}, summary=asked.text)

    monkeypatch.setattr(registry, "SPECS", (spec_of(run),))
    (tool,) = registry.tools_for(Caller(user=viewer))

    outcome = asyncio.run(tool.run({"text": "hello"}))

    assert (outcome.content, outcome.summary) == ({"is_it_me": True}, "hello")
    assert seen["thread"] is not threading.current_thread()
    assert seen["connection"] is not None
    assert connection.connection is not seen["connection"]
    assert tool.parameters["properties"]["limit"]["description"] == "How many."


@pytest.mark.django_db(transaction=True)
def test_where_postgis_hangs_the_warehouse_answers_and_what_it_shows_is_on_record(
    make_user: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.POSTGIS_ANSWER_TIMEOUT_S = 0.2
    user = make_user("grid.view_circuit")

    def hang() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")
        return "the cache"

    def run(caller: Caller, asked: Asked) -> ToolOutcome:
        found = operational(field="probe", layers=(), from_cache=hang, from_warehouse=lambda: "the warehouse")
        note_shown("full_name", "CUST-1")
        return ToolOutcome(content=None, summary=found)

    monkeypatch.setattr(registry, "SPECS", (spec_of(run),))
    (tool,) = registry.tools_for(Caller(user=user))

    assert asyncio.run(tool.run({})).summary == "the warehouse"
    assert AuditRecord.objects.get(kind="PERSONAL_READ").targets == ["CUST-1"]


def test_personal_data_is_on_record_before_the_answer_is_there(make_user: Any) -> None:
    user = make_user("grid.view_circuit", "grid.view_customer_pii")

    def run(caller: Caller, asked: Asked) -> ToolOutcome:
        assert note_shown("full_name", "CUST-1", "CUST-2")
        return ToolOutcome(content=None, summary="Ana Ruiz")

    registry.call(spec_of(run), Caller(user=user), {})

    record = AuditRecord.objects.get(kind="PERSONAL_READ")
    assert (record.username, record.action) == (user.username, "assistant probe")
    assert (record.targets, record.personal_fields) == (["CUST-1", "CUST-2"], ["full_name"])


def test_without_the_record_there_is_no_answer(viewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(caller: Caller, asked: Asked) -> ToolOutcome:
        note_shown("full_name", "CUST-1")
        return ToolOutcome(content=None, summary="Ana Ruiz")

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("no record")

    monkeypatch.setattr(registry, "record_personal_reads", fail)

    with pytest.raises(ToolRefused) as caught:
        registry.call(spec_of(run), Caller(user=viewer), {})

    assert "Ana" not in str(caught.value)
