"""Transports of a test's own: a prefix of its own in the shared Redis, and librdkafka's mock cluster."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
import redis
from confluent_kafka import Producer
from django.conf import settings

from grid.streaming.kafka_transport import KafkaTransport
from grid.streaming.redis_transport import RedisTransport
from grid.streaming.transport import Transport

MakeTransport = Callable[..., Transport]


@pytest.fixture
def prefix() -> str:
    """Return names of streams that no other test uses."""
    return f"test-{uuid.uuid4().hex[:12]}."


@pytest.fixture
def make_redis(prefix: str) -> Iterator[MakeTransport]:
    """Return a function that opens the streams of the test in Redis."""
    opened: list[RedisTransport] = []

    def make(**options: object) -> RedisTransport:
        transport = RedisTransport(settings.REDIS_URL, prefix=prefix, **options)  # type: ignore[arg-type]
        opened.append(transport)
        return transport

    yield make
    for transport in opened:
        transport.close()
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter(f"{prefix}*"):
        client.delete(key)
    client.close()


@pytest.fixture(scope="session")
def kafka_servers() -> Iterator[str]:
    """Run a mock cluster of Kafka; it lives in the producer that made it."""
    owner = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "mock", "log_level": 0})
    brokers = owner.list_topics(timeout=10).brokers.values()
    yield ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
    del owner


@pytest.fixture
def make_kafka(prefix: str, kafka_servers: str) -> Iterator[MakeTransport]:
    """Return a function that opens the streams of the test in Kafka."""
    opened: list[KafkaTransport] = []

    def make(**options: object) -> KafkaTransport:
        options.pop("claim_idle_s", None)
        transport = KafkaTransport(
            kafka_servers,
            prefix=prefix,
            options={"session.timeout.ms": "6000"},
            **options,  # type: ignore[arg-type]
        )
        opened.append(transport)
        return transport

    yield make
    for transport in opened:
        transport.close()


@pytest.fixture(params=["redis", "kafka"])
def make_transport(request: pytest.FixtureRequest) -> MakeTransport:
    """Return what opens the streams, over each of the transports."""
    made: MakeTransport = request.getfixturevalue(f"make_{request.param}")
    return made
