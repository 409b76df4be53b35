"""Outages kept as the plan says, for tests: one circuit, evidence coming in, no database."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np

from grid.topology import DeviceRef, Network
from grid.topology.actions import Confirm, Fold, Move, OpenOutage, Report, Restore
from grid.topology.circuit_scope import cut_out
from grid.topology.detection import DetectionParams
from grid.topology.evidence import NEVER, merge
from grid.topology.reconcile import Review, review
from grid.topology.switch_reports import SwitchState
from tests.unit.topology.heard import evidence_of


class ControlRoom:
    """Keep the outages of one circuit of a network."""

    def __init__(self, network: Network, circuit: str, params: DetectionParams | None = None) -> None:
        self.network = network
        self.scope = cut_out(network, network.arrays.circuits.position(circuit))
        self.params = params or DetectionParams()
        self.evidence = evidence_of(network)
        self.outages: dict[str, OpenOutage] = {}
        self.ended: dict[str, float] = {}
        self.resolved_s = np.full(len(self.scope.meters), NEVER)
        self.switches: dict[str, SwitchState] = {}
        self.due_s: float | None = None
        self.reports = 0
        self._numbers = itertools.count(1)

    def hear(
        self,
        *,
        dark: Mapping[str, float] | None = None,
        restored: Mapping[str, float] | None = None,
        lit: Mapping[str, float] | None = None,
    ) -> None:
        """Take what meters said."""
        self.evidence = merge(self.evidence, evidence_of(self.network, dark=dark, restored=restored, lit=lit))

    def look(self, now_s: float) -> Review:
        """Judge the circuit and do what the plan says."""
        found = review(
            network=self.network,
            scope=self.scope,
            evidence=self.evidence,
            outages=list(self.outages.values()),
            resolved_s=self.resolved_s,
            now_s=now_s,
            params=self.params,
            switches=list(self.switches.values()),
        )
        for action in found.actions:
            if isinstance(action, Report):
                outage_id = f"OUT-{next(self._numbers)}"
                self.reports += 1
                self._put(outage_id, action.device, action.started_s, action.units)
                if action.is_told:
                    self.confirm(outage_id)
            elif isinstance(action, Confirm):
                self.confirm(action.outage_id)
            elif isinstance(action, Move):
                self._put(
                    action.outage_id, action.device, self.outages[action.outage_id].started_s, action.units
                )
            elif isinstance(action, Fold):
                assert any(outage.device == action.into for outage in self.outages.values())
                del self.outages[action.outage_id]
            else:
                self._restore(action)
        self.due_s = found.due_s
        return found

    def confirm(self, outage_id: str) -> None:
        """Have an operator confirm an outage."""
        self.outages[outage_id] = _changed(self.outages[outage_id], is_predicted=False)

    def switch(self, switch_id: str, *, opened: float = NEVER, closed: float = NEVER) -> None:
        """Have a switch say that it opened or closed."""
        before = self.switches.get(switch_id) or SwitchState(
            switch_id=switch_id, opened_s=NEVER, closed_s=NEVER
        )
        self.switches[switch_id] = SwitchState(
            switch_id=switch_id,
            opened_s=max(before.opened_s, opened),
            closed_s=max(before.closed_s, closed),
        )

    def devices(self) -> list[str]:
        """Return the devices of the open outages."""
        return sorted(outage.device.id for outage in self.outages.values())

    def _put(self, outage_id: str, device: DeviceRef, started_s: float, units: frozenset[int] | None) -> None:
        meter = self.scope.meter_number(self.network, device)
        behind = self.scope.units_behind(self.network, device)
        self.outages[outage_id] = OpenOutage(
            outage_id=outage_id,
            device=device,
            started_s=started_s,
            is_predicted=True,
            units=behind if units is None else units,
            meter=meter,
        )

    def _restore(self, step: Restore) -> None:
        outage = self.outages[step.outage_id]
        back = outage.units if step.units is None else step.units
        for unit in back if outage.meter is None else ():
            self.resolved_s[self.scope.meters_of(unit, unit + 1)] = step.restored_s
        if outage.meter is not None:
            self.resolved_s[outage.meter] = step.restored_s
        left = outage.units - back
        if left:
            self.outages[step.outage_id] = _changed(outage, units=left, is_partly_restored=True)
        else:
            del self.outages[step.outage_id]
            self.ended[step.outage_id] = step.restored_s


def _changed(outage: OpenOutage, **fields: object) -> OpenOutage:
    return OpenOutage(**{**vars(outage), **fields})  # type: ignore[arg-type]
