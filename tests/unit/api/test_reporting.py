"""How errors reach the client."""

import psycopg
import pytest
import redis
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import DataError, InterfaceError, OperationalError
from graphql import GraphQLError
from psycopg_pool import PoolTimeout
from strawberry.relay import GlobalID

from flux_site.api.errors import BadInput, NotFound
from flux_site.api.outages import service_fault
from flux_site.api.reporting import describe, report


def chained(cause: Exception) -> Exception:
    try:
        try:
            raise cause
        except Exception as inner:
            raise RuntimeError("while doing something") from inner
    except RuntimeError as outer:
        return outer


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OperationalError("server closed the connection"), "DATABASE_UNAVAILABLE"),
        (InterfaceError("connection already closed"), "DATABASE_UNAVAILABLE"),
        (psycopg.OperationalError("connection refused"), "DATABASE_UNAVAILABLE"),
        (PoolTimeout("couldn't get a connection"), "DATABASE_UNAVAILABLE"),
        (chained(OperationalError("gone")), "DATABASE_UNAVAILABLE"),
        (redis.ConnectionError("refused"), "QUEUE_UNAVAILABLE"),
        (redis.TimeoutError("slow"), "QUEUE_UNAVAILABLE"),
        (chained(redis.ConnectionError("refused")), "QUEUE_UNAVAILABLE"),
        (chained(NotFound("none", field="id")), "NOT_FOUND"),
    ],
)
def test_a_lost_service_is_recognised_behind_other_errors(error: Exception, code: str) -> None:
    fault = service_fault(error)

    assert fault is not None
    assert fault.code == code


@pytest.mark.parametrize("error", [ValueError("x"), chained(ZeroDivisionError("x")), KeyError("x")])
def test_other_errors_are_no_lost_service(error: Exception) -> None:
    assert service_fault(error) is None


def test_a_query_stopped_for_its_length_is_told_as_that() -> None:
    fault = service_fault(OperationalError("canceling statement due to statement timeout"))

    assert fault is not None
    assert "too long" in fault.message


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (BadInput("hours is 0.", field="hours"), ("hours is 0.", {"code": "BAD_INPUT", "field": "hours"})),
        (PermissionDenied("secret"), ("You may not do this.", {"code": "PERMISSION_DENIED"})),
        (ValidationError(["one", "two"]), ("one; two", {"code": "BAD_INPUT"})),
    ],
)
def test_expected_errors_keep_their_words(error: Exception, expected: tuple[str, dict[str, str]]) -> None:
    assert describe(error) == expected


def test_a_missing_row_is_not_found() -> None:
    described = describe(ObjectDoesNotExist("Substation matching query does not exist."))

    assert described is not None
    assert described[1] == {"code": "NOT_FOUND"}


def test_a_value_the_database_refuses_is_bad_input() -> None:
    described = describe(DataError("invalid regular expression: parentheses () not balanced\nCONTEXT: more"))

    assert described == (
        "A value cannot be compared: invalid regular expression: parentheses () not balanced",
        {"code": "BAD_INPUT"},
    )


def test_a_malformed_relay_id_is_bad_input() -> None:
    with pytest.raises(ValueError, match="padding") as refused:
        GlobalID.from_id("zzz")

    described = describe(refused.value)
    assert described is not None
    assert described[1] == {"code": "BAD_INPUT"}


def test_a_value_error_of_our_own_is_a_fault_of_the_programme() -> None:
    with pytest.raises(ValueError, match="abc") as raised:
        int("abc")

    assert describe(raised.value) is None


def test_an_unexpected_error_loses_its_words_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    error = GraphQLError("no such key: password", original_error=KeyError("password"), path=["viewer"])

    report(error)

    assert error.message == "Something went wrong on the server. The failure was logged."
    assert error.extensions == {"code": "INTERNAL_ERROR"}
    assert "viewer" in caplog.text


def test_an_error_of_the_request_keeps_its_words() -> None:
    error = GraphQLError("Variable '$n' got invalid value.")
    wrapped = GraphQLError("Variable '$n' got invalid value.", original_error=GraphQLError("same"))

    for each in (error, wrapped):
        report(each)
        assert (each.message, each.extensions) == ("Variable '$n' got invalid value.", {"code": "BAD_INPUT"})


def test_a_value_of_ours_that_does_not_fit_its_type_is_an_internal_error() -> None:
    cause = GraphQLError("Float cannot represent non numeric value: nan")
    error = GraphQLError(cause.message, original_error=cause, path=["kpis", 0, "value"])

    report(error)

    assert error.extensions == {"code": "INTERNAL_ERROR"}


def test_a_limit_keeps_its_code() -> None:
    error = GraphQLError("too deep", extensions={"code": "LIMIT_EXCEEDED"})

    report(error)

    assert error.extensions == {"code": "LIMIT_EXCEEDED"}
