"""Whether the server that answers is there: asked without a model doing any work."""

from __future__ import annotations

from typing import Any

import pytest

from agent.services.probing import probe
from tests.integration.back_ends.servers import RUN, name_cortex, name_model_server, served
from tests.servers.scripted_http import refused

MODELS = {"object": "list", "data": [{"id": "small-model", "object": "model", "created": 1, "owned_by": "x"}]}


def test_the_built_in_back_end_is_always_there(settings: Any) -> None:
    settings.ASSISTANT_BACKEND = "embedded"

    said = probe()

    assert said.is_up
    assert said.took_ms is None


def test_snowflake_is_asked_for_the_agent(settings: Any) -> None:
    with served(refused(200, {"name": "GRID_AGENT"})) as server:
        name_cortex(settings, server.url)
        said = probe()

    assert (said.is_up, said.detail) == (True, "Snowflake knows the agent GRID_AGENT.")
    [request] = server.requests
    assert (request.method, request.path) == ("GET", RUN.removesuffix(":run"))
    assert request.body == b""


@pytest.mark.parametrize(
    ("status", "told"), [(401, "JWT token is invalid"), (404, "does not exist"), (403, "not authorized")]
)
def test_what_snowflake_refuses_is_told(settings: Any, status: int, told: str) -> None:
    with served(refused(status, {"message": told})) as server:
        name_cortex(settings, server.url)
        said = probe()

    assert not said.is_up
    assert f"{status}: {told}" in said.detail
    assert "secret" not in said.detail


def test_the_model_server_is_asked_for_its_models(settings: Any) -> None:
    with served(refused(200, MODELS)) as server:
        name_model_server(settings, server.url)
        said = probe()
        settings.CHAT_MODEL = "another"
        other = probe()

    assert (said.is_up, said.detail) == (True, "The server has the model small-model.")
    assert "does not list the model another; it lists small-model" in other.detail
    assert [request.path for request in server.requests] == ["/v1/models", "/v1/models"]


@pytest.mark.parametrize("name", [name_cortex, name_model_server])
def test_nobody_there_is_told_and_does_not_take_long(settings: Any, name: Any) -> None:
    name(settings, "http://127.0.0.1:1")

    said = probe()

    assert not said.is_up
    assert "cannot be reached" in said.detail
