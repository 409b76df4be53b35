"""Who asks Snowflake: a token file of a container service, a programmatic access token, or a key pair."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from agent.backends.errors import BackendFault

CONTAINER_TOKEN_FILE = Path("/snowflake/session/token")
TOKEN_TYPE = "X-Snowflake-Authorization-Token-Type"  # noqa: S105  # the name of a header
JWT_LIFETIME_S = 3540  # Snowflake takes an hour at most
RENEWED_BEFORE_S = 300


class Credentials(Protocol):
    """What proves who asks."""

    def headers(self) -> dict[str, str]:
        """Return the headers of one request.

        Raises:
            BackendFault: if there is no proof.
        """


class OAuthTokenFile:
    """The token that a container service is given; read for every request, since it is renewed in place."""

    def __init__(self, path: Path = CONTAINER_TOKEN_FILE) -> None:
        self._path = path

    def headers(self) -> dict[str, str]:
        """Return the headers of one request.

        Raises:
            BackendFault: if the file cannot be read or is empty.
        """
        try:
            token = self._path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BackendFault(
                f"The token file {self._path} cannot be read: {error}", code="BACKEND_UNAUTHENTICATED"
            ) from error
        if not token:
            raise BackendFault(f"The token file {self._path} is empty.", code="BACKEND_UNAUTHENTICATED")
        return {"Authorization": f"Bearer {token}", TOKEN_TYPE: "OAUTH"}


class AccessToken:
    """A programmatic access token of a user."""

    def __init__(self, token: str) -> None:
        self._token = token

    def headers(self) -> dict[str, str]:
        """Return the headers of one request."""
        return {"Authorization": f"Bearer {self._token}", TOKEN_TYPE: "PROGRAMMATIC_ACCESS_TOKEN"}


class KeyPair:
    """A private RSA key: it signs a token that holds an hour at most and is made anew before it ends."""

    def __init__(
        self,
        *,
        account: str,
        user: str,
        private_key_pem: bytes,
        passphrase: bytes | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Read the key.

        Raises:
            BackendFault: if it is no RSA key, or the passphrase is wrong.
        """
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(private_key_pem, password=passphrase)
        except (ValueError, TypeError) as error:
            raise BackendFault(
                f"The private key cannot be read: {error}", code="BACKEND_UNAUTHENTICATED"
            ) from error
        if not isinstance(key, RSAPrivateKey):
            raise BackendFault("The private key is no RSA key.", code="BACKEND_UNAUTHENTICATED")
        self._key = key
        self._name = f"{_account_name(account)}.{user.upper()}"
        self._clock = clock
        self._token = ""
        self._ends_at = 0.0

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of the public key, as Snowflake shows it."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return "SHA256:" + base64.b64encode(hashlib.sha256(public).digest()).decode()

    def headers(self) -> dict[str, str]:
        """Return the headers of one request."""
        now = self._clock()
        if now > self._ends_at - RENEWED_BEFORE_S:
            self._token, self._ends_at = self._sign(int(now)), now + JWT_LIFETIME_S
        return {"Authorization": f"Bearer {self._token}", TOKEN_TYPE: "KEYPAIR_JWT"}

    def _sign(self, now: int) -> str:
        """Return a JSON Web Token (RFC 7519) signed by RS256 (RFC 7518, 3.3)."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        claims = {
            "iss": f"{self._name}.{self.fingerprint}",
            "sub": self._name,
            "iat": now,
            "exp": now + JWT_LIFETIME_S,
        }
        signed = f"{_segment({'alg': 'RS256', 'typ': 'JWT'})}.{_segment(claims)}"
        signature = self._key.sign(signed.encode("ascii"), PKCS1v15(), SHA256())
        return f"{signed}.{_unpadded(signature)}"


def _account_name(account: str) -> str:
    """Return an account as tokens name it: upper case, without region and cloud."""
    name = account.upper()
    if ".GLOBAL" in name:
        return name.split("-", 1)[0]
    return name.split(".", 1)[0]


def _segment(value: Any) -> str:
    return _unpadded(json.dumps(value, separators=(",", ":")).encode())


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
