"""Run and look after the streams of readings and events."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from flux_site.api.errors import FluxError
from grid.management.stream_lines import state_lines
from grid.selectors.stream_transport import get_transport
from grid.selectors.streaming import stream_states
from grid.services.streaming import dead_letters, playing
from grid.services.streaming.consumer import Consumer
from grid.streaming.transport import StreamName, TransportUnavailable
from grid.warehouse import WarehouseError


class Command(BaseCommand):
    """Consumes the streams, plays a day into them, says how they are, replays dead letters."""

    help = "The streams of meter readings and device events."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the sub-commands."""
        commands = parser.add_subparsers(dest="action", required=True, metavar="action")
        consume = commands.add_parser("consume", help="land what the streams bring, until told to stop")
        consume.add_argument(
            "--streams", nargs="+", choices=[str(stream) for stream in StreamName], default=list(StreamName)
        )
        consume.add_argument(
            "--no-warehouse",
            action="store_true",
            help="leave the delivery to the warehouse to another process",
        )
        commands.add_parser("status", help="how the streams are doing")
        replay = commands.add_parser("replay-dead", help="send dead letters to their stream again")
        replay.add_argument("--code", nargs="+", metavar="CODE", help="only those with one of these reasons")
        replay.add_argument("--id", nargs="+", type=int, metavar="ID", help="only these")
        self._add_play(commands.add_parser("play", help="play a day of the loaded grid into the streams"))

    def _add_play(self, play: ArgumentParser) -> None:
        play.add_argument(
            "--day", type=date.fromisoformat, help="UTC date of the readings; default: the newest"
        )
        play.add_argument("--hours", type=float, default=24.0, help="how much of the day, from its start")
        play.add_argument("--from-hour", type=float, default=0.0, help="hour of the day to start at")
        play.add_argument(
            "--redate", action="store_true", help="shift the day so that it ends now; else it keeps its dates"
        )
        pace = play.add_mutually_exclusive_group()
        pace.add_argument("--speed", type=float, help="seconds played in a second; default 1")
        pace.add_argument("--rate", type=float, help="readings a second, whatever speed that is")
        play.add_argument("--meters", type=int, help="at most so many meters; default: all")
        play.add_argument(
            "--outages", action="store_true", help="with the events of the outages of that time"
        )
        play.add_argument("--fail", metavar="DEVICE", help="a switch or transformer that fails at the start")
        play.add_argument("--restore-after", type=float, metavar="MIN", help="minutes until it is back")
        play.add_argument("--gasp-share", type=float, default=1.0, help="share of last gasps that arrive")
        play.add_argument("--only-events", action="store_true", help="events without any readings")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is asked.

        Raises:
            CommandError: in plain words.
        """
        actions: dict[str, Callable[..., None]] = {
            "consume": self._consume,
            "status": self._status,
            "replay-dead": self._replay_dead,
            "play": self._play,
        }
        try:
            actions[options["action"]](**options)
        except FluxError as error:
            raise CommandError(error.message) from error
        except (TransportUnavailable, WarehouseError, ValueError) as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"PostgreSQL: {error}") from error

    def _consume(self, *, streams: list[str], no_warehouse: bool, **_: Any) -> None:
        stop = stopped_by_signals()
        consumer = Consumer(
            get_transport(),
            streams=[StreamName(stream) for stream in streams],
            has_warehouse_lane=not no_warehouse,
            stop=stop,
        )
        self.stdout.write(f"Consuming {', '.join(streams)}.")
        if not consumer.run():
            raise CommandError("A part of the consumer died; its reason stands above.")
        self.stdout.write("Stopped; what was not landed stays in the stream.")

    def _status(self, **_: Any) -> None:
        for state in stream_states():
            for line in state_lines(state):
                self.stdout.write(line)

    def _replay_dead(self, *, code: list[str] | None, id: list[int] | None, **_: Any) -> None:
        count = dead_letters.replay(ids=id, codes=code)
        self.stdout.write(f"Sent {count:,} dead letters to their streams again.")

    def _play(self, **options: Any) -> None:
        plan = playing.Plan(
            **{name: options[name] for name in playing.Plan.__dataclass_fields__ if name in options}
        )
        played = playing.play(
            plan, transport=get_transport(), stop=stopped_by_signals(), say=self.stdout.write
        )
        self.stdout.write(
            f"Played {played.reading_count:,} readings and {played.event_count:,} events"
            f" in {played.duration_s:,.1f} s; told to wait {played.wait_count:,} times."
        )


def stopped_by_signals() -> threading.Event:
    """Return an event that the first SIGTERM or SIGINT sets."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
