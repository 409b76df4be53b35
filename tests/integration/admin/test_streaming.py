"""The streams in the admin: their state, and dead letters sent again or deleted."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from grid import models
from grid.selectors.stream_transport import get_transport
from grid.streaming.transport import StreamName
from tests.factories.grid import make_zone
from tests.factories.streaming import make_consumer, make_dead_letter, make_pending
from tests.factories.users import make_user
from tests.integration.admin.pages import list_page, row_page
from tests.integration.streaming.conftest import make_redis, prefix  # noqa: F401 - fixtures

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
LETTERS = list_page("grid.streamdeadletter")


@pytest.fixture
def own_streams(settings: Any, prefix: str, make_redis: Any) -> None:  # noqa: F811
    make_redis()
    settings.STREAM_PREFIX = prefix


def choose(browser: Client, action: str, *letters: models.StreamDeadLetter) -> str:
    form = {"action": action, "_selected_action": [letter.pk for letter in letters]}
    return browser.post(LETTERS, form, follow=True).content.decode()


def test_the_state_of_the_streams_stands_above_their_consumers(boss: Client, own_streams: None) -> None:
    consumer = make_consumer(rate_per_s=41.0)
    make_pending(row_count=321, last_error="WAREHOUSE_UNAVAILABLE: away")
    get_transport().publish(StreamName.EVENTS, [b"x"] * 7)

    page = boss.get(list_page("grid.streamconsumer")).content.decode()

    assert consumer.pk in page
    for shown in (">7</span> messages wait", ">41<", ">321<", "WAREHOUSE_UNAVAILABLE: away"):
        assert shown in page, shown


def test_chosen_letters_are_sent_again(as_user: Callable[[Any], Client], own_streams: None) -> None:
    operator = as_user(make_user("operator"))
    chosen, kept = make_dead_letter(), make_dead_letter()

    page = choose(operator, "replay", chosen)

    assert "Messages sent again: 1." in page
    assert list(models.StreamDeadLetter.objects.all()) == [kept]
    assert get_transport().backlog(StreamName.READINGS).message_count == 1


def test_chosen_letters_are_deleted(as_user: Callable[[Any], Client]) -> None:
    operator = as_user(make_user("operator"))
    chosen, kept = make_dead_letter(), make_dead_letter()

    assert "Messages deleted: 1." in choose(operator, "delete_for_good", chosen)
    assert list(models.StreamDeadLetter.objects.all()) == [kept]


def test_without_the_stream_letters_stay(boss: Client, settings: Any) -> None:
    settings.STREAM_URL = "redis://127.0.0.1:1/0"
    letter = make_dead_letter()

    assert "does not answer" in choose(boss, "replay", letter)
    assert models.StreamDeadLetter.objects.count() == 1
    assert "does not answer" in boss.get(list_page("grid.streamconsumer")).content.decode()


def test_a_letter_shows_its_message_as_text(boss: Client) -> None:
    letter = make_dead_letter(body=b"<script>alert(1)</script>\xff")

    page = boss.get(row_page(letter)).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\xff" in page


def test_users_limited_to_zones_see_no_letters(as_user: Callable[[Any], Client]) -> None:
    user = make_user("operator")
    models.ZoneGrant.objects.create(user=user, zone=make_zone())
    make_dead_letter()

    assert len(as_user(user).get(LETTERS).context["cl"].result_list) == 0
