"""Paging through tables of any size: never a full count of hundreds of thousands of rows."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db import connections

EXACT_UP_TO = 50_000
COUNT_AT_MOST = 100_000


class EstimatingPaginator(Paginator):
    """A paginator that counts small results exactly and estimates or bounds the size of large ones.

    An unfiltered table takes PostgreSQL's own estimate once that passes ``EXACT_UP_TO``; a filtered one is
    counted up to ``COUNT_AT_MOST`` rows, and only so many can be paged through. ``count_prefix`` says in
    words how the count is meant.
    """

    count_prefix = ""

    @cached_property
    def count(self) -> int:
        """The number of rows to page through."""
        rows: Any = self.object_list
        if not rows.query.where and not rows.query.distinct:
            estimate = _estimated_rows(rows)
            if estimate > EXACT_UP_TO:
                self.count_prefix = "about"
                return estimate
        counted = rows.order_by().values("pk")[: COUNT_AT_MOST + 1].count()
        if counted > COUNT_AT_MOST:
            self.count_prefix = "more than"
            return COUNT_AT_MOST
        return int(counted)

    @property
    def count_text(self) -> str:
        """The count for people, such as ``about 596,906``."""
        return f"{self.count_prefix} {self.count:,}".strip()


def _estimated_rows(rows: Any) -> int:
    """Return PostgreSQL's estimate of the rows of a queryset's table; -1 if it was never analysed."""
    with connections[rows.db].cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [rows.model._meta.db_table]
        )
        found = cursor.fetchone()
    return int(found[0]) if found else -1
