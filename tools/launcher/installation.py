"""What every command needs first: a suitable machine, packages, the environment, the front end."""

from __future__ import annotations

from launcher import debian_packages, frontend_build, machine, python_env
from launcher.layout import Layout
from launcher.locks import exclusive
from launcher.progress import Step


def installation_steps(
    layout: Layout, *, with_dev: bool, with_browser: bool = False, with_build: bool = True
) -> list[Step]:
    """Return the steps that install what is missing and build what changed.

    Args:
        layout: the checkout.
        with_dev: whether the tools for tests and checks are wanted too.
        with_browser: whether Chromium is wanted.
        with_build: whether the built front end is wanted.
    """

    def locked(step: Step) -> Step:
        def work() -> str | None:
            with exclusive(
                layout.state / "install.lock", waiting_for="another installation in this checkout"
            ):
                return step.work()

        return Step(step.title, work)

    is_first = not python_env.is_current(layout, with_dev=with_dev)
    steps = [
        Step("Machine", lambda: machine.check_machine(layout, is_first_install=is_first)),
        Step("Debian packages", lambda: debian_packages.install_packages(layout, with_browser=with_browser)),
        Step("Python packages", lambda: python_env.install(layout, with_dev=with_dev)),
        Step("Front-end packages", lambda: frontend_build.install_packages(layout)),
    ]
    if with_build:
        steps.append(Step("Front-end build", lambda: frontend_build.build(layout)))
    return [locked(step) for step in steps]
