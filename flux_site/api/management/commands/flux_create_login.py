"""manage.py flux_create_login: the first administrator, with a random password."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from flux_site.api.errors import BadInput
from flux_site.api.first_login import LoginState, ensure_login


class Command(BaseCommand):
    """Create the administrator's login once and keep its password in a private file."""

    help = (
        "Create a superuser with a random password, once; an existing login is never changed without --reset."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--username", default="admin", help="Name of the login (default: admin).")
        parser.add_argument(
            "--password-file",
            type=Path,
            required=True,
            help="File that keeps the password, readable by you alone.",
        )
        parser.add_argument(
            "--reset", action="store_true", help="Give an existing login a new random password."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Create, reset or confirm the login.

        Raises:
            CommandError: if the name is taken by a lesser user, or the file cannot be read or written.
        """
        path: Path = options["password_file"]
        try:
            login = ensure_login(
                username=options["username"], password_file=path, must_reset=options["reset"]
            )
        except BadInput as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"Unable to use the password file {path}: {error.strerror}") from error
        if login.password is not None:
            verb = "Created" if login.state == LoginState.CREATED else "Reset"
            self.stdout.write(f"{verb} the login; it is shown this once and kept in {path}.")
            self.stdout.write(f"username: {login.username}")
            self.stdout.write(f"password: {login.password}")
            return
        how = f"--username {login.username} --password-file {path} --reset gives it a new one."
        if login.state == LoginState.KEPT:
            self.stdout.write(f"The login {login.username} exists; its password is in {path}.")
        elif login.state == LoginState.KEPT_FILE_MISSING:
            self.stderr.write(f"The login {login.username} exists, but there is no {path}. {how}")
        else:
            self.stderr.write(f"The login {login.username} exists, but {path} holds an older password. {how}")
