"""Who asks and what they may do, in one statement: the token, its user, their permissions and zones.

The fingerprint of rights is a hash over the versions of all rows they rest on. As long as it is the same,
nothing about them has changed: neither the token or session, nor the user, a group, a permission or a zone.
"""

from dataclasses import dataclass
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

# ``xmin`` is the transaction that wrote a row: it changes with every change of the row.
_VERSIONS = """
    rights_of.xmin,
    (SELECT string_agg(concat_ws('.', member.group_id, member.xmin, (
        SELECT string_agg(concat_ws('.', of_group.permission_id, of_group.xmin), ',')
        FROM auth_group_permissions AS of_group WHERE of_group.group_id = member.group_id)), ';')
      FROM auth_user_groups AS member WHERE member.user_id = rights_of.id),
    (SELECT string_agg(concat_ws('.', own.permission_id, own.xmin), ',')
      FROM auth_user_user_permissions AS own WHERE own.user_id = rights_of.id),
    (SELECT string_agg(concat_ws('.', granted.zone_id, granted.xmin), ',')
      FROM grid_zonegrant AS granted WHERE granted.user_id = rights_of.id)
"""
_FINGERPRINT_BY_TOKEN = f"""(
  SELECT md5(concat_ws('|', by_token.xmin, {_VERSIONS}))
  FROM api_apitoken AS by_token JOIN auth_user AS rights_of ON rights_of.id = by_token.user_id
  WHERE by_token.digest = %s AND rights_of.is_active AND by_token.revoked_at IS NULL
    AND by_token.expires_at > now())"""  # noqa: S608 - constants of this module
_FINGERPRINT_BY_SESSION = f"""(
  SELECT md5(concat_ws('|', by_session.xmin, {_VERSIONS}))
  FROM django_session AS by_session JOIN auth_user AS rights_of ON rights_of.id = %s
  WHERE by_session.session_key = %s AND rights_of.is_active AND by_session.expire_date > now())"""  # noqa: S608


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """What a user's rights rested on when they were looked up.

    Attributes:
        sql: an expression for the fingerprint as it is now; NULL if the token or session no longer holds.
        parameters: what is bound in it.
        value: what it was.
    """

    sql: str
    parameters: tuple[Any, ...]
    value: str


def find_token(digest: str) -> "ApiToken | None":
    """Return the usable token with a digest, and its user with all their rights; None if there is none."""
    from flux_site.api.models import ApiToken

    names, columns = _columns(ApiToken)
    user_names, user_columns = _columns(get_user_model())
    rows = fetch(
        f"SELECT {columns}, {user_columns}, {_RIGHTS}, {_FINGERPRINT_BY_TOKEN}"  # noqa: S608
        " FROM api_apitoken JOIN auth_user ON auth_user.id = api_apitoken.user_id"
        " WHERE api_apitoken.digest = %s AND auth_user.is_active"
        " AND api_apitoken.revoked_at IS NULL AND api_apitoken.expires_at > now()",
        (digest, digest),
    )
    if not rows:
        return None
    (row,) = rows
    token = ApiToken.from_db("default", names, row[: len(names)])
    token.user = get_user_model().from_db("default", user_names, row[len(names) : -3])
    _give(token.user, *row[-3:-1])
    token.user.rights_fingerprint = Fingerprint(  # type: ignore[attr-defined]
        sql=_FINGERPRINT_BY_TOKEN, parameters=(digest,), value=row[-1]
    )
    return token


def fingerprint_of_session(session_key: str, user_id: int) -> Fingerprint | None:
    """Return the fingerprint of the rights by a session; None if the session does not hold.

    To be looked up before the user: what changes in between is then a change.
    """
    parameters = (user_id, session_key)
    ((value,),) = fetch(f"SELECT {_FINGERPRINT_BY_SESSION}", parameters)
    if value is None:
        return None
    return Fingerprint(sql=_FINGERPRINT_BY_SESSION, parameters=parameters, value=value)


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
