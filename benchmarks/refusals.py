"""How long it takes to refuse a request that asks for too much: each below 10 ms of CPU.

Every request goes through the whole site in this process, as a user who is logged in, and must be refused
with LIMIT_EXCEEDED (a batch: BAD_INPUT). The peer is a request with nothing in it. Then the other side: what
it costs to guard and validate a small request that was seen before, against one that is new.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - Django must be set up first
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from strawberry.django.context import StrawberryDjangoContext  # noqa: E402

from flux_site.api import paging  # noqa: E402
from flux_site.api.tokens import issue  # noqa: E402
from flux_site.schema import schema  # noqa: E402

GOAL_MS = 10.0


def bombs() -> dict[str, Any]:
    """Return requests that must be refused, by name."""
    nested = "assetId"
    for name in ("meters", "transformers", "circuits"):
        nested = f"{name}(first: 250) {{ edges {{ node {{ {nested} }} }} }}"
    fragments = " ".join(f"fragment f{n} on Viewer {{ {f'...f{n - 1} ' * 10} }}" for n in range(1, 40))
    operations = " ".join(f"query q{n} {{ viewer {{ username }} }}" for n in range(300))
    deep_filter = "{NOT: " * 300 + "{}" + "}" * 300
    queries: dict[str, Any] = {
        "nested lists of 250": f"{{ substations(first: 250) {{ edges {{ node {{ {nested} }} }} }} }}",
        "list of lists without sizes": "{ mapLayers { legend { label color minimum value } "
        + "".join(f"a{n}: legend {{ label color }} " for n in range(31))
        + "} }",
        "plain list of a million": '{ search(text: "a", first: 1000000) { assetId kind title } }',
        "counts of nested lists": "{ substations(first: 250) { edges { node { "
        + "".join(f"a{n}: circuits(first: 1) {{ totalCount }} " for n in range(30))
        + "} } } }",
        "all feeders thirty times": "{ " + "".join(f"a{n}: feederColumns {{ id }} " for n in range(30)) + "}",
        "aliases": "{ " + "".join(f"a{n}: viewer {{ username }} " for n in range(280)) + "}",
        "the same field": "{ viewer { " + "username " * 1900 + "} }",
        "root fields": "{ " + "viewer { username } " * 380 + "}",
        "levels": "{ viewer " * 20 + "{ username }" + " }" * 20,
        "levels beyond the parser": "{ a " * 5000 + "}" * 5000,
        "tokens": "{ viewer { " + "username " * 6000 + "} }",
        "a long comment": "{ viewer { username } } # " + "x" * 900_000,
        "a long text": '{ search(text: "' + "x" * 900_000 + '") { assetId } }',
        "fragments that multiply": "{ viewer { ...f39 } } fragment f0 on Viewer { username } " + fragments,
        "fragments that are not used": "{ viewer { username } } fragment f0 on Viewer { username } "
        + fragments,
        "operations": operations,
        "directives": "{ viewer { username " + "@include(if: true) " * 300 + "} }",
        "a filter in itself": f"{{ substations(filters: {deep_filter}) {{ totalCount }} }}",
        "a page of a thousand": "{ substations(first: 1000) { edges { node { assetId } } } }",
        "a page of many digits": "{ substations(first: " + "9" * 4000 + ") { totalCount } }",
    }
    bodies: dict[str, Any] = {name: {"query": query} for name, query in queries.items()}
    page = "query ($n: Int, $f: SubstationFilter) { substations(first: $n, filters: $f) { totalCount } }"
    many = (
        "query ($ids: [String!]) { substations(first: 1, filters: {assetId: {inList: $ids}}) { totalCount } }"
    )
    deep: dict[str, Any] = {}
    for _ in range(200):
        deep = {"NOT": deep}
    bodies["a page by a variable"] = {
        "query": page,
        "variables": {"n": 100_000},
    }
    bodies["a hundred thousand values"] = {
        "query": many, "variables": {"ids": ["x"] * 100_000},
    }  # fmt: skip
    bodies["a variable in itself"] = {
        "query": page,
        "variables": {"n": 1, "f": deep},
    }
    bodies["a batch"] = [{"query": "{ viewer { username } }"}] * 1000
    return bodies


def cpu_of(client: Client, body: Any, repeats: int) -> tuple[float, str]:
    """Return the median CPU time of a request in ms, and the code it is refused with."""
    text = json.dumps(body)
    samples = []
    for _ in range(repeats):
        began = time.process_time()
        answer = client.post("/graphql", text, content_type="application/json")
        samples.append((time.process_time() - began) * 1000.0)
    errors = answer.json().get("errors") or [{"extensions": {"code": "answered"}}]
    return statistics.median(samples), errors[0]["extensions"]["code"]


def small_request(repeats: int, user: Any) -> tuple[float, float]:
    """Return the CPU ms of a small guarded request through the schema: seen before, and new."""
    context = StrawberryDjangoContext(request=HttpRequest(), response=HttpResponse())
    context.request.user = user
    query = "{ site { territoryName timeZone } }"

    def ask() -> float:
        began = time.process_time()
        answer = schema.execute_sync(query, context_value=context)
        if answer.errors:
            sys.exit(f"The small request failed: {answer.errors}")
        return (time.process_time() - began) * 1000.0

    ask()
    kept = statistics.median(ask() for _ in range(repeats))
    fresh = []
    for _ in range(repeats):
        paging.parse_paged.cache_clear()
        fresh.append(ask())
    return kept, statistics.median(fresh)


def main() -> None:
    """Run every case and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args()
    user, is_new = get_user_model().objects.get_or_create(username="refused-by-the-benchmark")
    client = Client(
        HTTP_HOST="localhost", HTTP_AUTHORIZATION=f"Bearer {issue(user=user, name='b', expires_in_days=1)[1]}"
    )
    empty_ms, _ = cpu_of(client, {"query": "{ __typename }"}, options.repeats)
    print(f"{'an empty request':34} {empty_ms:8.2f} ms")
    failed = False
    for name, body in bombs().items():
        ms, code = cpu_of(client, body, options.repeats)
        missed = ms >= GOAL_MS or code == "answered"
        failed |= missed
        print(f"{name:34} {ms:8.2f} ms  {ms / empty_ms:6.1f}  {code}{'  MISSED' if missed else ''}")
    kept_ms, fresh_ms = small_request(options.repeats * 10, user)
    print(
        f"a small guarded request: {kept_ms:.3f} ms, parsed and validated anew {fresh_ms:.3f} ms, "
        f"ratio {kept_ms / fresh_ms:.2f} (goal 0.2)"
    )
    user.delete() if is_new else None
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
