"""Fields that an app adds to the API type of an app below it, which knows nothing of them."""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry_django

T = TypeVar("T")


def extend(target: type[Any]) -> Callable[[type[T]], type[T]]:
    """Add the decorated class's fields to an API type of the same model. Used before the schema is made.

    Raises:
        ValueError: if the type has a field of that name already.
    """

    def add(extra: type[T]) -> type[T]:
        model = target.__strawberry_django_definition__.model
        made: Any = strawberry_django.type(model)(extra)
        definition = target.__strawberry_definition__
        known = {field.python_name for field in definition.fields}
        for field in made.__strawberry_definition__.fields:
            if field.python_name in known:
                raise ValueError(f"{target.__name__} has a field {field.python_name} already")
            field.origin = target
            definition.fields.append(field)
        return extra

    return add
