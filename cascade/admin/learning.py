"""Learned models in the admin: data sets, models, what they are worth, promotion and rollback, drift."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cascade import models
from cascade.admin import learning_tables as tables
from cascade.ml.tasks import LearningTask
from cascade.services.learning import registry, starting
from cascade.services.learning.plugs import PLUGS, Option
from flux_site.admin.display import UNKNOWN, ago, badge, duration, pretty_json, row_link
from flux_site.admin.read_only import ReadOnlyAdmin
from flux_site.api.errors import FluxError
from flux_site.jobs.models import Job

TRAIN = "cascade.add_learnedmodel"
PROMOTE = "cascade.promote_learnedmodel"


class LearningAdmin(ReadOnlyAdmin):
    """Pages with buttons that call a service and say what came of it."""

    def answered(
        self, request: HttpRequest, permission: str, work: Callable[[], Any], where: str, *args: Any
    ) -> HttpResponse:
        """Do the work of a button for those who may, and show a page again with what came of it."""
        if request.method == "POST" and request.user.has_perm(permission):
            try:
                told = work()
            except FluxError as error:
                self.message_user(request, error.message, messages.ERROR)
            else:
                text = _queued(told) if isinstance(told, Job) else str(told)
                self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse(f"admin:cascade_{where}", args=args))


@admin.register(models.LearningDataset)
class LearningDatasetAdmin(LearningAdmin):
    """Data sets, newest first; a new one is made from the list, a model trained from its page."""

    change_list_template = "admin/cascade/learningdataset/change_list.html"
    change_form_template = "admin/cascade/learningdataset/change_form.html"
    list_display = ("__str__", "state_shown", "is_evaluation_set", "created", "ready", "created_by", "job")
    list_filter = ("task", "state", "is_evaluation_set")
    list_select_related = ("job", "created_by")
    fields = (
        "task",
        "version",
        "state_shown",
        "is_evaluation_set",
        "plan_shown",
        "counts_shown",
        "error",
        "feature_version",
        "code_version",
        "digest",
        "evaluation_digest",
        "folder",
        "created_at",
        "ready_at",
        "created_by",
        "job",
    )

    def get_urls(self) -> list[Any]:
        """Add the buttons' addresses."""
        view = self.admin_site.admin_view
        return [
            path("make/", view(self.make_view), name="cascade_learningdataset_make"),
            path("<int:pk>/train/", view(self.train_view), name="cascade_learningdataset_train"),
            path("<int:pk>/judge-by/", view(self.judge_by_view), name="cascade_learningdataset_judge_by"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what may be made to those who may."""
        forms = [
            {"task": task.value, "about": choices.about, "options": _inputs(choices.plan)}
            for task, choices in PLUGS.items()
        ]
        own = {"may_make": request.user.has_perm(TRAIN), "forms": forms}
        return super().changelist_view(request, {**(extra_context or {}), **own})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the buttons that the state of the data set allows."""
        row = models.LearningDataset.objects.filter(pk=object_id).first() if object_id.isdigit() else None
        is_ready = row is not None and row.state == models.DatasetState.READY
        own = {
            "may_train": is_ready and request.user.has_perm(TRAIN),
            "may_judge_by": is_ready and not row.is_evaluation_set and request.user.has_perm(PROMOTE),  # type: ignore[union-attr]
            "options": [] if row is None else _inputs(PLUGS[LearningTask(row.task)].settings),
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **own})

    def make_view(self, request: HttpRequest) -> HttpResponse:
        """Queue the making of a data set."""

        def make() -> Any:
            task = starting.known_task(request.POST.get("task", ""))
            plan = _typed(PLUGS[task].plan, request.POST)
            return starting.start_dataset(task=task, plan=plan, user=request.user).job

        return self.answered(request, TRAIN, make, "learningdataset_changelist")

    def train_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Queue the training of a model."""

        def train() -> Job:
            row = models.LearningDataset.objects.filter(pk=pk).first()
            options = {} if row is None else PLUGS[LearningTask(row.task)].settings
            return starting.start_training(
                dataset_id=pk,
                settings=_typed(options, request.POST),
                seed=_typed({"seed": Option(about="", default=0)}, request.POST).get("seed", 0),
                user=request.user,
            )

        return self.answered(request, TRAIN, train, "learningdataset_change", pk)

    def judge_by_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let models be compared on this data set."""

        def choose() -> str:
            return f"Models are compared on {starting.use_for_evaluation(dataset_id=pk)} from now on."

        return self.answered(request, PROMOTE, choose, "learningdataset_change", pk)

    @admin.display(description="State", ordering="state")
    def state_shown(self, row: models.LearningDataset) -> SafeString | str:
        """Return the state."""
        return badge(row.state, row.get_state_display())

    @admin.display(description="Created", ordering="created_at")
    def created(self, row: models.LearningDataset) -> SafeString | str:
        """Return when."""
        return ago(row.created_at)

    @admin.display(description="Ready", ordering="ready_at")
    def ready(self, row: models.LearningDataset) -> SafeString | str:
        """Return since when."""
        return ago(row.ready_at) if row.ready_at else UNKNOWN

    @admin.display(description="Plan")
    def plan_shown(self, row: models.LearningDataset) -> SafeString:
        """Return the plan."""
        return pretty_json(row.plan)

    @admin.display(description="Holds")
    def counts_shown(self, row: models.LearningDataset) -> SafeString | str:
        """Return what it holds."""
        return pretty_json(row.counts) if row.counts else UNKNOWN


@admin.register(models.LearnedModel)
class LearnedModelAdmin(LearningAdmin):
    """Models by task; one is evaluated and promoted from its page, and taken back from there."""

    change_form_template = "admin/cascade/learnedmodel/change_form.html"
    list_display = (
        "__str__",
        "state_shown",
        "algorithm",
        "headline_shown",
        "baseline_shown",
        "origin",
        "dataset",
        "trained",
        "device",
        "took",
    )
    list_filter = ("task", "state", "origin", "algorithm")
    list_select_related = ("dataset",)
    fields = (
        "task",
        "version",
        "state_shown",
        "origin",
        "algorithm",
        "dataset",
        "settings_shown",
        "seed",
        "device",
        "took",
        "trained_at",
        "registered_at",
        "headline_shown",
        "baseline_shown",
        "standing_shown",
        "parts_shown",
        "curves_shown",
        "importance_shown",
        "promotions_shown",
        "feature_version",
        "code_version",
        "weights_id",
        "manifest_shown",
        "job",
    )

    def get_urls(self) -> list[Any]:
        """Add the buttons' addresses."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/evaluate/", view(self.evaluate_view), name="cascade_learnedmodel_evaluate"),
            path("<int:pk>/promote/", view(self.promote_view), name="cascade_learnedmodel_promote"),
            path("<int:pk>/roll-back/", view(self.roll_back_view), name="cascade_learnedmodel_roll_back"),
            path("<int:pk>/drift/", view(self.drift_view), name="cascade_learnedmodel_drift"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the models with their evaluations."""
        return super().get_queryset(request).prefetch_related("evaluations")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the buttons that the state of the model allows."""
        row = models.LearnedModel.objects.filter(pk=object_id).first() if object_id.isdigit() else None
        is_promoted = row is not None and row.state == models.ModelState.PROMOTED
        own = {
            "may_evaluate": row is not None and request.user.has_perm(TRAIN),
            "may_promote": row is not None and not is_promoted and request.user.has_perm(PROMOTE),
            "may_roll_back": is_promoted and request.user.has_perm(PROMOTE),
            "may_check": is_promoted and request.user.has_perm(TRAIN),
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **own})

    def evaluate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Queue an evaluation."""
        return self.answered(
            request,
            TRAIN,
            lambda: starting.start_evaluation(model_id=pk, user=request.user),
            "learnedmodel_change",
            pk,
        )

    def promote_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put the model into service, if it is good enough."""

        def promote() -> str:
            reason = request.POST.get("reason", "").strip()
            return f"{registry.promote(model_id=pk, user=request.user, reason=reason).model} is in service."

        return self.answered(request, PROMOTE, promote, "learnedmodel_change", pk)

    def roll_back_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put the model before this one back into service."""

        def roll_back() -> str:
            task = models.LearnedModel.objects.values_list("task", flat=True).filter(pk=pk).first() or ""
            found = registry.roll_back(
                task=starting.known_task(task), user=request.user, reason=request.POST.get("reason", "")
            )
            return f"{found.model} is in service again."

        return self.answered(request, PROMOTE, roll_back, "learnedmodel_change", pk)

    def drift_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Queue a drift check."""

        def check() -> Job:
            task = models.LearnedModel.objects.values_list("task", flat=True).filter(pk=pk).first() or ""
            return starting.start_drift_check(task=task, user=request.user)

        return self.answered(request, TRAIN, check, "learnedmodel_change", pk)

    @admin.display(description="State", ordering="state")
    def state_shown(self, row: models.LearnedModel) -> SafeString | str:
        """Return the state."""
        return badge(row.state, row.get_state_display())

    @admin.display(description="Trained", ordering="trained_at")
    def trained(self, row: models.LearnedModel) -> SafeString | str:
        """Return when."""
        return ago(row.trained_at) if row.trained_at else UNKNOWN

    @admin.display(description="Processor time", ordering="cpu_s")
    def took(self, row: models.LearnedModel) -> str:
        """Return how long the training took."""
        return duration(row.cpu_s)

    @admin.display(description="Worth")
    def headline_shown(self, row: models.LearnedModel) -> str:
        """Return the headline of its newest evaluation."""
        found = _newest(row)
        return (
            UNKNOWN
            if found is None
            else tables.with_interval(found.headline_value, found.headline_low, found.headline_high)
        )

    @admin.display(description="Best simple baseline")
    def baseline_shown(self, row: models.LearnedModel) -> str:
        """Return the same figure of the baseline."""
        found = _newest(row)
        if found is None:
            return UNKNOWN
        return "is it" if found.is_baseline else f"{found.baseline_value:.4f} ({found.baseline_name})"

    @admin.display(description="Against what is in service")
    def standing_shown(self, row: models.LearnedModel) -> SafeString | str:
        """Return whether it could be promoted, with the numbers."""
        if row.state == models.ModelState.PROMOTED:
            return UNKNOWN
        try:
            return tables.comparison_table(registry.judge(row, incumbent=registry.comparable_incumbent(row)))
        except FluxError as error:
            return error.message

    @admin.display(description="Figures")
    def parts_shown(self, row: models.LearnedModel) -> SafeString | str:
        """Return the figures of its newest evaluation."""
        found = _newest(row)
        return UNKNOWN if found is None else tables.figures_table(found.parts)

    @admin.display(description="Calibration")
    def curves_shown(self, row: models.LearnedModel) -> SafeString | str:
        """Return the calibration curves."""
        found = _newest(row)
        return UNKNOWN if found is None else tables.calibration_curves(found.parts)

    @admin.display(description="Most important features")
    def importance_shown(self, row: models.LearnedModel) -> SafeString | str:
        """Return the most important features."""
        found = _newest(row)
        return UNKNOWN if found is None or not found.importance else tables.importance_table(found.importance)

    @admin.display(description="In service")
    def promotions_shown(self, row: models.LearnedModel) -> SafeString | str:
        """Return when it came into service."""
        return tables.promotions_table(row.promotions.select_related("by", "previous"))

    @admin.display(description="Settings")
    def settings_shown(self, row: models.LearnedModel) -> SafeString | str:
        """Return how it was trained."""
        return pretty_json(row.settings) if row.settings else UNKNOWN

    @admin.display(description="Manifest")
    def manifest_shown(self, row: models.LearnedModel) -> SafeString:
        """Return the manifest, its long parts shortened."""
        return pretty_json({name: tables.shortened(value) for name, value in row.manifest.items()})


def _newest(row: models.LearnedModel) -> models.ModelEvaluation | None:
    """Return the newest evaluation, from what was fetched with the model."""
    found = list(row.evaluations.all())
    return found[0] if found else None


def _queued(job: Job) -> SafeString:
    return format_html("It is queued: {}.", row_link(job))


def _inputs(options: Mapping[str, Option]) -> list[dict[str, Any]]:
    """Return what a form shows of options."""
    return [
        {
            "name": name,
            "label": name.replace("_", " ").capitalize(),
            "about": option.about,
            "allowed": option.allowed,
            "default": option.default,
            "lowest": option.lowest,
            "highest": option.highest,
            "step": 1 if isinstance(option.default, int) else "any",
        }
        for name, option in options.items()
    ]


def _typed(options: Mapping[str, Option], posted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that a form gave; what is no number where one is wanted is left as it is."""
    found: dict[str, Any] = {}
    for name, option in options.items():
        text = str(posted.get(name, "")).strip()
        if not text:
            continue
        kind: Callable[[str], Any] = str if option.allowed else type(option.default)
        try:
            found[name] = kind(text)
        except ValueError:
            found[name] = text
    return found
