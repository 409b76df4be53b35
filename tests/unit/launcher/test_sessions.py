"""Management commands in one process: logs are apart, failures told, a lost process replaced."""

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.layout import Layout
from launcher.problem import Problem
from launcher.sessions import ManageSession

SOURCE = Path(__file__).parents[3] / "tools" / "manage_session.py"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[ManageSession]:
    layout = Layout(tmp_path)
    (tmp_path / "tools").mkdir()
    shutil.copy(SOURCE, tmp_path / "tools")
    layout.python.parent.mkdir(parents=True)
    layout.python.symlink_to(sys.executable)
    commands = tmp_path / "tiny" / "management" / "commands"
    commands.mkdir(parents=True)
    for folder in (tmp_path / "tiny", tmp_path / "tiny" / "management", commands):
        (folder / "__init__.py").touch()
    (tmp_path / "settings_of_a_test.py").write_text("INSTALLED_APPS = ['tiny']\nDATABASES = {}\n")
    (commands / "say.py").write_text(
        "import os\nfrom django.core.management.base import BaseCommand, CommandError\n"
        "class Command(BaseCommand):\n"
        "    def add_arguments(self, parser): parser.add_argument('word')\n"
        "    def handle(self, *args, **options):\n"
        "        if options['word'] == 'refuse': raise CommandError('this source is damaged')\n"
        "        if options['word'] == 'break': raise RuntimeError('unforeseen')\n"
        "        os.system(f\"echo {options['word']} from {os.getpid()}\")\n"
    )
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DJANGO")},
        "DJANGO_SETTINGS_MODULE": "settings_of_a_test",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if "site-packages" in path),
    }
    found = ManageSession(layout, environment)
    yield found
    found.close()


def test_commands_share_a_process_and_have_a_log_each(session: ManageSession, tmp_path: Path) -> None:
    session.run(["say", "one"], log=tmp_path / "one.log", what="first failed")
    session.run(["say", "two"], log=tmp_path / "two.log", what="second failed")

    first, second = (tmp_path / "one.log").read_text(), (tmp_path / "two.log").read_text()
    assert first.splitlines()[1].startswith("one from ")
    assert second.splitlines()[1].startswith("two from ")
    assert first.split()[-1] == second.split()[-1], "the process id"


@pytest.mark.parametrize(
    ("word", "words"), [("refuse", "this source is damaged"), ("break", "RuntimeError: unforeseen")]
)
def test_failure_is_told_and_the_next_command_still_runs(
    session: ManageSession, tmp_path: Path, word: str, words: str
) -> None:
    with pytest.raises(Problem) as caught:
        session.run(["say", word], log=tmp_path / "bad.log", what="the sync failed")
    session.run(["say", "well"], log=tmp_path / "good.log", what="failed")

    assert caught.value.what == "the sync failed (exit status 1)."
    assert words in caught.value.log_tail
    assert "well from" in (tmp_path / "good.log").read_text()


def test_killed_process_is_told_and_replaced(session: ManageSession, tmp_path: Path) -> None:
    session.run(["say", "one"], log=tmp_path / "one.log", what="failed")
    os.kill(int((tmp_path / "one.log").read_text().split()[-1]), signal.SIGKILL)

    with pytest.raises(Problem, match=r"the load failed \(ended by SIGKILL, perhaps for lack of memory\)"):
        session.run(["say", "two"], log=tmp_path / "two.log", what="the load failed")
    session.run(["say", "three"], log=tmp_path / "three.log", what="failed")

    assert "three from" in (tmp_path / "three.log").read_text()


def test_closed_session_leaves_no_process(session: ManageSession, tmp_path: Path) -> None:
    session.run(["say", "one"], log=tmp_path / "one.log", what="failed")
    pid = int((tmp_path / "one.log").read_text().split()[-1])

    session.close()

    assert not Path(f"/proc/{pid}").exists()
