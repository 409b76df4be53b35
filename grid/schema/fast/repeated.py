"""Operations that were answered on the fast path, kept so that the same request need not be understood again.

What is kept is how to answer, never an answer. The first statement reads in one snapshot the rows, the
fingerprint of the user's rights and the age of the layers. Where the rights are not those it was kept for, or
anything else is not as it was, there is no answer and the request goes the ordinary way.
"""

import logging
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson
import pybreaker
from django.conf import settings

from flux_site.api.patience import answering_within
from flux_site.api.prepared import fetch, on_own_connection
from flux_site.api.rights import Fingerprint
from grid.federation.breakers import postgis_breaker
from grid.federation.policy import POSTGIS_FAILURES, age_of
from grid.federation.trace import BackendUse
from grid.schema.fast import statements
from grid.schema.fast.lists import ListPlan, Zones
from grid.schema.fast.selection import NotPlain
from grid.schema.fast.statements import Row, Statement

logger = logging.getLogger(__name__)

_AGES = """(SELECT string_agg(key || ' ' || coalesce(extract(epoch FROM confirmed_at)::text, ''), ',')
    FROM grid_synclayer WHERE key = ANY(%s) AND synced_at IS NOT NULL)"""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A list at the root: its response name, its field, its plan, whose zones it shows, what it rests on."""

    name: str
    field: str
    plan: ListPlan
    zones: Zones
    layers: tuple[str, ...]


@dataclass(kw_only=True)
class Answered:
    """The root fields of one operation that were answered so far, those with a plan apart."""

    fields: int = 0
    parts: list[Part] = field(default_factory=list)

    def repeatable(self, user: Any) -> "RepeatedLists | None":
        """Return how to answer the same again, if all fields were answered by plans and rows come first."""
        if not self.parts or len(self.parts) != self.fields or not self.parts[0].plan.has_rows:
            return None
        fingerprint = getattr(user, "rights_fingerprint", None)
        return None if fingerprint is None else RepeatedLists(parts=tuple(self.parts), rights=fingerprint)


@dataclass(frozen=True, kw_only=True)
class RepeatedLists:
    """Answers an operation again."""

    parts: tuple[Part, ...]
    rights: Fingerprint

    @cached_property
    def _layers(self) -> list[str]:
        return list(dict.fromkeys(key for part in self.parts for key in part.layers))

    @cached_property
    def _state(self) -> Statement:
        """An expression for the rights and the layers' ages as they are now."""
        return Statement(
            sql=f"concat({self.rights.sql}, '|', {_AGES})", parameters=(*self.rights.parameters, self._layers)
        )

    @cached_property
    def _first(self) -> Statement | None:
        """The page of the first list, with the state as its last column."""
        return self.parts[0].plan.page_with(self._state.sql, self._state.parameters)

    def answer(self) -> bytes | None:
        """Return the body of the response; None if the ordinary way must be gone."""
        try:
            with answering_within(settings.POSTGIS_ANSWER_TIMEOUT_S), on_own_connection():
                return postgis_breaker.call(self._answer)
        except (NotPlain, pybreaker.CircuitBreakerError, *POSTGIS_FAILURES):
            return None
        except Exception:
            logger.exception("Unable to answer %s again", [part.field for part in self.parts])
            return None

    def _answer(self) -> bytes | None:
        began = time.perf_counter()
        rows = statements.run(self._first)
        ((state,),) = [rows[0][-1:]] if rows else fetch(f"SELECT {self._state.sql}", self._state.parameters)
        rights, _, ages = state.partition("|")
        if rights != self.rights.value:
            return None
        confirmed = dict(each.split(" ") for each in ages.split(",")) if ages else {}
        if len(confirmed) != len(self._layers):
            return None  # a layer that was never synced
        found: list[Row] | None = rows
        data, backends = {}, []
        now = time.time()
        seconds = {key: now - float(moment) for key, moment in confirmed.items() if moment}
        for part in self.parts:
            data[part.name] = part.plan.answer(part.zones, found)
            found = None
            age = age_of({key: seconds[key] for key in part.layers if key in seconds})
            ended = time.perf_counter()
            use = BackendUse(
                field=part.field,
                backend="postgis",
                ms=(ended - began) * 1000.0,
                age_s=age.age_s,
                is_stale=age.is_stale,
            )
            backends.append(use.as_json())
            began = ended
        return orjson.dumps({"data": data, "extensions": {"backends": backends}})
