"""Which transport an address names."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

from grid.streaming.transport import BACKLOG_LIMIT, PREFIX, Transport

REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})
KAFKA_SCHEME = "kafka"


def open_transport(url: str, *, prefix: str = PREFIX, backlog_limit: int = BACKLOG_LIMIT) -> Transport:
    """Return the transport at an address; nothing is connected yet.

    ``redis://…`` is a Redis. ``kafka://host:port,host:port`` is a Kafka cluster; a user and a password before
    the hosts, and settings of librdkafka behind a question mark, go to its client.

    Raises:
        ValueError: if the address names no transport.
    """
    parts = urlsplit(url)
    if parts.scheme in REDIS_SCHEMES:
        from grid.streaming.redis_transport import RedisTransport

        return RedisTransport(url, prefix=prefix, backlog_limit=backlog_limit)
    if parts.scheme == KAFKA_SCHEME:
        from grid.streaming.kafka_transport import KafkaTransport

        login, _, servers = parts.netloc.rpartition("@")
        options = dict(parse_qsl(parts.query))
        if login:
            user, _, password = login.partition(":")
            options |= {"sasl.username": unquote(user), "sasl.password": unquote(password)}
            options.setdefault("sasl.mechanism", "PLAIN")
            options.setdefault("security.protocol", "SASL_SSL")
        return KafkaTransport(servers, options=options, prefix=prefix, backlog_limit=backlog_limit)
    raise ValueError("must start with redis://, rediss://, unix:// or kafka://")
