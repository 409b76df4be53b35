"""Orders that pages can be cut from without gaps."""

from typing import Any

import strawberry_django
from django.db.models import QuerySet
from strawberry.types import Info
from strawberry_django import Ordering


class UnknownLast:
    """Base of the order types: unknown values come last unless the client says where.

    PostgreSQL puts them first in a descending order, while the pager takes them to be last: plain ``DESC``
    would leave rows out at the end of a page.
    """

    @strawberry_django.order_field
    def order(self, info: Info, queryset: QuerySet[Any], prefix: str) -> tuple[QuerySet[Any], list[Any]]:
        """Return the queryset and its order."""
        orders = []
        for field in self.__strawberry_definition__.fields:  # type: ignore[attr-defined]
            direction = getattr(self, field.name, None)
            if not isinstance(direction, Ordering):
                continue
            if direction is Ordering.DESC and queryset.model._meta.get_field(field.name).null:
                direction = Ordering.DESC_NULLS_LAST
            orders.append(direction.resolve(f"{prefix}{field.name}"))
        return queryset, orders


def in_default_order(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """Return the rows in their model's order, said aloud.

    The pager adds the key to the order to break ties, and with that Django would drop an order that is only
    in the model's Meta.
    """
    return queryset.order_by(*queryset.model._meta.ordering)
