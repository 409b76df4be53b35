"""API types of distribution."""

from typing import TYPE_CHECKING, Annotated

import strawberry
import strawberry_django
from strawberry import auto
from strawberry.types import Info
from strawberry_django.relay import DjangoCursorConnection

from flux_site.api.masking import mask_address, mask_contact, mask_name, may_see_pii
from grid import models
from grid.schema.types import filters, ordering
from grid.schema.types.base import Asset, LocatedAsset, RoutedAsset
from grid.schema.types.transmission import OutageRef, Substation, Zone

if TYPE_CHECKING:
    from grid.schema.types.operations import TransformerLoad, WorkOrder

TransformerLoadRef = Annotated["TransformerLoad", strawberry.lazy("grid.schema.types.operations")]
WorkOrderRef = Annotated["WorkOrder", strawberry.lazy("grid.schema.types.operations")]


@strawberry_django.federation.type(
    models.Circuit, keys=["assetId"], filters=filters.CircuitFilter, ordering=ordering.CircuitOrder
)
class Circuit(Asset):
    """A distribution circuit."""

    name: auto
    substation: Substation
    zone: Zone | None
    voltage_kv: auto
    conductor_type: auto
    rated_a: auto
    rated_mva: auto
    length_km: auto
    peak_load_mw: auto
    transformer_count: auto
    customer_count: auto
    status: auto
    sections: DjangoCursorConnection["Line"] = strawberry_django.connection()
    switches: DjangoCursorConnection["Switch"] = strawberry_django.connection()
    transformers: DjangoCursorConnection["Transformer"] = strawberry_django.connection()
    outages: DjangoCursorConnection[OutageRef] = strawberry_django.connection()
    work_orders: DjangoCursorConnection[WorkOrderRef] = strawberry_django.connection()


@strawberry_django.federation.type(
    models.LineSection, name="Line", keys=["assetId"], filters=filters.LineFilter, ordering=ordering.LineOrder
)
class Line(RoutedAsset):
    """A section of a distribution circuit."""

    circuit: Circuit
    parent_line: auto
    from_node: auto
    to_node: auto
    line_class: auto
    phases: auto
    conductor_type: auto
    rated_a: auto
    length_m: auto
    is_underground: auto


@strawberry_django.federation.type(
    models.Switch, keys=["assetId"], filters=filters.SwitchFilter, ordering=ordering.SwitchOrder
)
class Switch(LocatedAsset):
    """A switching or protective device."""

    kind: auto
    circuit: Circuit
    other_circuit: Circuit | None
    line: Line | None
    from_node: auto
    to_node: auto
    is_normally_open: auto
    rated_a: auto


@strawberry_django.federation.type(
    models.Pole, keys=["assetId"], filters=filters.PoleFilter, ordering=ordering.PoleOrder
)
class Pole(LocatedAsset):
    """A pole."""

    circuit: Circuit
    substation: Substation
    line: Line | None
    height_m: auto
    pole_class: auto
    material: auto
    install_year: auto


@strawberry_django.federation.type(
    models.Transformer,
    keys=["assetId"],
    filters=filters.TransformerFilter,
    ordering=ordering.TransformerOrder,
)
class Transformer(LocatedAsset):
    """A distribution transformer."""

    name: auto
    circuit: Circuit
    substation: Substation
    pole: Pole | None
    line: Line
    node: auto
    rated_kva: auto
    phases: auto
    primary_kv: auto
    secondary_kv: auto
    install_year: auto
    customer_count: auto
    peak_load_kva: auto
    peak_loading_pct: auto
    latest_load: TransformerLoadRef | None
    meters: DjangoCursorConnection["Meter"] = strawberry_django.connection()


@strawberry_django.federation.type(
    models.Meter, keys=["assetId"], filters=filters.MeterFilter, ordering=ordering.MeterOrder
)
class Meter(LocatedAsset):
    """A revenue meter."""

    transformer: Transformer
    circuit: Circuit
    substation: Substation
    pole: Pole | None
    customer_class: auto
    phases: auto
    install_date: auto
    status: auto
    customers: DjangoCursorConnection["Customer"] = strawberry_django.connection()


@strawberry_django.federation.type(
    models.Customer, keys=["assetId"], filters=filters.CustomerFilter, ordering=ordering.CustomerOrder
)
class Customer(Asset):
    """A customer; personal data is masked unless permitted."""

    meter: Meter
    city: auto
    state: auto
    zip_code: auto
    customer_class: auto
    critical_kind: auto
    account_status: auto

    @strawberry_django.field(only=["full_name"], description="Full name; initials only unless permitted.")
    def full_name(self, info: Info) -> str:
        """Return the name, masked unless permitted."""
        return self.full_name if may_see_pii(info) else mask_name(self.full_name)  # type: ignore[attr-defined]

    @strawberry_django.field(
        only=["service_address"], description="Service address; without its number unless permitted."
    )
    def service_address(self, info: Info) -> str:
        """Return the address, masked unless permitted."""
        address: str = self.service_address  # type: ignore[assignment]
        return address if may_see_pii(info) else mask_address(address)

    @strawberry_django.field(
        only=["phone"], description="Phone; null when unknown, last two digits unless permitted."
    )
    def phone(self, info: Info) -> str | None:
        """Return the phone, masked unless permitted."""
        phone: str | None = self.phone  # type: ignore[assignment]
        return phone if phone is None or may_see_pii(info) else mask_contact(phone)

    @strawberry_django.field(
        only=["email"], description="E-mail; null when unknown, masked unless permitted."
    )
    def email(self, info: Info) -> str | None:
        """Return the e-mail, masked unless permitted."""
        email: str | None = self.email  # type: ignore[assignment]
        return email if email is None or may_see_pii(info) else mask_contact(email)
