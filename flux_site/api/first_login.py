"""The first administrator of an installation, with a random password kept in a private file."""

from __future__ import annotations

import os
import secrets
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from flux_site.api.errors import BadInput

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PASSWORD_BYTES = 15


class LoginState(StrEnum):
    """What was done about the login."""

    CREATED = "CREATED"
    RESET = "RESET"
    KEPT = "KEPT"
    KEPT_FILE_MISSING = "KEPT_FILE_MISSING"
    KEPT_FILE_OUTDATED = "KEPT_FILE_OUTDATED"


@dataclass(frozen=True, kw_only=True)
class FirstLogin:
    """The outcome; ``password`` is set only where a new one was made."""

    username: str
    state: LoginState
    password: str | None


def ensure_login(*, username: str, password_file: Path, must_reset: bool = False) -> FirstLogin:
    """Create the superuser ``username`` once; an existing login is left alone unless ``must_reset``.

    The password is written to ``password_file`` (mode 0600) before the database commits, so that no login
    exists whose password nobody knows.

    Raises:
        BadInput: if the name is empty, or belongs to a user who is no active superuser.
        OSError: if the file cannot be written; then nothing was changed.
    """
    from django.contrib.auth import get_user_model

    if not username.strip():
        raise BadInput("The login needs a name.", field="username")
    model: Any = get_user_model()
    with transaction.atomic():
        user = model.objects.select_for_update().filter(username=username).first()
        if user is not None:
            if not (user.is_superuser and user.is_staff and user.is_active):
                raise BadInput(
                    f"The login {username} exists and is no active superuser; choose another name.",
                    field="username",
                )
            if not must_reset:
                return FirstLogin(username=username, state=_kept_state(user, password_file), password=None)
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        if user is None:
            model.objects.create_superuser(username=username, password=password)
            state = LoginState.CREATED
        else:
            user.set_password(password)
            user.save(update_fields=["password"])
            state = LoginState.RESET
        _write_private(password_file, password)
    return FirstLogin(username=username, state=state, password=password)


def _kept_state(user: User, password_file: Path) -> LoginState:
    """Return whether the file still holds the login's password."""
    try:
        kept = password_file.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return LoginState.KEPT_FILE_MISSING
    return LoginState.KEPT if user.check_password(kept) else LoginState.KEPT_FILE_OUTDATED


def _write_private(path: Path, text: str) -> None:
    """Write one line to a file that only its owner can read, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
