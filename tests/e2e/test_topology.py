"""An operator reads one-line diagrams, traces and isolates in them, and studies switching."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db.models import Count, Q, Sum
from playwright.sync_api import Browser, Locator, Page, expect

from grid import models
from tests.e2e.browser import Complaints, axe, new_page, sign_in, wait_for_map
from tests.servers.web import WebServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]


@pytest.fixture
def desk(browser_of_module: Browser, grid_site: WebServer) -> Iterator[tuple[Page, Complaints]]:
    """Return the topology as a planner sees it, and what the browser complains of."""
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="pia", path="/topology")
        yield page, complaints


def quiet_circuit() -> models.Circuit:
    """Return the circuit with a recloser and a tie that has the most customers, and no active outage."""
    busy = models.Outage.objects.exclude(status__in=["RESTORED", "CANCELLED"]).values("circuit")
    tied = models.Switch.objects.filter(kind="TIE", is_normally_open=True).values("circuit")
    with_recloser = models.Switch.objects.filter(kind="RECLOSER").values("circuit")
    circuits = models.Circuit.objects.filter(pk__in=tied).filter(pk__in=with_recloser).exclude(pk__in=busy)
    return circuits.order_by("-customer_count", "pk")[0]


def one(circuit: models.Circuit, kind: str) -> models.Switch:
    """Return the first switch of a kind of a circuit."""
    return models.Switch.objects.filter(circuit=circuit, kind=kind).order_by("pk")[0]


def behind(circuit: models.Circuit, switch: models.Switch) -> int:
    """Count by hand the active accounts that lose supply if a switch opens: walk what is still joined."""
    joined: dict[str, set[str]] = defaultdict(set)
    closed = models.Switch.objects.filter(circuit=circuit, is_normally_open=False).exclude(pk=switch.pk)
    for rows in (models.LineSection.objects.filter(circuit=circuit), closed):
        for start, end in rows.values_list("from_node", "to_node"):
            joined[start].add(end)
            joined[end].add(start)
    reached, waiting = {circuit.substation_id}, [circuit.substation_id]
    while waiting:
        for node in joined[waiting.pop()] - reached:
            reached.add(node)
            waiting.append(node)
    lost = models.Transformer.objects.filter(circuit=circuit).exclude(node__in=reached)
    return models.Customer.objects.filter(account_status="ACTIVE", meter__transformer__in=lost).count()


def part(page: Page, asset_id: str) -> Locator:
    return page.get_by_test_id(f"part-{asset_id}")


def steps_of(page: Page) -> list[str]:
    return parse_qs(urlsplit(page.url).query).get("do", [""])[0].split(",")


def test_diagram_of_a_circuit_holds_what_the_records_hold(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    circuit = quiet_circuit()
    page.get_by_test_id("circuit-filter").fill(circuit.pk)
    row = page.get_by_test_id(f"circuit-{circuit.pk}")
    switches = models.Switch.objects.filter(circuit=circuit)
    expect(row.get_by_role("cell").nth(3)).to_have_text(f"{circuit.customer_count:,}")
    expect(row.get_by_role("cell").last).to_have_text(f"{switches.count()}")
    # The head, the circuit and how many there are.
    expect(page.get_by_test_id("circuit-list").get_by_role("row")).to_have_count(3)
    row.get_by_role("link", name=circuit.name).click()

    expect(page.get_by_test_id("topology-subject")).to_have_text(circuit.name)
    for switch in models.Switch.objects.filter(Q(circuit=circuit) | Q(other_circuit=circuit)):
        position = "open" if switch.is_normally_open else "closed"
        expect(part(page, switch.pk)).to_have_attribute("data-position", position)
    # Drawn section by section there is each of them, and of the transformers what the records sum up to.
    page.get_by_test_id("choose-sections").click()
    sections = models.LineSection.objects.filter(circuit=circuit)
    expect(page.locator("[data-testid^='part-LINE-']")).to_have_count(sections.count())
    spoken = page.locator("[data-part=run]").evaluate_all("all => all.map(each => each.ariaLabel)")
    counted = sum(int(text.split(" transformer")[0].split(", ")[-1]) for text in spoken if "kVA" in text)
    assert counted == models.Transformer.objects.filter(circuit=circuit).count()

    tie = one(circuit, "TIE")
    assert tie.other_circuit is not None
    page.get_by_test_id(f"neighbour-{tie.other_circuit_id}").first.press("Enter")
    expect(page.get_by_test_id("topology-subject")).to_have_text(tie.other_circuit.name)
    expect(part(page, tie.pk)).to_have_attribute("aria-pressed", "true")
    assert complaints == []


def test_switching_is_studied_before_it_is_done(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    circuit = quiet_circuit()
    recloser, tie = one(circuit, "RECLOSER"), one(circuit, "TIE")
    lost = behind(circuit, recloser)
    assert lost > 0
    page.goto(f"/topology?of={circuit.pk}&sel={recloser.pk}&load=peak&positions=normal")
    expect(page.get_by_test_id("switch-position")).to_have_text("closed")
    page.get_by_test_id("study-switch").click()
    expect(page.get_by_test_id("study-mark")).to_contain_text("nothing is operated")
    expect(page.get_by_test_id("study-problems")).to_contain_text(f"{lost:,} customers behind")
    expect(part(page, recloser.pk)).to_have_attribute("data-position", "open")
    assert steps_of(page) == [f"open~{recloser.pk}"]

    # The tie takes up what was behind the recloser, and the neighbour carries it.
    part(page, tie.pk).focus()
    part(page, tie.pk).press("s")
    expect(page.get_by_test_id("study-effect")).to_contain_text(f"Fed by another circuit{lost:,} customers")
    expect(page.get_by_test_id("study-problems")).not_to_contain_text("lose supply")
    expect(page.get_by_test_id(f"effect-{tie.other_circuit_id}")).to_be_visible()
    rest = models.Transformer.objects.filter(circuit=circuit).aggregate(Sum("peak_load_kva"))
    before = page.get_by_test_id(f"effect-{circuit.pk}")
    expect(before).to_contain_text(f"{rest['peak_load_kva__sum'] / 1000:.2f} MVA")

    # Undone it is out again; a link shows the same study to somebody else.
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("study-problems")).to_contain_text(f"{lost:,} customers behind")
    page.get_by_test_id("study-redo").click()
    assert steps_of(page) == [f"open~{recloser.pk}", f"close~{tie.pk}"]
    page.reload()
    page.get_by_test_id("pane-study").click()
    expect(page.get_by_test_id("study-steps").get_by_role("listitem")).to_have_count(2)

    # Closing the recloser onto the tie would make a loop.
    part(page, recloser.pk).dblclick()
    expect(page.get_by_test_id("study-problems")).to_contain_text("Parallel supply")
    page.get_by_test_id("study-clear").click()
    expect(page.get_by_test_id("study-mark")).to_have_count(0)
    assert not models.DeviceEvent.objects.filter(device_id__in=[recloser.pk, tie.pk]).exists()
    assert complaints == []


def test_fault_is_traced_isolated_and_shown_on_the_map(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    circuit = quiet_circuit()
    recloser = one(circuit, "RECLOSER")
    behind_it = models.LineSection.objects.get(circuit=circuit, from_node=recloser.to_node)
    # From the map, by the card of the section, to the diagram of its circuit.
    page.goto(f"/?sel={behind_it.pk}")
    page.get_by_test_id("show-diagram").click()
    expect(page.get_by_test_id("topology-subject")).to_have_text(circuit.name)
    expect(page.get_by_test_id("element-panel")).to_contain_text(behind_it.pk)

    page.get_by_test_id("ask-TO_SOURCE").click()
    expect(page.get_by_test_id("trace-result")).to_contain_text(circuit.substation_id)
    page.get_by_test_id("ask-ISOLATION").click()
    result = page.get_by_test_id("isolation-result")
    expect(result.get_by_test_id(f"isolation-{recloser.pk}")).to_contain_text(recloser.pk)
    expect(result).to_contain_text(f"Out once open{behind(circuit, recloser):,} customers")
    page.get_by_test_id("study-isolation").click()
    expect(page.get_by_test_id("study-steps")).to_contain_text(f"Open{recloser.pk}")
    expect(part(page, recloser.pk)).to_have_attribute("data-position", "open")

    part(page, recloser.pk).click()
    page.get_by_test_id("show-on-map").click()
    wait_for_map(page)
    assert parse_qs(urlsplit(page.url).query)["sel"] == [recloser.pk]
    assert complaints == []


def test_substation_shows_its_lines_and_leads_to_its_circuits(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    circuit = quiet_circuit()
    substation = circuit.substation
    page.goto(f"/topology?of={substation.pk}")
    branches = models.Branch.objects.filter(Q(from_substation=substation) | Q(to_substation=substation))
    expect(page.locator("[data-testid^='part-BR-']")).to_have_count(branches.count())
    branch = branches.exclude(rating_mva=None).order_by("pk")[0]
    part(page, branch.pk).click()
    card = page.get_by_test_id("element-panel")
    expect(card).to_contain_text(f"Loading{branch.base_loading_pct:.1f}%")
    expect(card).to_contain_text(f"Rating{branch.rating_mva:,.0f} MVA")
    part(page, circuit.pk).focus()
    part(page, circuit.pk).press("Enter")
    page.get_by_test_id("open-circuit").click()
    expect(page.get_by_test_id("topology-subject")).to_have_text(circuit.name)
    expect(part(page, one(circuit, "BREAKER").pk)).to_be_visible()
    assert complaints == []


def test_ties_islands_and_loops_are_those_of_the_records(desk: tuple[Page, Complaints]) -> None:
    page, complaints = desk
    circuit = quiet_circuit()
    page.goto(f"/topology?of={circuit.pk}&tab=ties")
    ties = models.Switch.objects.filter(kind="TIE").filter(Q(circuit=circuit) | Q(other_circuit=circuit))
    expect(page.locator("[data-testid^='tie-row-']")).to_have_count(ties.count())
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download the ties as CSV").click()
    assert saved.value.path().read_text().count("\n") == 1 + ties.count()
    page.get_by_role("tab", name="Islands & loops").click()
    page.get_by_test_id("choose-NORMAL").click()
    # The forge grows a radial system.
    expect(page.get_by_test_id("islands")).to_contain_text("every part is joined to a substation")
    expect(page.get_by_test_id("loops")).to_contain_text("the network is radial")
    assert complaints == []


def test_quality_is_for_all_and_its_check_for_operators(
    browser_of_module: Browser, grid_site: WebServer
) -> None:
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="vera", path="/topology?tab=quality")
        expect(page.get_by_test_id("quality-checked")).to_be_visible()
        expect(page.get_by_test_id("start-check")).to_have_count(0)
        assert complaints == []
    with new_page(browser_of_module, grid_site.port) as (page, complaints):
        sign_in(page, username="pia", path="/topology?tab=quality")
        page.get_by_test_id("start-check").click()
        expect(page.get_by_test_id("quality-checked")).to_contain_text("As checked on")
        of_lines = models.DataQualityFinding.objects.filter(asset_id__startswith="LINE-")
        common = of_lines.values("kind").annotate(count=Count("pk")).order_by("-count")[0]
        page.get_by_test_id(f"rule-{common['kind']}").click()
        expect(page.get_by_role("tab", name="Data quality")).to_have_attribute("aria-selected", "true")
        first = page.get_by_test_id("findings-table").get_by_role("link").first
        asset_id = first.inner_text()
        first.click()
        expect(page.get_by_test_id("element-panel")).to_contain_text(asset_id)
        assert complaints == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "of={circuit}&sel={switch}&do=open~{switch}",
        "of={substation}",
        "of={circuit}&tab=ties",
        "tab=islands",
    ],
)
def test_topology_has_no_accessibility_faults(desk: tuple[Page, Complaints], query: str) -> None:
    page, _ = desk
    circuit = quiet_circuit()
    switch = one(circuit, "RECLOSER")
    asked = query.format(circuit=circuit.pk, switch=switch.pk, substation=circuit.substation_id)
    page.goto(f"/topology?{asked}")
    expect(page.get_by_test_id("health")).to_have_attribute("data-status", "OK")
    expect(page.get_by_test_id("topology")).to_be_visible()
    expect(page.get_by_test_id("loading-state")).to_have_count(0)

    assert axe(page) == []
