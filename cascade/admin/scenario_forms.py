"""The forms of a scenario: outages and multipliers for a new one, or all that it says as a document."""

from __future__ import annotations

from typing import Any

from django import forms

from cascade.engine.errors import CascadeInputError
from cascade.engine.scenarios.documents import write_spec
from cascade.engine.scenarios.text import line_of, read_text, write_text
from cascade.models import Scenario
from cascade.services import scenarios as services
from flux_site.api.errors import FluxError

FORM_FIELDS = {
    "name": "name",
    "description": "description",
    "outages": "outages",
    "loadMultiplier": "load_multiplier",
    "ratingMultiplier": "rating_multiplier",
    "interconnect": "interconnect",
    "basedOn": None,
}
SPEC_HELP = (
    "All that the scenario says, as JSON: load, temperature, wind, fragility, units, ratings, costs, "
    "outages, options, sources. What is left out has its default. A fault is named by its place and line."
)


class OutagesField(forms.CharField):
    """Asset ids, one a line or separated by commas or blanks."""

    widget = forms.Textarea(attrs={"rows": 5, "cols": 60, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        """Return the ids one a line."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Return the ids in the order given, each once."""
        return list(dict.fromkeys(str(super().clean(value)).replace(",", " ").split()))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the ids, not how they are laid out."""
        return list(initial or []) != list(dict.fromkeys(str(data or "").replace(",", " ").split()))


class DocumentField(forms.CharField):
    """A document as JSON text, as it was typed; :meth:`document` reads it."""

    widget = forms.Textarea(attrs={"rows": 30, "cols": 100, "spellcheck": "false"})

    def to_python(self, value: Any) -> Any:
        """Return the text with the ends of lines of the machine, None if it is empty."""
        text = (super().to_python(value) or "").replace("\r\n", "\n")
        return text or None


class NewScenarioForm(forms.ModelForm):
    """A new scenario, by outages and multipliers or by a document; the service checks it."""

    outages = OutagesField(
        required=False,
        help_text="Ids of the substations, buses and branches that fail first, such as SUB-1, BUS-1 or BR-1; "
        "one a line. The lists under Transmission show them.",
    )
    spec = DocumentField(
        required=False, label="document", help_text=f"Instead of outages and multipliers. {SPEC_HELP}"
    )
    interconnect = forms.CharField(
        required=False,
        max_length=16,
        help_text="Needed where the document names no outage and there are several networks.",
    )

    class Meta:
        model = Scenario
        fields = ("name", "description", "outages", "load_multiplier", "rating_multiplier")

    def clean(self) -> dict[str, Any]:
        """Let the service check the fields together, once each is well-formed."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        text = cleaned["spec"]
        given = {"name": cleaned["name"], "description": cleaned["description"]}
        if text is None:
            given |= {name: cleaned[name] for name in ("outages", "load_multiplier", "rating_multiplier")}
            try:
                cleaned["interconnect"] = services.check_scenario(**given)
            except FluxError as error:
                self.add_error(FORM_FIELDS.get(error.field or ""), error.message)
            return cleaned
        plain = (cleaned["outages"], cleaned["load_multiplier"], cleaned["rating_multiplier"])
        if plain != ([], 1.0, 1.0):
            self.add_error("spec", "Give a document, or outages and multipliers; not both.")
            return cleaned
        cleaned["spec"] = _checked(self, text, cleaned["interconnect"] or None)
        return cleaned


class ScenarioForm(forms.ModelForm):
    """A scenario that is there: its name, and all that it says as a document."""

    spec = DocumentField(label="document", help_text=SPEC_HELP)
    note = forms.CharField(required=False, max_length=services.MAX_NOTE, help_text="Why it is changed.")
    based_on = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Scenario
        fields = ("name", "description")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with what the newest version says."""
        super().__init__(*args, **kwargs)
        scenario = self.instance
        if scenario.pk is not None:
            self.initial["spec"] = write_text(write_spec(services.newest_spec(scenario)))
            self.initial["based_on"] = scenario.newest_number

    def clean(self) -> dict[str, Any]:
        """Let the service check the document, once the fields are well-formed."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        # Read anew: the row of the form was read before somebody else may have changed it.
        newest = Scenario.objects.filter(pk=self.instance.pk).values_list("newest_number", flat=True).first()
        if newest != cleaned["based_on"]:
            self.add_error(
                None,
                f"Somebody made version {newest} since you opened version {cleaned['based_on']}. "
                "Keep your text, look at the newest version and change it again.",
            )
            return cleaned
        cleaned["spec"] = _checked(self, cleaned["spec"], self.instance.interconnect)
        return cleaned


def _checked(form: forms.ModelForm, text: str, interconnect: str | None) -> Any:
    """Return the document that a text holds; a fault goes to its field, with the line it is on."""
    try:
        document = read_text(text)
    except CascadeInputError as error:
        form.add_error("spec", str(error))
        return None
    try:
        services.check_document(
            name=form.cleaned_data["name"],
            description=form.cleaned_data["description"],
            spec=document,
            interconnect=interconnect,
        )
    except FluxError as error:
        field = error.field or ""
        if field in form.fields and field != "outages":
            form.add_error(field, error.message)
        else:
            place = field.removeprefix("spec").removeprefix(".")
            form.add_error("spec", f"Line {line_of(text, place)}: {error.message}")
        return None
    return document
