"""How an application knows that a request is Discord's: an Ed25519 key of its own.

PyNaCl does it: Discord's documents have bots verify with it, and beside `cryptography`, which
needs the same other packages, it is a third of the size.
"""

from __future__ import annotations

from nacl.signing import SigningKey

_KEY_BYTES = 32


def verify_key(signing_key: bytes) -> str:
    """The public half of a key, in 64 hexadecimal digits."""
    return bytes(SigningKey(signing_key).verify_key).hex()


def signed_headers(signing_key: bytes, timestamp: str, body: bytes) -> dict[str, str]:
    """The headers that say who sent a body, and when (in whole seconds since 1970)."""
    signature = SigningKey(signing_key).sign(timestamp.encode("ascii") + body).signature
    return {"X-Signature-Ed25519": signature.hex(), "X-Signature-Timestamp": timestamp}


def parse_signing_key(given: object) -> bytes:
    """The private half of a key, given in 64 hexadecimal digits. Raises ValueError."""
    try:
        key = bytes.fromhex(given) if isinstance(given, str) else b""
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise ValueError("`signing_key` must be an Ed25519 private key in 64 hexadecimal digits")
    return key
