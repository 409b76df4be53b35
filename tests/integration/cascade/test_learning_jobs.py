"""The jobs of learned models, and what is left when a worker is killed in the middle of them."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from cascade import models
from cascade.ml import plans, risk_task
from cascade.ml.store import MANIFEST
from cascade.ml.tasks import LearningTask
from cascade.services.learning import registry, starting
from flux_site.jobs import services
from flux_site.jobs.models import Job, JobStatus
from tests.integration.sync.conftest import quick_flush  # noqa: F401 - a fixture
from tests.servers import small_learning
from tests.servers.environment import environment
from tests.servers.processes import Process
from tests.small_network import SmallNetwork

pytestmark = pytest.mark.integration

RISK = LearningTask.CASCADE_RISK
SMOKE = {"size": "SMOKE"}
QUICK = {"algorithm": "BLEND", "n_nets": 1, "n_passes": 1}


@pytest.fixture(autouse=True)
def learning_dir(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep files apart, take nothing to the queue, and let SMOKE be two small grids."""
    settings.LEARNING_DIR = tmp_path / "learning"
    settings.LEARNING_DEVICE = "cpu"
    monkeypatch.setattr(services, "send", lambda job_id: None)
    monkeypatch.setitem(risk_task.PLANS, "SMOKE", small_learning.PLANS)
    monkeypatch.setattr(plans, "SMOKE_SPLIT", small_learning.SPLIT)
    return tmp_path / "learning"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the files of the small data set, made once."""
    place = tmp_path_factory.mktemp("made")
    risk_task.build(place, small_learning.PLANS, split_plan=small_learning.SPLIT)
    return place


def carried_out(job: Job | None) -> Job:
    assert job is not None
    services.run_job(job.pk)
    return Job.objects.get(pk=job.pk)


def ready(made: Path, learning_dir: Path) -> models.LearningDataset:
    """Return the small data set, whose files are there before its job runs."""
    row = starting.start_dataset(task=RISK, plan=SMOKE, user=None)
    shutil.copytree(made, learning_dir / row.folder)
    done = carried_out(row.job)
    assert done.status == JobStatus.SUCCEEDED, done.log
    row.refresh_from_db()
    return row


def trained(dataset: models.LearningDataset, seed: int = 0, **settings_: Any) -> models.LearnedModel:
    done = carried_out(
        starting.start_training(dataset_id=dataset.pk, settings={**QUICK, **settings_}, seed=seed, user=None)
    )
    assert done.status == JobStatus.SUCCEEDED, done.log
    return models.LearnedModel.objects.get(pk=done.counts["model"])


def test_from_data_to_a_model_in_service(made: Path, learning_dir: Path, db: None) -> None:
    dataset = ready(made, learning_dir)
    assert (dataset.state, dataset.is_evaluation_set) == ("READY", True)
    assert dataset.digest == risk_task.dataset.dataset_digest(made)
    assert dataset.counts["S1"]["states"] == 3

    model = trained(dataset)

    assert model.manifest["data_sha256"] == dataset.digest
    assert (model.algorithm, model.device, model.seed) == ("BLEND", "cpu", 0)
    assert model.cpu_s is not None
    assert model.cpu_s > 0.0
    assert list((learning_dir / "training").iterdir()) == []
    waiting = Job.objects.get(kind=starting.LEARN_EVALUATE)
    assert waiting.status == JobStatus.QUEUED
    done = carried_out(waiting)
    assert done.status == JobStatus.SUCCEEDED, done.log

    row = model.evaluations.get()
    dataset.refresh_from_db()
    independent = risk_task.evaluate(
        made, registry.open_weights(model), split_plan=small_learning.SPLIT
    ).headline()
    assert done.counts == {"headline": row.headline_value, "baseline": row.baseline_value}
    assert row.headline_value == independent.value
    assert dataset.evaluation_digest == row.evaluation_digest
    assert row.reference.keys() == {each["name"] for each in row.importance}

    # Another one is evaluated beside it once it is in service, so that the two can be compared.
    models.LearnedModel.objects.filter(pk=model.pk).update(state=models.ModelState.PROMOTED)
    model.evaluations.all().delete()
    other = trained(dataset, seed=1, algorithm="TREES")
    assert other.algorithm == "TREES"
    carried_out(Job.objects.filter(kind=starting.LEARN_EVALUATE, status=JobStatus.QUEUED).get())
    assert model.evaluations.count() == 1
    assert registry.judge(other, incumbent=model)["n_cases"] == 401


def test_the_same_data_and_the_same_weights_are_there_once(made: Path, learning_dir: Path, db: None) -> None:
    dataset = ready(made, learning_dir)
    again = starting.start_dataset(task=RISK, plan=SMOKE, user=None)
    shutil.copytree(made, learning_dir / again.folder)

    done = carried_out(again.job)

    again.refresh_from_db()
    assert (done.status, done.error_code) == ("FAILED", "BAD_DATASET")
    assert "gives the same data as version 1" in again.error
    assert not (learning_dir / again.folder).exists()

    model = trained(dataset)
    second = carried_out(starting.start_training(dataset_id=dataset.pk, settings=QUICK, user=None))
    assert second.counts["model"] == model.pk
    assert "there is no new model" in second.log


def test_what_goes_wrong_is_told_in_words(made: Path, learning_dir: Path, db: None) -> None:
    dataset = ready(made, learning_dir)
    victim = next((learning_dir / dataset.folder).glob("*.npz"))
    victim.write_bytes(b"damaged")

    done = carried_out(starting.start_training(dataset_id=dataset.pk, settings=QUICK, user=None))

    assert (done.status, done.error_code) == ("FAILED", "BAD_DATASET")
    assert "is not the file that the data set was made with" in done.error_message
    assert not models.LearnedModel.objects.exists()


@pytest.mark.parametrize(
    "steps", [("Trees", "Network"), ("Network",)]
)  # trees may be done before they are told
def test_a_cancelled_training_registers_nothing(
    made: Path, learning_dir: Path, db: None, monkeypatch: pytest.MonkeyPatch, steps: tuple[str, ...]
) -> None:
    from flux_site.jobs import context

    dataset = ready(made, learning_dir)
    job = starting.start_training(dataset_id=dataset.pk, settings={**QUICK, "n_passes": 500}, user=None)
    monkeypatch.setattr(context, "WRITE_EVERY_S", 0.0)
    told = context.JobContext.progress

    def cancelling(self: Any, frac: float, text: str) -> None:
        if text.startswith(steps):
            Job.objects.filter(pk=self.job_id).update(is_cancel_requested=True)
        told(self, frac, text)

    monkeypatch.setattr(context.JobContext, "progress", cancelling)

    assert carried_out(job).status == JobStatus.CANCELLED
    assert not models.LearnedModel.objects.exists()


def test_a_cancelled_data_set_says_so_and_keeps_what_is_there(
    learning_dir: Path, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flux_site.jobs import context

    row = starting.start_dataset(task=RISK, plan=SMOKE, user=None)
    monkeypatch.setattr(context, "WRITE_EVERY_S", 0.0)
    told = context.JobContext.progress

    def cancelling(self: Any, frac: float, text: str) -> None:
        if text == "11 states":
            Job.objects.filter(pk=self.job_id).update(is_cancel_requested=True)
        told(self, frac, text)

    monkeypatch.setattr(context.JobContext, "progress", cancelling)
    assert carried_out(row.job).status == JobStatus.CANCELLED
    row.refresh_from_db()
    assert (row.state, row.error) == ("FAILED", "Cancelled.")
    assert len(list((learning_dir / row.folder).glob("*.npz"))) == 1

    monkeypatch.setattr(context.JobContext, "progress", told)
    again = starting.start_dataset(task=RISK, plan=SMOKE, user=None)
    assert again.pk == row.pk
    assert carried_out(again.job).status == JobStatus.SUCCEEDED


def test_drift_is_looked_at_on_the_network_of_now(
    made: Path, learning_dir: Path, small_network: SmallNetwork
) -> None:
    dataset = ready(made, learning_dir)
    model = trained(dataset)
    models.LearnedModel.objects.filter(pk=model.pk).update(state=models.ModelState.PROMOTED)
    job = starting.start_drift_check(task=RISK, user=None)

    done = carried_out(job)

    assert done.status == JobStatus.SUCCEEDED, done.log
    check = models.DriftCheck.objects.get()
    assert check.model == model
    assert done.counts == {"is_drifted": check.is_drifted, "cases": check.result["n_cases"]}
    assert check.result["reasons"]  # a network of three branches is unlike anything that was trained on


KILLED = """
import os, signal, sys
import django
django.setup()
from tests.servers import small_learning
small_learning.use_small()
moment, job_id = sys.argv[1], sys.argv[2]

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

import cascade.models
from cascade.ml import dataset, risk_training
from cascade.services.learning import carrying_out, registry
if moment == "building":
    real = dataset._write_whole
    def write(path, content):
        real(path, content)
        die()
    dataset._write_whole = write
elif moment == "training":
    risk_training.fit_net = die
elif moment == "saved":
    registry.register = die
elif moment == "registering":
    cascade.models.LearnedModel.objects.create = die
elif moment == "registered":
    carrying_out.start_evaluation = die
from flux_site.jobs.services import run_job
run_job(job_id)
"""


@pytest.fixture
def committing(quick_flush: None, transactional_db: None) -> None:  # noqa: F811
    """Let a process of its own see the test's rows."""


def killed(moment: str, job: Job, learning_dir: Path) -> None:
    """Carry a job out in a process that is killed at a moment, and give the job back to the queue."""
    process = Process(
        ["-c", KILLED, moment, str(job.pk)], environment(FLUX_LEARNING_FOLDER=str(learning_dir))
    )
    process.process.wait(timeout=180)
    assert process.process.returncode == -9, process.log.read_text()[-3000:]
    assert Job.objects.get(pk=job.pk).status == JobStatus.RUNNING
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=2))
    assert services.recover_lost_jobs() >= 1


def test_a_data_set_whose_worker_is_killed_is_the_same_in_the_end(
    committing: None, made: Path, learning_dir: Path
) -> None:
    row = starting.start_dataset(task=RISK, plan=SMOKE, user=None)
    assert row.job is not None
    killed("building", row.job, learning_dir)
    row.refresh_from_db()
    assert (row.state, row.digest) == ("BUILDING", None)
    assert len(list((learning_dir / row.folder).glob("*.npz"))) == 1

    assert carried_out(row.job).status == JobStatus.SUCCEEDED

    row.refresh_from_db()
    assert (row.state, row.digest) == ("READY", risk_task.dataset.dataset_digest(made))


@pytest.mark.parametrize("moment", ["training", "saved", "registering", "registered"])
def test_a_model_whose_worker_is_killed_is_the_same_in_the_end(
    committing: None, made: Path, learning_dir: Path, moment: str, whole_weights: str
) -> None:
    dataset = ready(made, learning_dir)
    job = starting.start_training(dataset_id=dataset.pk, settings=QUICK, user=None)
    killed(moment, job, learning_dir)

    # Nothing half: the model is there whole, or not at all; its files likewise.
    assert models.LearnedModel.objects.count() == (1 if moment == "registered" else 0)
    assert models.LearnedWeights.objects.count() == (1 if moment == "registered" else 0)
    is_saved = moment in {"saved", "registering"}
    assert (learning_dir / "training" / str(job.pk) / MANIFEST).exists() == is_saved
    assert dataset.state == "READY"
    assert carried_out(job).status == JobStatus.SUCCEEDED

    model = models.LearnedModel.objects.get()
    assert model.weights_id == whole_weights
    assert (registry.open_weights(model) / MANIFEST).exists()
    assert Job.objects.filter(kind=starting.LEARN_EVALUATE).count() == 1


@pytest.fixture(scope="module")
def whole_weights(made: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the digest of the weights of a training that nothing disturbs, in a process of its own."""
    script = (
        "import sys; from pathlib import Path; from tests.servers import small_learning\n"
        "small_learning.use_small()\n"
        "from cascade.ml import risk_task; from cascade.ml.net_params import NetParams\n"
        "from cascade.ml.risk_model import RiskParams\n"
        "params = RiskParams(net=NetParams(n_passes=1), n_nets=1, seed=0)\n"
        "print(risk_task.train(Path(sys.argv[1]), params).save(Path(sys.argv[2])))"
    )
    place = tmp_path_factory.mktemp("whole")
    process = Process(["-c", script, str(made), str(place)], environment())
    assert process.process.wait(timeout=180) == 0, process.log.read_text()[-3000:]
    return process.log.read_text().strip().splitlines()[-1]
