"""The application's environment, login file, requirements and progress as the launcher handles them."""

import io
from pathlib import Path

import pytest

from launcher import checks, pins, python_env
from launcher.application import Application, build_environment, read_password
from launcher.cli import parse
from launcher.layout import Layout
from launcher.problem import Problem
from launcher.progress import Step, run_steps
from launcher.redis_server import RedisSpec, render_config
from launcher.test_command import clean_caller

SERVICES = {
    "FLUX_DATABASE_URL": "postgresql://ours",
    "FLUX_REDIS_URL": "redis://ours",
    "FLUX_WAREHOUSE_URL": "embedded:///ours",
}


def test_private_services_win_and_other_choices_of_the_caller_stay(tmp_path: Path) -> None:
    caller = {
        "PATH": "/usr/bin",
        "FLUX_DATABASE_URL": "postgresql://somebody-elses",
        "FLUX_WAREHOUSE_URL": "snowflake://account",
        "FLUX_GRAPHIQL": "0",
    }

    environment = build_environment(
        Layout(tmp_path), services=SERVICES, settings="s", caller=caller, mark="m"
    )

    assert environment["FLUX_DATABASE_URL"] == "postgresql://ours"
    assert environment["FLUX_WAREHOUSE_URL"] == "snowflake://account"
    assert environment["FLUX_GRAPHIQL"] == "0"
    assert environment["FLUX_INTROSPECTION"] == "1"
    assert environment["FLUX_LAUNCH_ID"] == "m"
    assert environment["PATH"] == f"{tmp_path}/.venv/bin:/usr/bin"


def test_tests_never_meet_the_callers_warehouse() -> None:
    caller = {"PATH": "/usr/bin", "FLUX_WAREHOUSE_URL": "snowflake://account", "FLUX_DEBUG": "1"}

    assert clean_caller(caller) == {"PATH": "/usr/bin"}


@pytest.mark.parametrize(("text", "expected"), [("s3:cret=\n", "s3:cret="), ("", None), (None, None)])
def test_password_is_read_from_the_login_file(tmp_path: Path, text: str | None, expected: str | None) -> None:
    if text is not None:
        (tmp_path / "login.txt").write_text(text)

    assert read_password(tmp_path / "login.txt") == expected


def test_programs_are_the_web_process_the_worker_the_scheduler_and_the_consumer(tmp_path: Path) -> None:
    programs = Application(Layout(tmp_path), {"A": "1"}).programs(host="127.0.0.1", port=8123)

    commands = {program.name: " ".join(program.command[1:]) for program in programs}
    assert list(commands) == ["web", "worker", "beat", "stream"]
    assert commands["web"] == "-b 127.0.0.1 -p 8123 flux_site.asgi:application"
    assert commands["worker"].startswith("-A flux_site worker")
    assert commands["beat"].startswith("-A flux_site beat")
    assert commands["stream"] == "manage.py flux_stream consume"
    assert {program.env["A"] for program in programs} == {"1"}


@pytest.mark.parametrize(("is_durable", "append_only", "saves"), [(True, "yes", True), (False, "no", False)])
def test_redis_listens_on_loopback_with_a_password(
    tmp_path: Path, is_durable: bool, append_only: str, saves: bool
) -> None:
    spec = RedisSpec(tmp_path, tmp_path / "log", port=7000, password="s3cret", is_durable=is_durable)

    lines = render_config(spec).splitlines()

    assert {"bind 127.0.0.1", "port 7000", "requirepass s3cret", f"appendonly {append_only}"} <= set(lines)
    assert ('save ""' not in lines) is saves
    assert spec.url == "redis://:s3cret@127.0.0.1:7000/0"


def test_state_of_the_test_profile_is_apart_but_stamps_are_shared(tmp_path: Path) -> None:
    run, test = Layout(tmp_path), Layout(tmp_path, profile="test")

    assert test.secrets_file != run.secrets_file
    assert test.warehouse == tmp_path / ".flux" / "test" / "warehouse"
    assert test.stamps == run.stamps
    assert test.venv == run.venv


def test_requirements_change_asks_for_a_new_installation(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    (tmp_path / "requirements").mkdir()
    for name in ("base", "data", "constraints", "dev"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"# {name}\n")
    before = {dev: python_env.wanted_fingerprint(layout, with_dev=dev) for dev in (False, True)}

    (tmp_path / "requirements" / "dev.txt").write_text("pytest==9.2.0\n")
    assert python_env.wanted_fingerprint(layout, with_dev=False) == before[False]
    assert python_env.wanted_fingerprint(layout, with_dev=True) != before[True]

    (tmp_path / "requirements" / "constraints.txt").write_text("six==1.17.0\n")
    assert python_env.wanted_fingerprint(layout, with_dev=False) != before[False]


def test_pins_keep_versions_and_markers_and_drop_the_rest() -> None:
    resolved = "zope==1\n# via\ncffi==2.1.1 ; implementation_name != 'pypy'\n    # via x\n-e .\n"

    assert pins.pinned_lines(resolved) == ["cffi==2.1.1 ; implementation_name != 'pypy'", "zope==1"]


@pytest.mark.parametrize(
    ("kept", "exported", "is_same"),
    [("type A\n\n", "type A", True), ("type A", "type B", False), ("", "type A", False)],
)
def test_schemas_are_compared_but_for_space_at_the_end(kept: str, exported: str, is_same: bool) -> None:
    assert (checks.schema_difference(kept, exported) == []) is is_same


def test_steps_are_numbered_and_the_failing_one_is_the_last() -> None:
    out = io.StringIO()
    done: list[str] = []

    def fail() -> str:
        raise Problem("no network.")

    steps = [
        Step("First", lambda: "fine"),
        Step("Second", fail),
        Step("Third", lambda: done.append("no") or ""),
    ]
    with pytest.raises(Problem, match="no network"):
        run_steps(steps, stream=out)

    lines = out.getvalue().splitlines()
    assert lines[0].startswith("[1/3] First ... fine (0.")
    assert lines[1] == "[2/3] Second ... stopped"
    assert done == []


@pytest.mark.parametrize(
    ("words", "command", "rest"),
    [
        (["test"], "test", []),
        (["test", "-q", "-k", "ports"], "test", ["-q", "-k", "ports"]),
        (["manage", "flux_sync", "--all"], "manage", ["flux_sync", "--all"]),
        (["run"], "run", []),
    ],
)
def test_options_of_others_are_passed_on(words: list[str], command: str, rest: list[str]) -> None:
    options = parse(words)

    assert (options.command, options.arguments) == (command, rest)
