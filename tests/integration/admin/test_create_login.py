"""manage.py flux_create_login: one administrator, one private file, nothing overwritten."""

import io
import stat
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from tests.factories.users import make_superuser, make_user

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def create(file: Path, *options: str, username: str = "admin") -> tuple[str, str]:
    """Run the command; return what it wrote to both channels."""
    out, err = io.StringIO(), io.StringIO()
    arguments = ["--username", username, "--password-file", str(file), *options]
    call_command("flux_create_login", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where the password is kept."""
    return tmp_path / "state" / "login"


def test_creates_a_superuser_whose_password_is_printed_and_kept(file: Path) -> None:
    out, err = create(file)

    password = file.read_text().strip()
    assert len(password) >= 20
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert f"username: admin\npassword: {password}\n" in out
    assert err == ""
    user = authenticate(username="admin", password=password)
    assert user is not None
    assert (user.is_superuser, user.is_staff) == (True, True)
    assert [one.name for one in file.parent.iterdir()] == ["login"]


def test_passwords_differ(file: Path) -> None:
    create(file, username="one")
    first = file.read_text()
    create(file, username="two")

    assert file.read_text() != first


def test_second_time_changes_nothing_and_prints_no_password(file: Path) -> None:
    create(file)
    password = file.read_text().strip()

    out, err = create(file)

    assert "exists" in out
    assert password not in out + err
    assert file.read_text().strip() == password
    assert authenticate(username="admin", password=password) is not None


def test_missing_file_is_told_and_not_written_anew(file: Path) -> None:
    make_superuser(username="admin")

    out, err = create(file)

    assert out == ""
    assert "--reset" in err
    assert not file.exists()


def test_file_of_an_older_password_is_told_and_kept(file: Path) -> None:
    create(file)
    kept = file.read_text()
    user = User.objects.get(username="admin")
    user.set_password("chosen by hand")
    user.save()

    _, err = create(file)

    assert "older password" in err
    assert file.read_text() == kept
    assert authenticate(username="admin", password="chosen by hand") is not None


def test_reset_makes_a_new_password(file: Path) -> None:
    create(file)
    before = file.read_text().strip()

    out, _ = create(file, "--reset")

    after = file.read_text().strip()
    assert after != before
    assert f"password: {after}" in out
    assert authenticate(username="admin", password=before) is None
    assert authenticate(username="admin", password=after) is not None


def test_reset_does_not_raise_a_lesser_user(file: Path) -> None:
    user = make_user("viewer", username="admin")

    for options in ((), ("--reset",)):
        with pytest.raises(CommandError, match="no active superuser"):
            create(file, *options)
    user.refresh_from_db()
    assert not user.is_superuser
    assert not file.exists()


def test_unwritable_file_creates_no_login(tmp_path: Path) -> None:
    blocker = tmp_path / "a file"
    blocker.write_text("")

    with pytest.raises(CommandError, match="Unable to use the password file"):
        create(blocker / "login")
    assert User.objects.count() == 0


def test_empty_name_is_refused(file: Path) -> None:
    with pytest.raises(CommandError, match="needs a name"):
        create(file, username=" ")
