"""The page on which the assistant is asked: a question, its answer as it comes, and what it rests on.

With scripts the answer is streamed into the page; without them the page is loaded again until it is complete.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from agent.admin.evidence import evidence, markdown
from agent.events import EventKind
from agent.models import FeedbackCategory, Message, MessageRole
from agent.selectors import conversations as reading
from agent.selectors.conversations import USE
from agent.services import conversations
from agent.services.feedback import MAX_COMMENT, give_feedback
from agent.services.informing import assistant_for
from flux_site.admin.display import ago, badge
from flux_site.api.errors import FluxError, NotFound

THREADS_SHOWN = 20
PAGE = "admin:flux_assistant"


class QuestionForm(forms.Form):
    """A question."""

    text = forms.CharField(
        label="Question",
        max_length=settings.ASSISTANT_MAX_QUESTION,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField", "autofocus": True}),
    )
    thread = forms.CharField(required=False, widget=forms.HiddenInput)


class FeedbackForm(forms.Form):
    """What the reader thinks."""

    is_positive = forms.TypedChoiceField(
        label="Was it right?", choices=[("yes", "Yes"), ("no", "No")], coerce=lambda given: given == "yes"
    )
    category = forms.ChoiceField(
        label="Because", required=False, choices=[("", "no reason given"), *FeedbackCategory.choices]
    )
    comment = forms.CharField(required=False, max_length=MAX_COMMENT)


def urls(site: Any) -> list[Any]:
    """Return the addresses of the page and of what is done on it."""
    view, answer = site.admin_view, "assistant/answers/<uuid:answer_id>/"
    return [
        path("assistant/", view(lambda request: ask_view(request, site)), name="flux_assistant"),
        path(answer, view(answer_view), name="flux_assistant_answer"),
        path(f"{answer}stop/", view(stop_view), name="flux_assistant_stop"),
        path(f"{answer}retry/", view(retry_view), name="flux_assistant_retry"),
        path(f"{answer}feedback/", view(feedback_view), name="flux_assistant_feedback"),
    ]


def ask_view(request: HttpRequest, site: Any) -> HttpResponseBase:
    """Show a conversation and take the next question.

    Raises:
        PermissionDenied: without the permission to use the assistant.
        Http404: if the conversation is not there, or is somebody else's.
    """
    _check(request)
    form = QuestionForm(request.POST or None, initial={"thread": request.GET.get("thread", "")})
    if request.method == "POST" and form.is_valid():
        try:
            exchange = conversations.send_message(
                user=request.user,
                text=form.cleaned_data["text"],
                thread_id=form.cleaned_data["thread"] or None,
            )
        except FluxError as error:
            form.add_error("text" if error.field == "text" else None, error.message)
        else:
            return _to(str(exchange.thread.pk))
    thread_id = request.POST.get("thread") or request.GET.get("thread") or ""
    shown = _conversation(thread_id, request.user) if thread_id else []
    is_running = any(each["is_running"] for each in shown)
    context = {
        **site.each_context(request),
        "title": "Ask the assistant",
        "form": form,
        "about": assistant_for(request.user),
        "threads": _threads(request.user, thread_id),
        "conversation": shown,
        "is_running": is_running,
    }
    return TemplateResponse(request, "admin/agent/ask.html", context)


@require_safe
def answer_view(request: HttpRequest, answer_id: Any) -> HttpResponse:
    """Answer with one answer as a piece of HTML."""
    _check(request)
    try:
        answer = reading.get_answer(str(answer_id), request.user)
    except NotFound as error:
        raise Http404(error.message) from error
    reading.load_events(answer, request.user)
    response = TemplateResponse(request, "admin/agent/answer.html", {"message": _shown(answer)})
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def stop_view(request: HttpRequest, answer_id: Any) -> HttpResponseRedirect:
    """Stop an answer."""
    return _done(request, lambda: conversations.stop_answer(user=request.user, answer_id=str(answer_id)))


@require_POST
def retry_view(request: HttpRequest, answer_id: Any) -> HttpResponseRedirect:
    """Ask for another answer to the same question."""
    return _done(
        request, lambda: conversations.retry_answer(user=request.user, answer_id=str(answer_id)).answer
    )


@require_POST
def feedback_view(request: HttpRequest, answer_id: Any) -> HttpResponseRedirect:
    """Keep what the reader thinks of an answer."""
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say whether the answer was right.")
        return _to(request.POST.get("thread", ""))
    given = form.cleaned_data
    return _done(
        request,
        lambda: give_feedback(
            user=request.user,
            answer_id=str(answer_id),
            is_positive=given["is_positive"],
            categories=[given["category"]] if given["category"] else [],
            comment=given["comment"],
        ),
    )


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm(USE):
        raise PermissionDenied


def _done(request: HttpRequest, act: Any) -> HttpResponseRedirect:
    """Do something with an answer and go back to its conversation; what is refused is said there."""
    _check(request)
    try:
        answer: Message = act()
    except NotFound as error:
        raise Http404(error.message) from error
    except FluxError as error:
        messages.error(request, error.message)
        return _to(request.POST.get("thread", ""))
    return _to(str(answer.thread_id))


def _to(thread_id: str) -> HttpResponseRedirect:
    address = reverse(PAGE)
    known = reading.parse_key(thread_id)
    return HttpResponseRedirect(f"{address}?thread={known}#newest" if known else address)


def _threads(user: Any, current: str) -> list[dict[str, Any]]:
    page = reading.list_threads(user, search=None, first=THREADS_SHOWN, offset=0)
    return [
        {
            "title": thread.title,
            "url": f"{reverse(PAGE)}?thread={thread.pk}",
            "updated": ago(thread.updated_at),
            "is_current": str(thread.pk) == current,
        }
        for thread in page.threads
    ]


def _conversation(thread_id: str, user: Any) -> list[dict[str, Any]]:
    """Return the newest branch of a conversation."""
    try:
        thread = conversations.open_thread(user=user, thread_id=thread_id)
    except NotFound as error:
        raise Http404(error.message) from error
    found = reading.messages_of(thread, user)
    leaf = reading.newest_leaf(found)
    return [_shown(message) for message in (reading.branch_to(leaf, found) if leaf else ())]


def _shown(message: Any) -> dict[str, Any]:
    """Return a message for the template."""
    is_question = message.role == MessageRole.USER
    bodies = [] if is_question else [each.body for each in message.shown_events]
    feedback = getattr(message, "feedback", None)
    return {
        "row": message,
        "is_question": is_question,
        "is_running": not message.is_finished,
        "last_seq": message.shown_events[-1].seq if bodies else -1,
        "text": message.shown_text if is_question else markdown(message.shown_text),
        "state": badge(message.done_reason or message.state),
        "is_failed": message.done_reason == "FAILED",
        "status": _status(bodies),
        "evidence": evidence(bodies),
        "choices": [
            {"message": body.get("message"), "choices": body["choices"]}
            for body in bodies
            if body["kind"] == EventKind.CHOICES
        ],
        "feedback": feedback,
        "feedback_form": None if is_question or not message.is_finished or feedback else FeedbackForm(),
    }


def _status(bodies: list[Any]) -> str:
    told = [body["message"] for body in bodies if body["kind"] == EventKind.STATUS]
    return told[-1] if told else "Waiting"
