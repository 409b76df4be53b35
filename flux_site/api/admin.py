"""API tokens, roles and the admin's own log in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from flux_site.admin.display import UNKNOWN, ago, badge, change_url, link
from flux_site.admin.paging import EstimatingPaginator
from flux_site.admin.read_only import ReadOnlyAdmin
from flux_site.api import tokens
from flux_site.api.errors import FluxError
from flux_site.api.models import ApiToken, AuditKind, AuditRecord, SavedView
from flux_site.api.roles import ROLES

SUBJECTS_SHOWN = 3


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Tokens: who uses them and when they end. The secret is never kept, so it is never shown."""

    list_display = ("name", "user", "hint_shown", "state", "created_at", "expires_at", "last_used")
    list_filter = ("expires_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("name", "user__username", "hint")
    search_help_text = "Name, user or first characters of the secret"
    actions = ("revoke_selected",)
    fields = ("name", "user", "hint_shown", "state", "created_at", "expires_at", "revoked_at", "last_used_at")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Holders of ``api.change_apitoken`` revoke anybody's tokens."""
        return bool(request.user.has_perm("api.change_apitoken"))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Refuse filters on the digest in the address, which would answer guesses about it."""
        if lookup.split("__", maxsplit=1)[0] == "digest":
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_urls(self) -> list[Any]:
        """Add the button that revokes one token."""
        revoke = self.admin_site.admin_view(self.revoke_view)
        return [path("<int:token_id>/revoke/", revoke, name="api_apitoken_revoke"), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show one token, with the button that revokes it."""
        token = self.get_object(request, object_id)
        context = {**(extra_context or {}), "title": "API token"}
        if token is not None and token.revoked_at is None and self.has_revoke_permission(request):
            context["revoke_url"] = reverse("admin:api_apitoken_revoke", args=[token.pk])
        return super().change_view(request, object_id, form_url, context)

    def revoke_view(self, request: HttpRequest, token_id: int) -> HttpResponseRedirect:
        """Revoke one token and return to its page."""
        token = self.get_queryset(request).filter(pk=token_id).first()
        if request.method == "POST" and token is not None:
            self._revoke(request, token)
        return HttpResponseRedirect(reverse("admin:api_apitoken_change", args=[token_id]))

    @admin.action(description="Revoke selected tokens", permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """Revoke each selected token."""
        for token in queryset.select_related("user"):
            self._revoke(request, token)

    def _revoke(self, request: HttpRequest, token: ApiToken) -> None:
        if not self.has_revoke_permission(request):
            self.message_user(request, "You may not revoke tokens.", messages.ERROR)
            return
        if token.revoked_at is not None:
            self.message_user(request, f"{token} had been revoked before.", messages.WARNING)
            return
        try:
            tokens.revoke(user=token.user, token_id=token.pk)
        except FluxError as error:
            self.message_user(request, error.message, messages.ERROR)
            return
        self.log_change(request, token, "Revoked.")
        self.message_user(request, f"{token} is revoked; requests with it are refused from now on.")

    @admin.display(description="secret", ordering="hint")
    def hint_shown(self, token: ApiToken) -> str:
        """Return the first characters of the secret."""
        return f"{token.hint}…"

    @admin.display(description="state")
    def state(self, token: ApiToken) -> SafeString | str:
        """Return whether the token can still be used."""
        if token.revoked_at is not None:
            return badge("REVOKED")
        return badge("ACTIVE") if token.expires_at > timezone.now() else badge("EXPIRED")

    @admin.display(description="last used", ordering="last_used_at")
    def last_used(self, token: ApiToken) -> SafeString | str:
        """Return how long ago the token was used."""
        return ago(token.last_used_at)


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    """Views that users saved; one that is shared by mistake can be deleted here."""

    list_display = ("name", "user", "address", "is_shared", "is_default", "updated_at")
    list_filter = ("is_shared", "updated_at")
    list_select_related = ("user",)
    search_fields = ("name", "user__username", "address")
    search_help_text = "Name, user or a part of the address"
    fields = ("name", "user", "address", "is_shared", "is_default", "created_at", "updated_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SavedView]:
        """Return everybody's views: who may see this page looks after all of them."""
        return SavedView.objects.all()

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """Holders of ``api.delete_savedview`` delete anybody's views."""
        return bool(request.user.has_perm("api.delete_savedview"))


@admin.register(AuditRecord)
class AuditRecordAdmin(ReadOnlyAdmin):
    """The audit log: who changed what, and who saw whose personal data."""

    list_display = ("at", "who", "kind", "action", "subjects", "result", "client_address")
    list_filter = ("kind", "source", "outcome__result", "at")
    list_select_related = ("outcome",)
    list_per_page = 50
    paginator = EstimatingPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("username", "action", "token_name")
    search_help_text = "User, token, mutation or page, or the whole id of what was changed or shown"
    fields = (
        "at",
        "who",
        "token_name",
        "client_address",
        "kind",
        "source",
        "action",
        "target_list",
        "personal_shown",
        "result",
        "error",
        "changed",
    )

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Hide the log from those who may not see it."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """Close the log to users limited to zones: its records belong to none."""
        user: Any = request.user
        return super().has_view_permission(request, obj) and not user.zone_grants.exists()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find a whole id among the targets, and else search as Django does."""
        term = search_term.strip()
        named = queryset.filter(targets__contains=[term])
        if term and named.exists():
            return named, False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="user", ordering="username")
    def who(self, record: AuditRecord) -> str:
        """Return the user and the token."""
        if record.username is None:
            return "nobody logged in"
        return f"{record.username} ({record.token_name})" if record.token_name else record.username

    @admin.display(description="about")
    def subjects(self, record: AuditRecord) -> str:
        """Return the first ids, and how many more there are."""
        first, more = record.targets[:SUBJECTS_SHOWN], len(record.targets) - SUBJECTS_SHOWN
        return (", ".join(first) + (f" and {more} more" if more > 0 else "")) or UNKNOWN

    @admin.display(description="about")
    def target_list(self, record: AuditRecord) -> SafeString | str:
        """Return all ids."""
        return format_html_join(", ", "<code>{}</code>", ((each,) for each in record.targets)) or UNKNOWN

    @admin.display(description="personal data shown")
    def personal_shown(self, record: AuditRecord) -> str:
        """Return which personal data was shown."""
        return ", ".join(record.personal_fields) or UNKNOWN

    @admin.display(description="result", ordering="outcome__result")
    def result(self, record: AuditRecord) -> SafeString | str:
        """Return how a change ended."""
        outcome = getattr(record, "outcome", None)
        if outcome is not None:
            return badge(outcome.result)
        return UNKNOWN if record.kind == AuditKind.PERSONAL_READ else badge("UNFINISHED")

    @admin.display(description="error")
    def error(self, record: AuditRecord) -> str:
        """Return why it was refused or failed."""
        outcome = getattr(record, "outcome", None)
        if outcome is None or outcome.error_code is None:
            return UNKNOWN
        return f"{outcome.error_code} ({outcome.error_field})" if outcome.error_field else outcome.error_code

    @admin.display(description="made or changed")
    def changed(self, record: AuditRecord) -> str:
        """Return the ids that the change answered."""
        outcome = getattr(record, "outcome", None)
        return ", ".join(outcome.targets if outcome else []) or UNKNOWN


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """Groups; the built-in roles are renewed at every migration, so they are shown and not edited."""

    list_display = ("name", "kind", "permission_count")
    filter_horizontal = ("permissions",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        """Fetch the permissions of all groups at once."""
        return super().get_queryset(request).prefetch_related("permissions__content_type")

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Built-in roles cannot be changed."""
        return super().has_change_permission(request, obj) and (obj is None or obj.name not in ROLES)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Built-in roles cannot be deleted."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.name not in ROLES)

    def get_fields(self, request: HttpRequest, obj: Group | None = None) -> list[str]:
        """List a built-in role's permissions one by one."""
        return ["name", "kind", "permission_list"] if obj and obj.name in ROLES else ["name", "permissions"]

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> list[str]:
        """See get_fields."""
        return ["name", "kind", "permission_list"] if obj and obj.name in ROLES else []

    @admin.display(description="kind")
    def kind(self, group: Group) -> str:
        """Return whether the product or an administrator defines the group."""
        return "built-in role" if group.name in ROLES else "your own group"

    @admin.display(description="permissions")
    def permission_count(self, group: Group) -> int:
        """Return how many permissions the group gives."""
        return len(group.permissions.all())

    @admin.display(description="permissions")
    def permission_list(self, group: Group) -> SafeString:
        """Return the permissions, one a line."""
        rows = sorted(
            (f"{row.content_type.app_label}.{row.codename}", row.name) for row in group.permissions.all()
        )
        return format_html_join("", "<div><code>{}</code> {}</div>", rows)


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """What was done in the admin, by whom."""

    list_display = ("action_time", "user", "action", "content_type", "object_link", "change_message_shown")
    list_filter = ("action_flag", "content_type", "action_time")
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "user__username", "change_message")
    search_help_text = "Object, user or message"
    show_full_result_count = False
    fields = ("action_time", "user", "action", "content_type", "object_link", "change_message_shown")

    @admin.display(description="action", ordering="action_flag")
    def action(self, entry: LogEntry) -> str:
        """Return what was done."""
        return entry.get_action_flag_display()

    @admin.display(description="object")
    def object_link(self, entry: LogEntry) -> SafeString | str:
        """Return a link to the object."""
        model: Any = entry.content_type.model_class() if entry.content_type else None
        address = (
            change_url(model, entry.object_id) if model is not None and not entry.is_deletion() else None
        )
        return link(address, entry.object_repr)

    @admin.display(description="message")
    def change_message_shown(self, entry: LogEntry) -> str:
        """Return what was changed, in words."""
        return entry.get_change_message() or UNKNOWN
