"""Requirements are pinned, the container holds no secret, every make target tells what it does."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
APPLICATION_SERVICES = ("setup", "web", "worker", "beat")


def requirement_lines(name: str) -> list[str]:
    lines = (REQUIREMENTS / name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith(("#", "-r"))]


def pins(name: str) -> dict[str, str]:
    found = {}
    for line in requirement_lines(name):
        match = re.fullmatch(r"([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^\s;]+)(?:\s*;.*)?", line, re.IGNORECASE)
        assert match, f"{name}: {line!r} is not pinned to one version"
        found[match[1].lower().replace("_", "-").replace(".", "-")] = match[2]
    return found


@pytest.mark.parametrize("name", ["ml.txt", "base.txt", "data.txt", "dev.txt", "constraints.txt"])
def test_every_requirement_is_pinned_to_one_version(name: str) -> None:
    assert pins(name)


@pytest.mark.parametrize("name", ["base.txt", "dev.txt"])
def test_constraints_hold_the_same_versions(name: str) -> None:
    constraints = pins("constraints.txt")

    assert {package: constraints.get(package) for package in pins(name)} == pins(name)


def test_torch_comes_with_all_it_needs_and_nothing_else_asks_for_it() -> None:
    # It is installed apart and first: a version in another file would have it fetched again, another build.
    from importlib.metadata import requires

    needed = {
        re.split(r"[<>=!~ ;\[]", line)[0].lower().replace("_", "-")
        for line in requires("torch") or []
        if "extra ==" not in line and "nvidia" not in line and "cuda" not in line and "triton" not in line
    }
    listed, constraints = pins("ml.txt"), pins("constraints.txt")

    assert needed <= set(listed)
    assert not {"torch", "torchvision"} & {*pins("base.txt"), *pins("dev.txt"), *constraints}
    assert {name: listed[name] for name in listed if name in constraints} == {
        name: constraints[name] for name in listed if name in constraints
    }


def test_torch_is_installed_before_anything_that_uv_installs() -> None:
    source = (ROOT / "tools" / "launcher" / "python_env.py").read_text(encoding="utf-8")
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert source.index('requirements / "ml.txt"') < source.index("for arguments in batches")
    assert dockerfile.index("-r ml.txt") < dockerfile.index("-r base.txt")


def test_front_end_packages_are_pinned_to_one_version() -> None:
    import json

    package = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))
    listed = {**package.get("dependencies", {}), **package.get("devDependencies", {})}

    assert {name: version for name, version in listed.items() if not version[0].isdigit()} == {}


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def test_container_processes_get_every_setting_the_application_requires(compose: dict) -> None:
    source = (ROOT / "flux_site" / "settings" / "environment.py").read_text(encoding="utf-8")
    required = set(re.findall(r'read\("([A-Z_]+)", \w+\)', source))

    assert required == {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "WAREHOUSE_URL"}
    for name in APPLICATION_SERVICES:
        assert {f"FLUX_{each}" for each in required} <= set(compose["services"][name]["environment"])


def test_no_secret_is_written_in_the_compose_file(compose: dict) -> None:
    for service in compose["services"].values():
        for name, value in service["environment"].items():
            if "PASSWORD" in name or "SECRET" in name or name == "REDISCLI_AUTH":
                assert re.fullmatch(r"\$\{FLUX_[A-Z_]+:\?is not set[^}]*\}", str(value)), name


def test_only_the_web_process_is_reachable_and_from_this_machine_alone(compose: dict) -> None:
    services = compose["services"].items()
    published = {name: service["ports"] for name, service in services if "ports" in service}

    assert list(published) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in published["web"])


def test_container_does_not_run_as_root_and_is_checked() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()

    last_stage = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert "USER flux" in last_stage
    assert any(line.startswith("HEALTHCHECK ") for line in last_stage)


def test_roles_of_the_compose_file_are_roles_of_the_image(compose: dict) -> None:
    entrypoint = (ROOT / "deploy" / "entrypoint").read_text(encoding="utf-8")
    roles = set(re.findall(r"^  ([a-z]+)\)$", entrypoint, re.MULTILINE))

    assert {compose["services"][name]["command"][0] for name in APPLICATION_SERVICES} <= roles


def test_every_make_target_says_what_it_does() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    declared = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split())

    assert set(re.findall(r"^([a-z]+):.*## \S", text, re.MULTILINE)) == declared


def test_make_targets_are_commands_of_the_launcher() -> None:
    from launcher.cli import build_parser

    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    called = set(re.findall(r"\$\(FLUX\) ([a-z]+)", text))
    known = set(build_parser()._subparsers._group_actions[0].choices)

    assert called <= known
    assert {"run", "test", "check", "bench", "load", "reset"} <= called
