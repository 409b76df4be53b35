"""The federation root fields: closed to anonymous users like all others, strict about what they are asked."""

from typing import Any

import strawberry
import strawberry_django
from strawberry.federation import Schema
from strawberry.federation.schema import FederationAny
from strawberry.printer import print_schema
from strawberry.types import Info
from strawberry_django.resolvers import django_resolver

from flux_site.api.errors import BadInput, FluxError, LimitExceeded
from flux_site.api.guard import Requires
from flux_site.api.limits import MAX_PAGE
from flux_site.api.visibility import require_login


@strawberry.type(name="_Service", description="This subgraph.")
class FederationService:
    """The schema as a federation gateway reads it."""

    sdl: str


@strawberry.type
class SubgraphQuery:
    """What a federation gateway asks first."""

    @strawberry_django.field(
        name="_service",
        extensions=[Requires(without_database=True)],
        description="This subgraph's schema.",
    )
    def federation_service(self, info: Info) -> FederationService:
        """Return the schema."""
        return FederationService(sdl=print_schema(info.schema))


class SubgraphSchema(Schema):
    """A federation schema whose entities are looked up for logged-in users, as many as fit on a page."""

    def entities_resolver(self, info: Info, representations: list[FederationAny]) -> list[FederationAny]:
        """Return the entities that the representations refer to; each at fault is an error in its place.

        Raises:
            Unauthenticated: if nobody is logged in.
            LimitExceeded: if there are too many.
        """

        def resolve() -> list[Any]:
            require_login(info)
            if len(representations) > MAX_PAGE:
                raise LimitExceeded(
                    f"{len(representations)} representations; at most {MAX_PAGE}.", field="representations"
                )
            return [self._entity(info, each) for each in representations]

        return django_resolver(resolve)()  # type: ignore[no-any-return,return-value]

    def _entity(self, info: Info, representation: Any) -> Any:
        try:
            if not isinstance(representation, dict):
                raise BadInput("A representation is an object.", field="representations")
            name, asset_id = representation.get("__typename"), representation.get("assetId")
            entities = self._schema.type_map["_Entity"].types  # type: ignore[attr-defined]
            if not isinstance(name, str) or name not in {entity.name for entity in entities}:
                raise BadInput(f"{name!r} is no entity of this subgraph.", field="representations")
            if not isinstance(asset_id, str):
                raise BadInput(f"A representation of {name} needs an assetId.", field="representations")
            origin = self.schema_converter.type_map[name].definition.origin  # type: ignore[union-attr]
            return origin.resolve_reference(info=info, asset_id=asset_id)  # type: ignore[union-attr]
        except FluxError as error:
            return error
