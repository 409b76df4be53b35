"""Masking of personal data for users who may not see it."""

from typing import Any

from strawberry.types import Info

from flux_site.api.visibility import user_of

PII_PERMISSION = "grid.view_customer_pii"


def user_may_see_pii(user: Any) -> bool:
    """Return whether a user may see customers' personal data."""
    return bool(user.has_perm(PII_PERMISSION))


def may_see_pii(info: Info) -> bool:
    """Return whether the user of a GraphQL request may see customers' personal data."""
    return user_may_see_pii(user_of(info))


def mask_name(name: str) -> str:
    """Return the initials of a name: ``Ana Ruiz`` becomes ``A. R.``."""
    return " ".join(f"{part[0]}." for part in name.split() if part)


def mask_address(address: str) -> str:
    """Return an address without its house number: ``12 Elm St`` becomes ``••• Elm St``."""
    number, _, street = address.partition(" ")
    return f"••• {street}" if street and number[:1].isdigit() else "•••"


def mask_contact(contact: str) -> str:
    """Return a phone number or e-mail with all but its last two characters hidden."""
    return "•" * 6 + (contact[-2:] if len(contact) > 2 else "")
