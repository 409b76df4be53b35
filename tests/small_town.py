"""Two substations with a circuit each, small enough to count by hand."""

from django.contrib.gis.geos import Point

from grid import models
from tests.factories.grid import (
    make_branch,
    make_bus,
    make_circuit,
    make_customer,
    make_line_section,
    make_meter,
    make_substation,
    make_switch,
    make_transformer,
    make_transformer_load,
    make_zone,
)


class SmallTown:
    """Hold the town; what follows is all there is.

    Zone North: substation WALLIS (SUB-1001) with the circuit Wallis 01 (CKT-1001-01): breaker
    SW-1001-01-0001, section LINE-1001-01-0001 with the transformer XFMR-1001-01-0001, sectionalizer
    SW-1001-01-0002, section LINE-1001-01-0002 with the transformer XFMR-1001-01-0002. Its first transformer
    feeds MTR-0000001 of CUST-0000001; its second feeds MTR-0000002 of a hospital, CUST-0000002, and
    MTR-0000003, whose only account, CUST-0000003, is closed.

    Zone South: substation WALLIS CREEK (SUB-2002) with the circuit Wallis Creek 01 (CKT-2002-01): breaker
    SW-2002-01-0001, section LINE-2002-01-0001, transformer XFMR-2002-01-0001, MTR-0000004 of CUST-0000004;
    and the open tie SW-2002-01-0002 to the end of Wallis 01.

    A 138 kV line, BR-77, leads from WALLIS to WALLIS CREEK. The first transformer is loaded with 30 kVA of
    its 50; the load of the others is not known.
    """

    def __init__(self) -> None:
        self.north = make_zone(id="ZONE-N", name="North")
        self.south = make_zone(id="ZONE-S", name="South")
        self.wallis = make_substation(
            id="SUB-1001", name="WALLIS", zone=self.north, location=Point(-96.0, 29.5, srid=4326)
        )
        self.creek = make_substation(
            id="SUB-2002", name="WALLIS CREEK", zone=self.south, location=Point(-96.1, 29.4, srid=4326)
        )
        self.first = make_circuit(
            id="CKT-1001-01", name="Wallis 01", substation=self.wallis, transformer_count=2, customer_count=2
        )
        self.second = make_circuit(id="CKT-2002-01", name="Wallis Creek 01", substation=self.creek)
        self._wire_north()
        self._wire_south()
        self.line = make_branch(
            id="BR-77",
            from_bus=make_bus(id="BUS-1", number=1, substation=self.wallis),
            to_bus=make_bus(id="BUS-2", number=2, substation=self.creek),
        )

    def _wire_north(self) -> None:
        of = {"circuit": self.first}
        self.breaker = make_switch(id="SW-1001-01-0001", from_node="SUB-1001", to_node="n1", **of)
        head = make_line_section(id="LINE-1001-01-0001", from_node="n1", to_node="n2", **of)
        self.sectionalizer = make_switch(
            id="SW-1001-01-0002",
            kind=models.SwitchKind.SECTIONALIZER,
            from_node="n2",
            to_node="n3",
            line=head,
            **of,
        )
        tail = make_line_section(id="LINE-1001-01-0002", from_node="n3", to_node="n4", **of)
        self.near = make_transformer(id="XFMR-1001-01-0001", name="Wallis 01 T0001", line=head, node="n2")
        self.far = make_transformer(id="XFMR-1001-01-0002", name="Wallis 01 T0002", line=tail, node="n4")
        make_transformer_load(transformer=self.near, load_kva=30.0, loading_pct=60.0, coverage_pct=100.0)
        meters = [
            make_meter(id=f"MTR-000000{n}", transformer=unit)
            for n, unit in ((1, self.near), (2, self.far), (3, self.far))
        ]
        self.ana = make_customer(
            id="CUST-0000001",
            meter=meters[0],
            full_name="Ana Ruiz",
            service_address="12 Elm St",
            city="Wallis",
            zip_code="77485",
            phone="979-555-0101",
            email="ana.ruiz@example.com",
        )
        self.hospital = make_customer(
            id="CUST-0000002",
            meter=meters[1],
            full_name="Brazos Hospital",
            service_address="1 Elm St",
            city="Wallis",
            zip_code="77485",
            critical_kind="HOSPITAL",
            customer_class=models.CustomerClass.COMMERCIAL,
        )
        make_customer(id="CUST-0000003", meter=meters[2], city="Orchard", account_status="CLOSED")

    def _wire_south(self) -> None:
        of = {"circuit": self.second}
        make_switch(id="SW-2002-01-0001", from_node="SUB-2002", to_node="s1", **of)
        line = make_line_section(id="LINE-2002-01-0001", from_node="s1", to_node="s2", **of)
        make_switch(
            id="SW-2002-01-0002",
            kind=models.SwitchKind.TIE,
            from_node="s2",
            to_node="n4",
            is_normally_open=True,
            **of,
        )
        self.other = make_transformer(
            id="XFMR-2002-01-0001", name="Wallis Creek 01 T0001", line=line, node="s2"
        )
        meter = make_meter(id="MTR-0000004", transformer=self.other)
        make_customer(id="CUST-0000004", meter=meter, full_name="Bo Ruiz", city="Guy")
