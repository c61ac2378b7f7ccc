"""The two names under which Discord and we know a delivery: its nonce and the token in its controls."""

import base64
import hashlib


def _digest(*parts: object, size: int) -> str:
    text = "\0".join(str(part) for part in parts).encode()
    raw = hashlib.blake2b(text, digest_size=size).digest()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def nonce_of(instance: str, delivery_id: int, revision: int) -> str:
    """The nonce: 24 characters of the 25 that Discord allows, the same after a restart, shared by nothing else."""
    return _digest("nonce", instance, delivery_id, revision, size=18)


def token_of(instance: str, delivery_id: int) -> str:
    """The token that stands in the custom ids of a delivery's controls: 16 characters."""
    return _digest("token", instance, delivery_id, size=12)
