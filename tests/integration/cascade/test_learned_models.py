"""The register of learned models: promotion by the numbers, rollback, what ships, and damaged weights."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from cascade import models
from cascade.ml.errors import BadModelFile
from cascade.ml.store import WEIGHTS
from cascade.ml.tasks import LearningTask
from cascade.services.learning import registry, shipping, starting, tidying
from cascade.services.learning.registry import NotBetter, NotComparable
from flux_site.api.errors import BadInput, NotFound
from flux_site.jobs.models import Job, JobStatus
from tests.factories.jobs import make_job
from tests.factories.learned import make_cases, make_dataset, make_evaluation, make_model
from tests.factories.users import make_user

pytestmark = pytest.mark.integration

RISK = LearningTask.CASCADE_RISK


@pytest.fixture(autouse=True)
def learning_dir(settings: Any, tmp_path: Path) -> Path:
    settings.LEARNING_DIR = tmp_path / "learning"
    return tmp_path / "learning"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Take what is sent to the queue."""
    from flux_site.jobs import services

    taken: list[Any] = []
    monkeypatch.setattr(services, "send", taken.append)
    return taken


def _in_service() -> models.LearnedModel | None:
    return registry.current_model(RISK)


def test_the_first_model_has_to_beat_the_simple_baseline() -> None:
    poor, good = make_model(skill=0.3), make_model(skill=1.5)
    assert _in_service() is None

    with pytest.raises(
        NotBetter, match="does not beat the simple baseline logistic regression: mean average"
    ):
        registry.promote(model_id=poor.pk, user=None)
    assert _in_service() is None
    found = registry.promote(model_id=good.pk, user=make_user("admin"), reason="The first.")

    assert _in_service() == good
    assert (found.kind, found.previous, found.reason) == ("PROMOTED", None, "The first.")
    assert found.comparison["is_enough"]
    assert found.comparison["low"] > 0.0
    with pytest.raises(BadInput, match="in service already"):
        registry.promote(model_id=good.pk, user=None)
    with pytest.raises(NotFound, match="no model 0"):
        registry.promote(model_id=0, user=None)


def test_the_simple_baseline_itself_may_be_the_first() -> None:
    model = make_model()
    cases = make_cases(skill=0.3)
    registry.record_evaluation(model, make_evaluation(cases, is_baseline=True), dataset=None)

    registry.promote(model_id=model.pk, user=None)

    assert _in_service() == model


def test_a_model_takes_a_place_only_if_it_is_better_on_the_same_cases() -> None:
    first = make_model(skill=1.0, state=models.ModelState.PROMOTED)
    alike, better = make_model(skill=1.0), make_model(skill=2.0)
    other = make_model()
    registry.record_evaluation(other, make_evaluation(make_cases(skill=2.0, seed=9)), dataset=None)

    with pytest.raises(NotBetter, match=r"does not beat model 1, which is in service: .* interval \+0\.0000"):
        registry.promote(model_id=alike.pk, user=None)
    with pytest.raises(NotComparable, match="was not evaluated on the same cases"):
        registry.promote(model_id=other.pk, user=None)
    with pytest.raises(NotComparable, match="was not evaluated on any data set"):
        registry.promote(model_id=make_model().pk, user=None)
    assert _in_service() == first
    found = registry.promote(model_id=better.pk, user=None)

    first.refresh_from_db()
    assert (first.state, found.previous) == (models.ModelState.RETIRED, first)
    assert _in_service() == better
    assert found.comparison["against_model"] == first.pk


def test_only_the_evaluation_set_counts_where_there_is_one() -> None:
    cases = make_cases(skill=2.0)
    make_dataset(is_evaluation_set=True, evaluation_digest=cases.digest)
    model = make_model()
    registry.record_evaluation(model, make_evaluation(make_cases(skill=2.0, seed=5)), dataset=None)

    with pytest.raises(
        NotComparable, match=r"was not evaluated on the evaluation set \(Cascade risk, data 1\)"
    ):
        registry.promote(model_id=model.pk, user=None)
    registry.record_evaluation(model, make_evaluation(cases), dataset=None)
    registry.promote(model_id=model.pk, user=None)

    assert _in_service() == model


def test_a_model_whose_features_are_no_longer_computed_is_no_measure() -> None:
    make_model(skill=3.0, state=models.ModelState.PROMOTED, feature_version=1)
    newer = make_model(skill=1.5, feature_version=2)

    registry.promote(model_id=newer.pk, user=None)

    assert _in_service() == newer


def test_rolling_back_goes_step_by_step_and_asks_why() -> None:
    made = [make_model(skill=skill) for skill in (0.8, 1.3, 2.2)]
    with pytest.raises(BadInput, match="No model of CASCADE_RISK is in service"):
        registry.roll_back(task=RISK, user=None, reason="Why not.")
    for each in made:
        registry.promote(model_id=each.pk, user=None)

    with pytest.raises(BadInput, match="reason is empty"):
        registry.roll_back(task=RISK, user=None, reason="  ")
    registry.roll_back(task=RISK, user=None, reason="It is worse in summer.")
    assert _in_service() == made[1]
    registry.roll_back(task=RISK, user=None, reason="And this one too.")
    assert _in_service() == made[0]
    with pytest.raises(BadInput, match="took nobody's place"):
        registry.roll_back(task=RISK, user=None, reason="Once more.")

    told = models.Promotion.objects.order_by("pk").values_list("kind", "model", "previous")
    assert list(told) == [
        ("PROMOTED", made[0].pk, None),
        ("PROMOTED", made[1].pk, made[0].pk),
        ("PROMOTED", made[2].pk, made[1].pk),
        ("ROLLED_BACK", made[1].pk, made[2].pk),
        ("ROLLED_BACK", made[0].pk, made[1].pk),
    ]


def test_the_database_holds_one_model_in_service_and_one_evaluation_set_a_task() -> None:
    make_model(state=models.ModelState.PROMOTED)
    make_model(task=LearningTask.PROPAGATION, state=models.ModelState.PROMOTED)
    make_dataset(is_evaluation_set=True)

    with pytest.raises(IntegrityError, match="one_promoted_model_a_task"), transaction.atomic():
        make_model(state=models.ModelState.PROMOTED)
    with pytest.raises(IntegrityError, match="one_evaluation_set_a_task"), transaction.atomic():
        make_dataset(is_evaluation_set=True)
    with pytest.raises(IntegrityError, match="learningdataset_ready_is_known"), transaction.atomic():
        make_dataset(digest=None)


def test_weights_are_written_once_checked_and_mended(learning_dir: Path) -> None:
    model = make_model()
    folder = registry.open_weights(model)
    written = folder / WEIGHTS
    first = written.stat().st_mtime_ns

    assert registry.open_weights(model) == folder
    assert written.stat().st_mtime_ns == first
    written.write_bytes(b"something else")
    assert registry.open_weights(model) == folder
    assert written.read_bytes() == bytes(model.weights.content)

    models.LearnedWeights.objects.filter(pk=model.weights_id).update(content=b"damaged")
    with pytest.raises(BadModelFile, match=r"weights\.safetensors: is damaged, or not the one"):
        registry.open_weights(model)


def test_the_same_weights_are_one_model(tmp_path: Path) -> None:
    model = make_model()
    folder = registry.open_weights(model)

    assert registry.register(RISK, folder, None) == model
    other = registry.register(LearningTask.PROPAGATION, folder, None)
    assert (other.version, other.weights_id) == (1, model.weights_id)
    (folder / WEIGHTS).write_bytes(b"x")
    with pytest.raises(BadModelFile, match="is damaged"):
        registry.register(RISK, folder, None)
    with pytest.raises(BadModelFile, match="holds no whole model"):
        registry.register(RISK, tmp_path / "nothing", None)


def _shipped(place: Path, skill: float, *, seed: int = 1, **fields: Any) -> models.LearnedModel:
    """Put the files of a model into a folder as if it came with the product."""
    made = make_model(**fields)
    folder = registry.open_weights(made)
    target = place / RISK.lower()
    target.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    notes = {"weights_sha256": made.weights_id}
    make_evaluation(make_cases(skill=skill, seed=seed), notes=notes).save(target)
    made.delete()
    return made


def test_what_ships_is_in_service_where_nothing_is(tmp_path: Path) -> None:
    _shipped(tmp_path, 1.5)

    told = shipping.load_shipped(tmp_path)
    again = shipping.load_shipped(tmp_path)

    found = _in_service()
    assert found is not None
    assert told == {"CASCADE_RISK": f"{found} is in service."}
    assert again == {"CASCADE_RISK": f"{found} is known; in service: {found}."}
    assert (found.origin, found.dataset, found.version) == ("SHIPPED", None, 1)
    assert found.evaluations.get().headline_value > 0.5
    assert models.Promotion.objects.get().kind == "SHIPPED"


def test_what_ships_replaces_nothing_that_is_as_good(tmp_path: Path) -> None:
    mine = make_model(skill=1.5, state=models.ModelState.PROMOTED, feature_version=1)
    _shipped(tmp_path / "alike", 1.5)
    _shipped(tmp_path / "elsewhere", 3.0, seed=4)
    _shipped(tmp_path / "poor", 0.1, seed=4)

    assert "it is not better" in shipping.load_shipped(tmp_path / "alike")["CASCADE_RISK"]
    assert "not evaluated on the same cases" in shipping.load_shipped(tmp_path / "elsewhere")["CASCADE_RISK"]
    assert _in_service() == mine
    # What people took back stays back.
    mine.state = models.ModelState.RETIRED
    mine.save()
    assert "no model stays in service" in shipping.load_shipped(tmp_path / "poor")["CASCADE_RISK"]


def test_an_evaluation_of_other_weights_puts_nothing_into_service(tmp_path: Path) -> None:
    _shipped(tmp_path, 1.5)
    notes = {"weights_sha256": "0" * 64}
    make_evaluation(make_cases(skill=1.5), notes=notes).save(tmp_path / RISK.lower())

    assert "without an evaluation" in shipping.load_shipped(tmp_path)["CASCADE_RISK"]
    assert _in_service() is None


def test_the_product_ships_models_that_can_be_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("flux_load_models")
    call_command("flux_load_models")

    assert capsys.readouterr().out
    assert models.LearnedModel.objects.filter(origin="TRAINED").count() == 0


@pytest.mark.parametrize(
    ("plan", "match"),
    [
        ({"size": "HUGE"}, r"plan\.size is 'HUGE'; allowed: FULL, SMOKE"),
        ({"sise": "FULL"}, "plan has sise; allowed: size"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_by_name(plan: dict[str, Any], match: str) -> None:
    with pytest.raises(BadInput, match=match):
        starting.start_dataset(task=RISK, plan=plan, user=None)
    with pytest.raises(BadInput, match="task is 'LUCK'; it must be one of CASCADE_RISK"):
        starting.start_dataset(task="LUCK", user=None)
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("settings_", "match"),
    [
        ({"n_nets": 0}, r"settings\.n_nets is 0; it must be a whole number 1 to 20"),
        ({"n_nets": 2.5}, "whole number"),
        ({"n_nets": True}, "whole number"),
        ({"algorithm": "LUCK"}, r"settings\.algorithm is 'LUCK'; allowed: BLEND, TREES"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(settings_: dict[str, Any], match: str) -> None:
    dataset = make_dataset()

    with pytest.raises(BadInput, match=match):
        starting.start_training(dataset_id=dataset.pk, settings=settings_, user=None)
    with pytest.raises(BadInput, match="seed is -1"):
        starting.start_training(dataset_id=dataset.pk, seed=-1, user=None)
    building = make_dataset(state=models.DatasetState.BUILDING, digest=None, ready_at=None)
    with pytest.raises(BadInput, match="is BUILDING; it must be READY"):
        starting.start_training(dataset_id=building.pk, user=None)
    with pytest.raises(BadInput, match="has no evaluation set"):
        starting.start_evaluation(model_id=make_model().pk, user=None)


def test_a_data_set_that_failed_is_begun_again_where_it_stopped(sent: list[Any]) -> None:
    first = starting.start_dataset(task=RISK, plan={"size": "SMOKE"}, user=None)
    models.LearningDataset.objects.filter(pk=first.pk).update(
        state=models.DatasetState.FAILED, error="Power."
    )

    again = starting.start_dataset(task=RISK, plan={"size": "SMOKE"}, user=None)
    other = starting.start_dataset(task=RISK, user=None)

    assert (again.pk, again.folder, again.error, again.state) == (first.pk, first.folder, "", "BUILDING")
    assert again.job_id != first.job_id
    assert (other.version, other.plan) == (2, {"size": "FULL"})


def test_drift_is_checked_once_of_each_model_in_service(sent: list[Any]) -> None:
    make_model(state=models.ModelState.PROMOTED)

    assert starting.start_drift_checks() == 1
    assert starting.start_drift_checks() == 0  # one is under way
    Job.objects.update(status=JobStatus.SUCCEEDED)
    assert starting.start_drift_checks() == 1


def test_files_that_nothing_needs_are_removed(learning_dir: Path) -> None:
    under_way, over = make_job(status=JobStatus.RUNNING), make_job(status=JobStatus.FAILED)
    for name in (str(under_way.pk), str(over.pk)):
        (learning_dir / "training" / name).mkdir(parents=True)
    lost = make_dataset(state=models.DatasetState.BUILDING, digest=None, ready_at=None, job=over)
    old = make_dataset(state=models.DatasetState.FAILED, digest=None, ready_at=None)
    models.LearningDataset.objects.filter(pk=old.pk).update(created_at="2026-01-01T00:00:00Z")
    for row in (lost, old):
        (learning_dir / row.folder).mkdir(parents=True)

    assert tidying.tidy() == {"trainings": 1, "datasets": 1}

    lost.refresh_from_db()
    assert (lost.state, lost.error) == ("FAILED", "Its job came to an end without it.")
    assert (learning_dir / lost.folder).is_dir()
    assert [path.name for path in (learning_dir / "training").iterdir()] == [str(under_way.pk)]
    assert not (learning_dir / old.folder).exists()
