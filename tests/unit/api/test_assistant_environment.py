"""The variables that say what answers questions: what they allow, what they miss, and that secrets stay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flux_site.settings.environment import EnvironmentFault, read_environment

NEEDED = {
    "FLUX_SECRET_KEY": "key-of-sessions",
    "FLUX_DATABASE_URL": "postgresql://flux:word-of-postgres@localhost/flux",
    "FLUX_REDIS_URL": "redis://:word-of-redis@localhost/0",
    "FLUX_WAREHOUSE_URL": "embedded:///tmp/w",
}
CORTEX = {
    **NEEDED,
    "FLUX_ASSISTANT_BACKEND": "cortex",
    "FLUX_CORTEX_URL": "https://account.snowflakecomputing.com/",
    "FLUX_CORTEX_AGENT": "FLUX_DB.APPLICATIONS.GRID_INTELLIGENCE_AGENT",
}
PAIR = {
    "FLUX_CORTEX_ACCOUNT": "ORG-ACCOUNT",
    "FLUX_CORTEX_USER": "FLUX_ASSISTANT",
    "FLUX_CORTEX_PRIVATE_KEY_FILE": "/run/flux/key.p8",
}


def faults_of(variables: dict[str, str]) -> str:
    with pytest.raises(EnvironmentFault) as caught:
        read_environment(variables)
    return str(caught.value)


def test_without_a_word_about_it_the_built_in_back_end_answers() -> None:
    read = read_environment(NEEDED).assistant

    assert (read.backend, read.per_minute, read.per_day) == ("embedded", 20, 1000)
    assert (read.cortex_agent, read.chat_url) == (None, "")


@pytest.mark.parametrize(
    "way", [{"FLUX_CORTEX_TOKEN_FILE": "/snowflake/session/token"}, {"FLUX_CORTEX_TOKEN": "pat"}, PAIR]
)
def test_each_way_to_sign_in_is_enough(way: dict[str, str]) -> None:
    read = read_environment({**CORTEX, **way}).assistant

    assert read.cortex_url == "https://account.snowflakecomputing.com"
    assert read.cortex_agent == ("FLUX_DB", "APPLICATIONS", "GRID_INTELLIGENCE_AGENT")
    assert read.cortex_token_file in {None, Path("/snowflake/session/token")}


def test_everything_that_is_missing_is_named_at_once() -> None:
    said = faults_of({"FLUX_ASSISTANT_BACKEND": "cortex", "FLUX_CORTEX_USER": "FLUX"})

    for name in ("SECRET_KEY", "CORTEX_URL", "CORTEX_AGENT", "CORTEX_ACCOUNT", "CORTEX_PRIVATE_KEY_FILE"):
        assert f"FLUX_{name} is not set" in said
    assert "FLUX_CORTEX_USER" not in said


def test_cortex_needs_one_way_to_sign_in_and_no_two() -> None:
    assert "one of them is needed" in faults_of(CORTEX)
    said = faults_of({**CORTEX, **PAIR, "FLUX_CORTEX_TOKEN": "pat-of-somebody"})
    assert "FLUX_CORTEX_TOKEN, FLUX_CORTEX_PRIVATE_KEY_FILE are set; set one" in said
    assert "pat-of-somebody" not in said


def test_a_model_server_needs_its_address_and_model() -> None:
    said = faults_of({**NEEDED, "FLUX_ASSISTANT_BACKEND": "openai"})
    assert "FLUX_CHAT_URL is not set" in said
    assert "FLUX_CHAT_MODEL is not set" in said


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("ASSISTANT_BACKEND", "mainframe", "must be embedded, cortex or openai"),
        ("CORTEX_AGENT", "GRID_AGENT", "must look like DATABASE.SCHEMA.NAME"),
        ("CORTEX_URL", "account", "must look like https://host/path"),
        ("CORTEX_TOKEN_FILE", "token", "must be an absolute path"),
        ("ASSISTANT_PER_MINUTE", "0", "must be a whole number above 0"),
        ("ASSISTANT_PER_DAY", "many", "must be a whole number above 0"),
    ],
)
def test_what_is_malformed_is_told_once_with_what_is_allowed(name: str, text: str, told: str) -> None:
    said = faults_of({**CORTEX, "FLUX_CORTEX_TOKEN": "pat", f"FLUX_{name}": text})

    assert f"FLUX_{name} {told}" in said
    assert said.count("\n") == 1


def test_no_secret_is_in_what_is_printed_of_the_environment() -> None:
    secrets = {
        "FLUX_CORTEX_TOKEN": "secret-token",
        "FLUX_CHAT_KEY": "secret-chat-key",
        "FLUX_EMBEDDING_KEY": "secret-embedding-key",
    }
    read = read_environment({**CORTEX, **secrets})
    assistant = replace(read.assistant, cortex_private_key_passphrase="secret-pass")
    printed = repr(replace(read, assistant=assistant))

    for secret in (*secrets.values(), "secret-pass", "key-of-sessions", "word-of-postgres", "word-of-redis"):
        assert secret not in printed
    assert "account.snowflakecomputing.com" in printed
