"""The network of the cache: what is behind a device, its customers, and when it is read anew."""

from types import SimpleNamespace
from typing import Any

import pytest

from flux_site.api.errors import NotFound
from grid.models import SyncLayer
from grid.selectors import topology
from grid.topology import DeviceKind, DeviceRef
from tests.factories.grid import make_transformer


def behind(kind: DeviceKind, device_id: str) -> list[str]:
    return sorted(topology.transformers_behind(DeviceRef(kind, device_id)))


def test_finds_what_is_behind_each_kind_of_device(circuit: SimpleNamespace) -> None:
    assert behind(DeviceKind.SWITCH, "SW-BRK") == ["XFMR-1", "XFMR-2", "XFMR-3"]
    assert behind(DeviceKind.SWITCH, "SW-FUSE") == ["XFMR-2", "XFMR-3"]
    assert behind(DeviceKind.CIRCUIT, "CKT-A") == ["XFMR-1", "XFMR-2", "XFMR-3"]
    assert behind(DeviceKind.TRANSFORMER, "XFMR-3") == ["XFMR-3"]
    assert behind(DeviceKind.METER, "MTR-2b") == ["XFMR-2"]


@pytest.mark.parametrize("kind", list(DeviceKind))
def test_refuses_a_device_that_there_is_not(circuit: SimpleNamespace, kind: DeviceKind) -> None:
    with pytest.raises(NotFound, match="NO-SUCH") as refused:
        behind(kind, "NO-SUCH")

    assert refused.value.field == "device"


def test_counts_active_accounts(circuit: SimpleNamespace) -> None:
    assert topology.customers_of(["XFMR-3", "XFMR-1", "XFMR-2", "XFMR-1"]) == {
        "XFMR-3": 0,
        "XFMR-1": 2,
        "XFMR-2": 2,
    }
    metered = topology.metered_network()
    all_units = metered.of_circuit(0)
    assert metered.customers_of(all_units) == 4
    assert len(metered.meters_of(all_units)) == 6


def test_the_network_is_read_anew_when_a_layer_has_changed(
    circuit: SimpleNamespace, monkeypatch: Any
) -> None:
    first = topology.network()
    make_transformer(id="XFMR-4", line=circuit.units[0].line, node="N1")
    monkeypatch.setattr(topology, "CHECK_EVERY_S", 0.0)
    assert topology.network() is first

    SyncLayer.objects.filter(pk="transformers").update(checksum="1")

    assert behind(DeviceKind.SWITCH, "SW-BRK") == ["XFMR-1", "XFMR-2", "XFMR-3", "XFMR-4"]
    assert topology.network() is topology.network()


def test_layers_are_looked_at_once_a_second_at_most(
    circuit: SimpleNamespace, django_assert_num_queries: Any
) -> None:
    topology.network()

    with django_assert_num_queries(0):
        topology.network()
