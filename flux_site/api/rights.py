"""Who asks and what they may do, in one statement: the token, its user, their permissions and zones."""

from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from flux_site.api.prepared import fetch

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from flux_site.api.models import ApiToken

# The permissions of the user and of their groups, as Django's ModelBackend adds them up, and the zones
# granted.
_RIGHTS = """
    ARRAY(SELECT kind.app_label || '.' || permission.codename FROM auth_permission AS permission
      JOIN django_content_type AS kind ON kind.id = permission.content_type_id
      WHERE permission.id IN (
        SELECT own.permission_id FROM auth_user_user_permissions AS own WHERE own.user_id = auth_user.id
        UNION ALL
        SELECT of_group.permission_id FROM auth_group_permissions AS of_group
          JOIN auth_user_groups AS member ON member.group_id = of_group.group_id
          WHERE member.user_id = auth_user.id)),
    ARRAY(SELECT granted.zone_id::text FROM grid_zonegrant AS granted WHERE granted.user_id = auth_user.id
      ORDER BY granted.zone_id)
"""


def find_token(digest: str) -> "ApiToken | None":
    """Return the usable token with a digest, and its user with all their rights; None if there is none."""
    from flux_site.api.models import ApiToken

    names, columns = _columns(ApiToken)
    user_names, user_columns = _columns(get_user_model())
    rows = fetch(
        f"SELECT {columns}, {user_columns}, {_RIGHTS} FROM api_apitoken JOIN auth_user"  # noqa: S608
        " ON auth_user.id = api_apitoken.user_id WHERE api_apitoken.digest = %s AND auth_user.is_active"
        " AND api_apitoken.revoked_at IS NULL AND api_apitoken.expires_at > now()",
        (digest,),
    )
    if not rows:
        return None
    (row,) = rows
    token = ApiToken.from_db("default", names, row[: len(names)])
    token.user = get_user_model().from_db("default", user_names, row[len(names) : -2])
    _give(token.user, *row[-2:])
    return token


def load(user: "User") -> None:
    """Look a user's rights up, so that asking for each costs nothing."""
    rows = fetch(f"SELECT {_RIGHTS} FROM auth_user WHERE auth_user.id = %s", (user.pk,))  # noqa: S608
    if rows:
        _give(user, *rows[0])


def _give(user: Any, permissions: list[str], zone_ids: list[str]) -> None:
    """Keep the rights where Django's backend and the zones' filter look for them."""
    if user.is_active and not user.is_superuser:
        user._perm_cache = set(permissions)
    user._granted_zone_ids = zone_ids


@cache
def _columns(model: Any) -> tuple[list[str], str]:
    """Return a model's attributes, and its columns as they are selected."""
    fields = model._meta.concrete_fields
    table = model._meta.db_table
    return [field.attname for field in fields], ", ".join(f"{table}.{field.column}" for field in fields)
