"""Every root field says who may use it, in the schema that clients read."""

import pytest
from graphql import GraphQLObjectType
from strawberry.schema import Schema
from strawberry.types.field import StrawberryField

from flux_site.api.guard import Requires, RequiresLoginDirective, RequiresPermissionDirective

OPEN_TO_ALL = {"health", "login", "logout"}


@pytest.fixture(scope="module")
def schema() -> Schema:
    """Return the product's schema."""
    from flux_site.schema import schema

    return schema


def root_fields(schema: Schema) -> dict[str, StrawberryField]:
    core = schema._schema
    roots: list[GraphQLObjectType | None] = [core.query_type, core.mutation_type, core.subscription_type]
    return {
        name: field.extensions["strawberry-definition"]
        for root in roots
        if root is not None
        for name, field in root.fields.items()
    }


def test_every_root_field_has_one_guard_but_the_open_ones(schema: Schema) -> None:
    fields = root_fields(schema)
    assert len(fields) > 50
    assert fields.keys() >= OPEN_TO_ALL

    for name, field in fields.items():
        guards = [each for each in field.extensions if isinstance(each, Requires)]
        if name == "_entities":
            continue  # the library adds it; that it is closed is shown in tests/api/test_permissions.py
        assert len(guards) == (0 if name in OPEN_TO_ALL else 1), name


def test_what_a_guard_asks_for_is_printed_on_its_field(schema: Schema) -> None:
    for name, field in root_fields(schema).items():
        for guard in (each for each in field.extensions if isinstance(each, Requires)):
            printed = [
                each
                for each in field.directives
                if isinstance(each, RequiresLoginDirective | RequiresPermissionDirective)
            ]
            assert len(printed) == 1, name
            if guard.permission is None:
                assert isinstance(printed[0], RequiresLoginDirective), name
            else:
                assert printed[0].permission == guard.permission, name


def test_every_permission_asked_for_exists(schema: Schema) -> None:
    from django.apps import apps

    from flux_site.api.roles import ROLES

    known = set()
    for model in apps.get_models():
        options = model._meta
        known |= {f"{options.app_label}.{verb}_{options.model_name}" for verb in options.default_permissions}
        known |= {f"{options.app_label}.{codename}" for codename, _ in options.permissions}

    for name, field in root_fields(schema).items():
        for guard in (each for each in field.extensions if isinstance(each, Requires)):
            if guard.permission is None:
                continue
            assert guard.permission in known, name
            assert any(guard.permission in granted for granted in ROLES.values()), f"no role may use {name}"
