"""``/columns/{layer}?since=``: the deltas put together are the table, whatever changed in between."""

import json
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid import models
from grid.selectors.map_layers import DeltaKind, delta
from tests.clients import Api
from tests.factories import grid as factories

pytestmark = pytest.mark.usefixtures("synced")


@dataclass
class Copy:
    """A client's copy of a layer, kept up by deltas."""

    api: Api
    path: str
    version: str = ""
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def follow(self) -> tuple[str, set[str], set[str]]:
        """Apply what changed; return the kind of the answer, the keys it brought and those it removed."""
        glue = "&" if "?" in self.path else "?"
        response = self.api.get(f"{self.path}{glue}since={self.version}")
        assert response.status_code == 200, response.content
        table = pa.ipc.open_stream(response.content).read_all()
        told = {name.decode(): value.decode() for name, value in table.schema.metadata.items()}
        brought = {row["id"]: row for row in table.to_pylist()}
        removed = set(json.loads(told["flux.removed"]))
        if told["flux.kind"] == "full":
            self.rows = {}
        self.rows = {key: row for key, row in self.rows.items() if key not in removed} | brought
        self.version = told["flux.version"]
        assert response.headers["Flux-Columns"] == told["flux.kind"]
        return told["flux.kind"], set(brought), removed

    def whole(self) -> dict[str, dict[str, Any]]:
        """Return the layer as it is without deltas."""
        response = self.api.get(self.path)
        return {row["id"]: row for row in pa.ipc.open_stream(response.content).read_all().to_pylist()}


def test_only_what_changed_is_sent(viewer_api: Api) -> None:
    circuit = factories.make_circuit()
    units = [factories.make_transformer(id=f"XFMR-{each}", circuit=circuit) for each in "abc"]
    copy = Copy(viewer_api, "/columns/transformers")
    assert copy.follow() == ("full", {"XFMR-a", "XFMR-b", "XFMR-c"}, set())
    assert copy.follow() == ("delta", set(), set())

    factories.make_transformer_load(transformer=units[0], loading_pct=97.5)  # a joined table
    models.Transformer.objects.filter(pk="XFMR-b").delete()
    factories.make_transformer(id="XFMR-d", circuit=circuit)

    assert copy.follow() == ("delta", {"XFMR-a", "XFMR-d"}, {"XFMR-b"})
    assert copy.rows == copy.whole()
    assert copy.rows["XFMR-a"]["latest_loading_pct"] == 97.5


def test_an_edit_without_a_sync_is_sent(viewer_api: Api) -> None:
    factories.make_outage(id="OUT-1", status="CONFIRMED", customers_out=10)
    copy = Copy(viewer_api, "/columns/outages")
    copy.follow()

    models.Outage.objects.update(customers_out=4)

    assert copy.follow() == ("delta", {"OUT-1"}, set())
    assert copy.rows["OUT-1"]["customers_out"] == 4


def test_a_moved_line_is_sent(viewer_api: Api) -> None:
    for each in "ab":
        factories.make_line_section(id=f"LINE-{each}", route="SRID=4326;LINESTRING(-95 29, -95 29.1)")
    copy = Copy(viewer_api, "/columns/lines")
    copy.follow()

    models.LineSection.objects.filter(pk="LINE-b").update(route="SRID=4326;LINESTRING(-95 29, -95 29.2)")

    assert copy.follow() == ("delta", {"LINE-b"}, set())
    assert copy.rows == copy.whole()


def test_what_leaves_the_users_zones_is_removed(make_user: Any) -> None:
    here, there = factories.make_zone(), factories.make_zone()
    factories.make_substation(id="SUB-a", zone=here)
    factories.make_substation(id="SUB-b", zone=here)
    user: User = make_user(roles=("viewer",))
    models.ZoneGrant.objects.create(user=user, zone=here)
    copy = Copy(Api(user), "/columns/substations")
    assert copy.follow()[1] == {"SUB-a", "SUB-b"}

    models.Substation.objects.filter(pk="SUB-b").update(zone=there)
    assert copy.follow() == ("delta", set(), {"SUB-b"})

    models.ZoneGrant.objects.filter(user=user).update(zone=there)
    assert copy.follow() == ("delta", {"SUB-b"}, {"SUB-a"})


def test_what_leaves_the_rectangle_is_removed(viewer_api: Api) -> None:
    circuit = factories.make_circuit()
    factories.make_pole(id="POLE-1", circuit=circuit, location="SRID=4326;POINT(-95 29)")
    copy = Copy(viewer_api, "/columns/poles?bbox=-96,28,-94,30")
    copy.follow()

    models.Pole.objects.update(location="SRID=4326;POINT(-90 29)")

    assert copy.follow() == ("delta", set(), {"POLE-1"})


def test_a_version_of_somebody_else_or_of_another_view_is_not_known(
    viewer_api: Api, operator_api: Api
) -> None:
    factories.make_pole(id="POLE-1")
    copy = Copy(viewer_api, "/columns/poles")
    copy.follow()

    for api, path in ((operator_api, copy.path), (viewer_api, "/columns/poles?bbox=-180,-90,180,90")):
        other = Copy(api, path, version=copy.version)
        assert other.follow()[0] == "full"
        response = api.get(f"{path}{'&' if '?' in path else '?'}since={'0' * 32}")
        assert response.headers["Flux-Columns-Reason"] == "version-unknown"


@pytest.mark.parametrize("since", ["1", "x" * 32, "0" * 33, "*", "%00", "../../etc"])
def test_a_text_that_is_no_version_is_refused(viewer_api: Api, since: str) -> None:
    response = viewer_api.get(f"/columns/poles?since={since}")

    assert response.status_code == 400
    assert json.loads(response.content)["errors"][0]["extensions"]["field"] == "since"


def test_without_redis_every_answer_is_whole_and_says_so(viewer_api: Api, settings: Any) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    factories.make_pole(id="POLE-1")
    copy = Copy(viewer_api, "/columns/poles")

    assert copy.follow() == ("full", {"POLE-1"}, set())
    assert copy.version == ""


STATES = st.lists(
    st.dictionaries(
        st.sampled_from([f"K{n}" for n in range(6)]),
        st.tuples(
            st.one_of(st.none(), st.floats(allow_nan=False)), st.one_of(st.none(), st.text(max_size=3))
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=STATES, since=st.data())
def test_deltas_from_any_remembered_version_give_the_newest_state(
    viewer: User, states: list[dict[str, tuple[Any, Any]]], since: Any
) -> None:
    def table(state: dict[str, tuple[Any, Any]]) -> pa.Table:
        keys = sorted(state)
        return pa.table(
            {
                "id": pa.array(keys, pa.string()),
                "number": pa.array([state[key][0] for key in keys], pa.float64()),
                "text": pa.array([state[key][1] for key in keys], pa.string()),
            }
        )

    known = [
        (delta(table=table(state), scope="any", user=viewer, since=None).version, state) for state in states
    ]
    version, held = since.draw(st.sampled_from(known))
    newest = states[-1]

    answer = delta(table=table(newest), scope="any", user=viewer, since=version)

    assert answer.kind == DeltaKind.DELTA
    rows = {key: value for key, value in held.items() if key not in answer.removed}
    rows |= {row["id"]: (row["number"], row["text"]) for row in answer.rows.to_pylist()}
    assert rows == newest
    assert set(answer.removed) == held.keys() - newest.keys()
    sent = {row["id"] for row in answer.rows.to_pylist()}
    assert sent == {key for key, value in newest.items() if key not in held or held[key] != value}


def test_feeders_follow_their_transformers_and_loads(viewer_api: Api, make_user: Any) -> None:
    substation = factories.make_substation(id="SUB-1", location="SRID=4326;POINT(-95 29)")
    circuit = factories.make_circuit(id="CKT-1", substation=substation)
    near = factories.make_transformer(
        id="XFMR-a", circuit=circuit, rated_kva=50.0, location="SRID=4326;POINT(-95 29.1)"
    )
    factories.make_transformer(id="XFMR-b", circuit=circuit, location="SRID=4326;POINT(-90 29)")
    copy = Copy(viewer_api, "/columns/feeders?bbox=-95.5,29.05,-94.5,29.5")
    assert copy.follow() == ("full", {"XFMR-a"}, set())
    row = copy.rows["XFMR-a"]
    assert (row["circuit_id"], row["substation_id"], row["rated_kva"]) == ("CKT-1", "SUB-1", 50.0)
    assert (row["from_lon"], row["from_lat"], row["to_lon"], row["to_lat"]) == (-95.0, 29.0, -95.0, 29.1)
    assert row["loading_pct"] is None
    assert copy.follow() == ("delta", set(), set())

    factories.make_transformer_load(transformer=near, loading_pct=80.0)

    assert copy.follow() == ("delta", {"XFMR-a"}, set())
    assert copy.rows == copy.whole()
    assert copy.rows["XFMR-a"]["loading_pct"] == 80.0
    refused = Api(make_user("grid.view_transformer")).get("/columns/feeders")
    assert refused.status_code == 403
