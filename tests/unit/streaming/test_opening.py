"""Addresses of transports, and the settings that name them."""

from __future__ import annotations

import pytest

from flux_site.settings.environment import EnvironmentFault, read_environment
from grid.streaming.kafka_transport import KafkaTransport
from grid.streaming.opening import open_transport
from grid.streaming.redis_transport import RedisTransport
from grid.streaming.transport import StreamName

NEEDED = {
    "FLUX_SECRET_KEY": "x",
    "FLUX_DATABASE_URL": "postgresql://flux@localhost/flux",
    "FLUX_REDIS_URL": "redis://localhost/0",
    "FLUX_WAREHOUSE_URL": "embedded:///tmp/w",
}


def test_redis_and_kafka_are_told_by_the_scheme() -> None:
    opened = open_transport("rediss://:secret@localhost:6379/1", prefix="utility.")
    assert isinstance(opened, RedisTransport)
    assert opened.key(StreamName.READINGS) == "utility.readings"
    kafka = open_transport("kafka://one:9092,two:9092")
    assert isinstance(kafka, KafkaTransport)
    assert kafka.topic(StreamName.EVENTS) == "flux.events"
    assert kafka.dead_topic(StreamName.EVENTS) == "flux.events.dead"


def test_a_login_and_options_of_kafka_go_to_its_client() -> None:
    kafka = open_transport("kafka://flux:p%40ss@one:9092,two:9092?security.protocol=SASL_PLAINTEXT")

    assert isinstance(kafka, KafkaTransport)
    options = kafka._options
    assert options["bootstrap.servers"] == "one:9092,two:9092"
    assert (options["sasl.username"], options["sasl.password"]) == ("flux", "p@ss")
    assert (options["security.protocol"], options["sasl.mechanism"]) == ("SASL_PLAINTEXT", "PLAIN")


def test_other_schemes_are_refused() -> None:
    with pytest.raises(ValueError, match="must start with"):
        open_transport("amqp://localhost")


def test_the_environment_names_the_stream() -> None:
    assert read_environment(NEEDED).stream_url is None  # then it is the site's Redis
    told = {**NEEDED, "FLUX_STREAM_URL": "kafka://one:9092", "FLUX_STREAM_BACKLOG_LIMIT": "1000"}
    read = read_environment(told)
    assert (read.stream_url, read.stream_backlog_limit) == ("kafka://one:9092", 1000)
    assert (read.stream_prefix, read.stream_bronze_every_s) == ("flux.", 30)


def test_faults_of_the_environment_are_named_together() -> None:
    wrong = {
        **NEEDED,
        "FLUX_STREAM_URL": "kafka://user:password@",
        "FLUX_STREAM_PREFIX": "a b",
        "FLUX_STREAM_BACKLOG_LIMIT": "0",
    }
    with pytest.raises(EnvironmentFault) as fault:
        read_environment(wrong)

    said = str(fault.value)
    for name in ("FLUX_STREAM_URL", "FLUX_STREAM_PREFIX", "FLUX_STREAM_BACKLOG_LIMIT"):
        assert name in said
    assert "password" not in said
