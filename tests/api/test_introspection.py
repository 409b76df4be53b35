"""Introspection, and a site that does without it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.clients import Api

ROOT = Path(__file__).resolve().parents[2]
# One process for all questions: to start it takes seconds, and the setting is read at the start.
ASK = """
import json, sys, types
import django
django.setup()
from django.contrib.auth.models import AnonymousUser
from flux_site.schema import schema
context = types.SimpleNamespace(request=types.SimpleNamespace(user=AnonymousUser()), response=None)
answers = {}
for query in json.load(sys.stdin):
    result = schema.execute_sync(query, context_value=context)
    answers[query] = [result.data, [[error.message, error.extensions] for error in result.errors or ()]]
print(json.dumps(answers))
"""
HIDDEN = (
    "{ __schema { types { name } } }",
    '{ __type(name: "Substation") { fields { name } } }',
    "{ health { status } __schema { types { name } } }",
)
WRONG = "{ viewr { username } }"
TYPE_NAME = "{ __typename }"


@pytest.fixture(scope="module")
def closed_site() -> dict[str, Any]:
    """Return the answers of a site whose introspection is switched off."""
    changes = {"FLUX_INTROSPECTION": "0", "DJANGO_SETTINGS_MODULE": "flux_site.settings.test"}
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        input=json.dumps([*HIDDEN, WRONG, TYPE_NAME]),
        env={**os.environ, **changes},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answers


def test_introspection_is_on_unless_switched_off(anonymous_api: Api) -> None:
    data = anonymous_api.data('{ __schema { queryType { name } } __type(name: "Substation") { name } }')

    assert data == {"__schema": {"queryType": {"name": "Query"}}, "__type": {"name": "Substation"}}


@pytest.mark.parametrize("query", HIDDEN)
def test_where_it_is_off_the_schema_tells_nothing(closed_site: dict[str, Any], query: str) -> None:
    data, errors = closed_site[query]

    assert data is None
    assert {extensions["code"] for _, extensions in errors} == {"BAD_INPUT"}
    assert all("introspection" in message for message, _ in errors)


def test_where_it_is_off_wrong_names_get_no_hint(closed_site: dict[str, Any], anonymous_api: Api) -> None:
    _, ((hidden, _),) = closed_site[WRONG]

    assert hidden == "Cannot query field 'viewr' on type 'Query'."
    assert "Did you mean 'viewer'" in anonymous_api.error(WRONG)["message"]


def test_the_name_of_a_type_may_always_be_asked(closed_site: dict[str, Any]) -> None:
    assert closed_site[TYPE_NAME] == [{"__typename": "Query"}, []]


def test_introspection_cannot_be_nested_without_end(anonymous_api: Api) -> None:
    query = "name"
    for _ in range(6):
        query = f"fields {{ type {{ {query} }} }}"

    assert anonymous_api.code(f"{{ __schema {{ types {{ {query} }} }} }}") == "BAD_INPUT"
