"""API types of distribution."""

from typing import TYPE_CHECKING, Annotated

import strawberry
import strawberry_django
from strawberry import auto
from strawberry.types import Info
from strawberry_django.relay import DjangoCursorConnection

from flux_site.api.masking import mask_address, mask_contact, mask_name, shows_personal
from flux_site.api.once import once
from grid import models
from grid.schema.rating_types import CircuitRating, LineRating
from grid.schema.types import filters, ordering
from grid.schema.types.base import Asset, LocatedAsset, RoutedAsset
from grid.schema.types.transmission import OutageRef, Substation, Zone
from grid.selectors import line_ratings
from grid.selectors.rated_hour import RatedHour

if TYPE_CHECKING:
    from grid.schema.types.health import AssetHealth
    from grid.schema.types.operations import TransformerLoad, TransformerVoltage
    from grid.schema.types.outages import WorkOrder
    from grid.schema.types.status import CircuitStatus, ServiceArea

CircuitStatusRef = Annotated["CircuitStatus", strawberry.lazy("grid.schema.types.status")]
ServiceAreaRef = Annotated["ServiceArea", strawberry.lazy("grid.schema.types.status")]
TransformerLoadRef = Annotated["TransformerLoad", strawberry.lazy("grid.schema.types.operations")]
TransformerVoltageRef = Annotated["TransformerVoltage", strawberry.lazy("grid.schema.types.operations")]
HealthRef = Annotated["AssetHealth", strawberry.lazy("grid.schema.types.health")]
WorkOrderRef = Annotated["WorkOrder", strawberry.lazy("grid.schema.types.outages")]


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
    operating_status: CircuitStatusRef | None = strawberry_django.field(
        description="Supply and load now; null until they were first computed."
    )
    service_area: ServiceAreaRef | None = strawberry_django.field(
        description="The ground it serves; null if none was drawn. Kept with the cache alone."
    )
    health: HealthRef | None
    sections: DjangoCursorConnection["Line"] = strawberry_django.connection()
    switches: DjangoCursorConnection["Switch"] = strawberry_django.connection()
    transformers: DjangoCursorConnection["Transformer"] = strawberry_django.connection()
    outages: DjangoCursorConnection[OutageRef] = strawberry_django.connection()
    work_orders: DjangoCursorConnection[WorkOrderRef] = strawberry_django.connection()

    @strawberry_django.field(
        only=["pk"],
        description="Its rating in the weather of the newest hour whose loads are known, and its load then.",
    )
    def rating(self, info: Info) -> CircuitRating | None:
        """Return the rating; None if the ratings' store does not know the circuit."""
        found = _rated_hour(info).ratings.get(self.pk)  # type: ignore[attr-defined]
        return None if found is None else CircuitRating(**vars(found))


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

    @strawberry_django.field(
        only=["circuit_id", "conductor_type", "rated_a"],
        description="Its rating in the weather of the newest hour whose loads are known.",
    )
    def rating(self, info: Info) -> LineRating | None:
        """Return the rating; None if the ratings' store does not know its circuit."""
        found = _rated_hour(info).of_line(
            circuit_id=self.circuit_id,  # type: ignore[attr-defined]
            conductor_type=self.conductor_type,
            rated_a=self.rated_a,
        )
        return None if found is None else LineRating(**vars(found))


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
    health: HealthRef | None


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
    service_voltage: TransformerVoltageRef | None
    health: HealthRef | None
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
        name: str = self.full_name  # type: ignore[assignment]
        return name if shows_personal(info, self.pk, "full_name") else mask_name(name)  # type: ignore[attr-defined]

    @strawberry_django.field(
        only=["service_address"], description="Service address; without its number unless permitted."
    )
    def service_address(self, info: Info) -> str:
        """Return the address, masked unless permitted."""
        address: str = self.service_address  # type: ignore[assignment]
        is_shown = shows_personal(info, self.pk, "service_address")  # type: ignore[attr-defined]
        return address if is_shown else mask_address(address)

    @strawberry_django.field(
        only=["phone"], description="Phone; null when unknown, last two digits unless permitted."
    )
    def phone(self, info: Info) -> str | None:
        """Return the phone, masked unless permitted."""
        phone: str | None = self.phone  # type: ignore[assignment]
        if phone is None or shows_personal(info, self.pk, "phone"):  # type: ignore[attr-defined]
            return phone
        return mask_contact(phone)

    @strawberry_django.field(
        only=["email"], description="E-mail; null when unknown, masked unless permitted."
    )
    def email(self, info: Info) -> str | None:
        """Return the e-mail, masked unless permitted."""
        email: str | None = self.email  # type: ignore[assignment]
        if email is None or shows_personal(info, self.pk, "email"):  # type: ignore[attr-defined]
            return email
        return mask_contact(email)


def _rated_hour(info: Info) -> RatedHour:
    """Return what the ratings of a request are made of, looked up once for all its rows.

    It spans every zone: whoever asks for the rating of a row may see that row.
    """
    return once(
        info,
        "rated_hour",
        lambda: line_ratings.current_hour(field="rating", zone_ids=[], is_check=True),
    )
