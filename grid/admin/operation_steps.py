"""Buttons on the page of an outage, a work order or a crew: each opens a form and calls one service.

Nobody writes a status by hand. What the service refuses is shown at the field at fault.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from flux_site.admin.display import change_url
from flux_site.api.errors import FluxError
from grid.admin.asset_pages import AssetAdmin
from grid.operations import find_transition
from grid.operations.tables import TRANSITIONS

VERSION = "expected_version"


class StepForm(forms.Form):
    """What every step may carry: the version that was looked at, and a note."""

    expected_version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2, "cols": 60}))


@dataclass(frozen=True, kw_only=True)
class Step:
    """One button.

    Attributes:
        action: by which the table of steps knows it; None for one that makes a new row.
        name: in addresses.
        label: on the button.
        service: called with the form's fields, the key under ``key`` and the actor.
        permission: who sees it.
        form: what it asks for.
        key: the service's argument for the row's key.
    """

    action: str | None
    name: str
    label: str
    service: Callable[..., Any]
    permission: str
    form: type[forms.Form] = StepForm
    key: str = ""


class StepsAdmin(AssetAdmin):
    """Read-only pages with buttons for what may be done to the row as it stands."""

    steps: tuple[Step, ...] = ()
    change_form_template = "admin/grid/operations/change_form.html"
    change_list_template = "admin/grid/operations/change_list.html"

    def get_urls(self) -> list[Any]:
        """Add the pages of the steps."""
        names = self._names()
        return [
            path("new/<slug:step>/", self.admin_site.admin_view(self.new_view), name=f"{names}_new"),
            path(
                "<path:key>/do/<slug:step>/", self.admin_site.admin_view(self.step_view), name=f"{names}_do"
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the row with its buttons."""
        row = self.get_object(request, object_id)
        buttons = (
            []
            if row is None
            else [
                (step.label, reverse(f"admin:{self._names()}_do", args=[row.pk, step.name]))
                for step in self.steps
                if step.action is not None and self._may(request, step) and self._is_possible(step, row)
            ]
        )
        context = {"step_buttons": buttons, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list with the buttons that make a new row."""
        buttons = [
            (step.label, reverse(f"admin:{self._names()}_new", args=[step.name]))
            for step in self.steps
            if step.action is None and self._may(request, step)
        ]
        return super().changelist_view(request, {"step_buttons": buttons, **(extra_context or {})})

    def step_view(self, request: HttpRequest, key: str, step: str) -> HttpResponse:
        """Ask for what a step needs, and do it."""
        chosen = self._step(step, is_new=False)
        if not self._may(request, chosen):
            raise PermissionDenied
        row = self.get_object(request, key)
        if row is None:
            raise Http404(f"There is no {self.opts.verbose_name} {key}.")
        here = getattr(row, "location", None)
        initial = {name: getattr(row, name, None) for name in chosen.form.base_fields}
        initial |= {VERSION: row.version, "note": None}
        if here is not None and "lon" in initial:
            initial |= {"lon": here.x, "lat": here.y}
        return self._asked(request, chosen, f"{chosen.label}: {row.pk}", row=row, initial=initial)

    def new_view(self, request: HttpRequest, step: str) -> HttpResponse:
        """Ask for what a new row needs, and make it."""
        chosen = self._step(step, is_new=True)
        if not self._may(request, chosen):
            raise PermissionDenied
        return self._asked(request, chosen, chosen.label, row=None, initial=None)

    def _asked(
        self, request: HttpRequest, step: Step, title: str, *, row: Any | None, initial: dict[str, Any] | None
    ) -> HttpResponse:
        form = step.form(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            done = self._done(request, step, form, row)
            if done is not None:
                (self.log_change if row is not None else self.log_addition)(request, done, step.label)
                text = f"{step.label}: done. {done.pk} is {done.status}."
                self.message_user(request, text, messages.SUCCESS)
                return HttpResponseRedirect(change_url(type(done), done.pk) or "..")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media + form.media,
            "title": title,
            "form": form,
            "step": step,
            "row": row,
            "list_url": reverse(f"admin:{self._names()}_changelist"),
            "back_url": change_url(type(row), row.pk) if row is not None else None,
        }
        return TemplateResponse(request, "admin/grid/operations/step.html", context)

    def _done(self, request: HttpRequest, step: Step, form: forms.Form, row: Any | None) -> Any | None:
        fields = dict(form.cleaned_data)
        if row is not None:
            fields[step.key] = row.pk
        try:
            return step.service(**fields, actor=request.user)
        except FluxError as error:
            name = re.sub(r"(?<!^)(?=[A-Z])", "_", error.field or "").lower()
            shown = name if name in form.fields and not form.fields[name].widget.is_hidden else None
            form.add_error(shown, error.message)
            return None

    def _step(self, name: str, *, is_new: bool) -> Step:
        for step in self.steps:
            if step.name == name and (step.action is None) is is_new:
                return step
        raise Http404(f"There is no step {name}.")

    def _may(self, request: HttpRequest, step: Step) -> bool:
        return bool(request.user.has_perm(step.permission))

    def _is_possible(self, step: Step, row: Any) -> bool:
        table = TRANSITIONS[type(row).__name__]
        return find_transition(table, action=str(step.action), status=row.status) is not None

    def _names(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"
