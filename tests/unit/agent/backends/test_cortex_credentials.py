"""Key pairs: the token is what Snowflake documents, verified by another implementation of its parts."""

import base64
import json
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from agent.backends.cortex_credentials import KeyPair
from agent.backends.errors import BackendFault


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, passphrase: bytes | None = None) -> bytes:
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_the_token_is_signed_and_says_who(key: rsa.RSAPrivateKey) -> None:
    pair = KeyPair(
        account="xy12345.us-east-1", user="flux_agent", private_key_pem=pem(key), clock=lambda: 1000.0
    )

    headers = pair.headers()

    token = headers["Authorization"].removeprefix("Bearer ")
    head, claims, signature = token.split(".")
    key.public_key().verify(decoded(signature), f"{head}.{claims}".encode(), PKCS1v15(), SHA256())
    assert json.loads(decoded(head)) == {"alg": "RS256", "typ": "JWT"}
    assert json.loads(decoded(claims)) == {
        "iss": f"XY12345.FLUX_AGENT.{pair.fingerprint}",
        "sub": "XY12345.FLUX_AGENT",
        "iat": 1000,
        "exp": 4540,
    }
    assert headers["X-Snowflake-Authorization-Token-Type"] == "KEYPAIR_JWT"


def test_the_fingerprint_is_the_one_openssl_computes(key: rsa.RSAPrivateKey, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(pem(key))
    public = subprocess.run(
        ["openssl", "rsa", "-in", file, "-pubout", "-outform", "DER"], capture_output=True, check=True
    ).stdout
    digest = subprocess.run(
        ["openssl", "dgst", "-sha256", "-binary"], input=public, capture_output=True, check=True
    ).stdout

    pair = KeyPair(account="a", user="u", private_key_pem=pem(key))

    assert pair.fingerprint == "SHA256:" + base64.b64encode(digest).decode()


def test_the_token_is_kept_and_renewed_before_it_ends(key: rsa.RSAPrivateKey) -> None:
    now = [1000.0]
    pair = KeyPair(
        account="a", user="u", private_key_pem=pem(key, b"word"), passphrase=b"word", clock=lambda: now[0]
    )

    first = pair.headers()
    now[0] += 3200
    kept = pair.headers()
    now[0] += 100
    renewed = pair.headers()

    assert first == kept != renewed


def test_bad_keys_are_refused(key: rsa.RSAPrivateKey) -> None:
    curve = ec.generate_private_key(ec.SECP256R1())
    for given, passphrase in (
        (b"no key", None),
        (pem(key, b"word"), b"other"),
        (pem(key, b"word"), None),
        (pem(curve), None),
    ):
        with pytest.raises(BackendFault, match="key"):
            KeyPair(account="a", user="u", private_key_pem=given, passphrase=passphrase)
