"""Documents in the admin: bring a file, see how it was read, read it again, remove it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.safestring import SafeString

from agent.documents.kinds import SUFFIXES, DocumentKind
from agent.models import Document, Passage
from agent.selectors.document_list import error_of, state_of
from agent.services import ingestion
from flux_site.admin.display import ago, badge, change_url, link, list_url, number, row_link
from flux_site.admin.read_only import ReadOnlyAdmin
from flux_site.api.errors import FluxError

SHOWN_CHARACTERS = 160


class NewDocumentForm(forms.Form):
    """Which file comes, and what it is."""

    file = forms.FileField(help_text=f"One of {', '.join(SUFFIXES)}.")
    kind = forms.ChoiceField(choices=[(kind.value, kind.value.capitalize()) for kind in DocumentKind])
    title = forms.CharField(
        required=False, max_length=200, help_text="Where it is empty, the file's own title or name."
    )
    standard = forms.CharField(required=False, max_length=200, help_text="The standard or rule it is about.")
    edition = forms.CharField(required=False, max_length=200)
    source_url = forms.URLField(
        required=False,
        max_length=500,
        label="Source",
        assume_scheme="https",
        help_text="Where the original stands.",
    )


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """Documents."""

    change_list_template = "admin/agent/document/change_list.html"
    change_form_template = "admin/agent/document/change_form.html"
    list_display = ("title", "kind", "format", "standard", "state_shown", "passages_shown", "read", "origin")
    list_select_related = ("job",)
    list_filter = ("kind", "state", "format", "is_built_in")
    list_per_page = 50
    search_fields = ("title", "standard", "file_name", "key")
    search_help_text = "Title, standard, file name or key"
    fields = (
        "title",
        "key",
        "kind",
        "standard",
        "edition",
        "source_url",
        "state_shown",
        "error_shown",
        "passages_shown",
        "page_shown",
        "read",
        "embedding_model",
        "file_name",
        "format",
        "size_shown",
        "digest",
        "origin",
        "added_by",
        "added_at",
        "job_shown",
    )
    readonly_fields = fields

    def has_start_permission(self, request: HttpRequest) -> bool:
        """Holders of ``agent.add_document`` bring documents and have them read."""
        return bool(request.user.has_perm("agent.add_document"))

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """Holders of ``agent.delete_document`` remove one that people added."""
        is_ours = obj is None or obj.is_built_in
        return not is_ours and bool(request.user.has_perm("agent.delete_document"))

    @admin.display(description="state", ordering="state")
    def state_shown(self, document: Document) -> SafeString | str:
        """Return the state as a badge."""
        return badge(state_of(document))

    @admin.display(description="error")
    def error_shown(self, document: Document) -> str:
        """Return why it could not be read."""
        return error_of(document)

    @admin.display(description="passages", ordering="passage_count")
    def passages_shown(self, document: Document) -> SafeString | str:
        """Return the number of passages, as a link to them."""
        if document.passage_count is None:
            return number(None)
        address = list_url(Passage, document__id__exact=document.pk)
        return link(address, number(document.passage_count))

    @admin.display(description="page")
    def page_shown(self, document: Document) -> SafeString | str:
        """Return a link to the page that citations lead to."""
        return link(document.get_absolute_url(), "Open") if document.read_at else "not read yet"

    @admin.display(description="read", ordering="read_at")
    def read(self, document: Document) -> SafeString | str:
        """Return how long ago its passages were made."""
        return ago(document.read_at)

    @admin.display(description="origin", ordering="is_built_in")
    def origin(self, document: Document) -> str:
        """Return where it comes from."""
        return "the product" if document.is_built_in else "added"

    @admin.display(description="size")
    def size_shown(self, document: Document) -> str:
        """Return the size of the file."""
        return number(document.size_bytes / 1024, "KiB")

    @admin.display(description="job")
    def job_shown(self, document: Document) -> SafeString | str:
        """Return a link to the job that read it."""
        return row_link(document.job)

    def get_urls(self) -> list[Any]:
        """Add the page of a new document and the button that reads one again."""
        site = self.admin_site
        return [
            path("new/", site.admin_view(self.new_view), name="agent_document_new"),
            path("<int:document_id>/read/", site.admin_view(self.read_view), name="agent_document_read"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the documents, with a button for a new one."""
        new_url = reverse("admin:agent_document_new") if self.has_start_permission(request) else None
        return super().changelist_view(request, {**(extra_context or {}), "new_url": new_url})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one document with its button."""
        context = dict(extra_context or {})
        if object_id.isdigit() and self.has_start_permission(request):
            context["read_url"] = reverse("admin:agent_document_read", args=[object_id])
        return super().change_view(request, object_id, form_url, context)

    def new_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file and go to the document."""
        if not self.has_start_permission(request):
            raise PermissionDenied
        form = NewDocumentForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            given = dict(form.cleaned_data)
            file = given.pop("file")
            try:
                document = ingestion.add_document(
                    name=file.name, content=file.read(), user=request.user, **given
                )
            except FluxError as error:
                form.add_error(error.field if error.field in form.fields else "file", error.message)
            else:
                self.log_addition(request, document, "Added.")
                self.message_user(request, f"{document.title} is being read.", messages.SUCCESS)
                return HttpResponseRedirect(change_url(Document, document.pk) or "")
        context = {
            **self.admin_site.each_context(request),
            "title": "Add a document",
            "opts": self.model._meta,
            "form": form,
        }
        return TemplateResponse(request, "admin/agent/document/new.html", context)

    def read_view(self, request: HttpRequest, document_id: int) -> HttpResponseRedirect:
        """Have one document read again."""
        if request.method == "POST" and self.has_start_permission(request):
            try:
                document = ingestion.read_again(document_id=document_id, user=request.user)
            except FluxError as error:
                self.message_user(request, error.message, messages.ERROR)
            else:
                self.log_change(request, document, "Read again.")
                self.message_user(request, f"{document.title} is being read again.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:agent_document_change", args=[document_id]))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Let the file and the passages go with their document, though nobody deletes one by hand."""
        shown, counts, _, protected = super().get_deleted_objects(objs, request)
        return shown, counts, set(), protected

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        """Delete a document by its service."""
        ingestion.delete_document(document_id=obj.pk)


@admin.register(Passage)
class PassageAdmin(ReadOnlyAdmin):
    """Passages: what is found and cited."""

    list_display = ("place", "section", "page", "text_shown", "has_vector")
    list_filter = ("document__kind",)
    list_select_related = ("document",)
    list_per_page = 50
    search_fields = ("text", "section", "document__title")
    search_help_text = "A piece of the text, the section, or the document's title"
    fields = ("document", "ordinal", "section", "anchor", "page", "text", "digest", "has_vector")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Passage]:
        """Leave the vectors where they are."""
        return super().get_queryset(request).defer("vector")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let the list be limited to one document."""
        return lookup == "document__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="passage", ordering="document")
    def place(self, passage: Passage) -> str:
        """Return the document's title and the passage's number in it."""
        return f"{passage.document.title}, {passage.ordinal + 1}"

    @admin.display(description="text")
    def text_shown(self, passage: Passage) -> str:
        """Return the beginning of the text."""
        text = passage.text
        return f"{text[:SHOWN_CHARACTERS]}…" if len(text) > SHOWN_CHARACTERS else text

    @admin.display(description="made by")
    def has_vector(self, passage: Passage) -> str:
        """Return the model of the passage's vector."""
        return passage.document.embedding_model or "no vector"
