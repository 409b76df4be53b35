"""What is on record of learned models in the admin: evaluations, promotions, checks for drift."""

from django.contrib import admin
from django.utils.safestring import SafeString

from cascade import models
from cascade.admin import learning_tables as tables
from flux_site.admin.display import UNKNOWN, badge, number, pretty_json
from flux_site.admin.read_only import ReadOnlyAdmin


@admin.register(models.ModelEvaluation)
class ModelEvaluationAdmin(ReadOnlyAdmin):
    """What models are worth, newest first."""

    list_display = ("model", "headline_shown", "baseline_name", "baseline_shown", "dataset", "evaluated_at")
    list_filter = ("model__task",)
    list_select_related = ("model", "dataset")
    fields = (
        "model",
        "dataset",
        "evaluation_digest",
        "headline_name",
        "headline_shown",
        "baseline_name",
        "baseline_shown",
        "is_baseline",
        "parts_shown",
        "curves_shown",
        "importance_shown",
        "notes_shown",
        "evaluated_at",
        "job",
    )

    @admin.display(description="Worth", ordering="headline_value")
    def headline_shown(self, row: models.ModelEvaluation) -> str:
        """Return the headline."""
        return tables.with_interval(row.headline_value, row.headline_low, row.headline_high)

    @admin.display(description="Baseline", ordering="baseline_value")
    def baseline_shown(self, row: models.ModelEvaluation) -> str:
        """Return that of the baseline."""
        return number(row.baseline_value, digits=4)

    @admin.display(description="Figures")
    def parts_shown(self, row: models.ModelEvaluation) -> SafeString:
        """Return the figures."""
        return tables.figures_table(row.parts)

    @admin.display(description="Calibration")
    def curves_shown(self, row: models.ModelEvaluation) -> SafeString | str:
        """Return the calibration curves."""
        return tables.calibration_curves(row.parts)

    @admin.display(description="Most important features")
    def importance_shown(self, row: models.ModelEvaluation) -> SafeString | str:
        """Return the most important features."""
        return tables.importance_table(row.importance) if row.importance else UNKNOWN

    @admin.display(description="Notes")
    def notes_shown(self, row: models.ModelEvaluation) -> SafeString | str:
        """Return the notes."""
        return pretty_json(row.notes) if row.notes else UNKNOWN


@admin.register(models.Promotion)
class PromotionAdmin(ReadOnlyAdmin):
    """Which models were in service, newest first."""

    list_display = ("at", "task", "kind", "model", "previous", "by", "reason")
    list_filter = ("task", "kind")
    list_select_related = ("model", "previous", "by")
    fields = ("at", "task", "kind", "model", "previous", "by", "reason", "comparison_shown")

    @admin.display(description="Comparison")
    def comparison_shown(self, row: models.Promotion) -> SafeString | str:
        """Return both on the same cases."""
        return UNKNOWN if row.comparison is None else tables.comparison_table(row.comparison)


@admin.register(models.DriftCheck)
class DriftCheckAdmin(ReadOnlyAdmin):
    """Whether models still fit the present, newest first."""

    list_display = ("at", "model", "verdict", "cases", "job")
    list_filter = ("model__task", "is_drifted")
    list_select_related = ("model", "job")
    fields = ("at", "model", "verdict", "cases", "reasons_shown", "scores_shown", "features_shown", "job")

    @admin.display(description="Still fits", ordering="is_drifted")
    def verdict(self, row: models.DriftCheck) -> SafeString | str:
        """Return the verdict."""
        if row.is_drifted is None:
            return UNKNOWN
        return badge("stale", "No: train anew") if row.is_drifted else badge("ok", "Yes")

    @admin.display(description="Cases of now")
    def cases(self, row: models.DriftCheck) -> str:
        """Return how many cases were looked at."""
        return number(row.result["n_cases"])

    @admin.display(description="Reasons")
    def reasons_shown(self, row: models.DriftCheck) -> SafeString | str:
        """Return the reasons."""
        return tables.lines(row.result["reasons"])

    @admin.display(description="Scores")
    def scores_shown(self, row: models.DriftCheck) -> SafeString | str:
        """Return the scores."""
        return tables.scores_table(row.result["scores"])

    @admin.display(description="Features, the most moved first")
    def features_shown(self, row: models.DriftCheck) -> SafeString | str:
        """Return the stability index of each feature."""
        return tables.stability_table(row.result["features"])
