"""What a picture is, read off its bytes: of which format, and whether it moves."""

from __future__ import annotations

PNG, JPEG, GIF, WEBP = "image/png", "image/jpeg", "image/gif", "image/webp"

_PNG_MARK = b"\x89PNG\r\n\x1a\n"
_GIF_MARKS = (b"GIF87a", b"GIF89a")
_GIF_HEAD = 13
_GIF_FRAME, _GIF_EXTENSION = 0x2C, 0x21
_WEBP_CHUNKS = (b"VP8 ", b"VP8L", b"VP8X")
_WEBP_MOVES = 1 << 1


def format_of(content: bytes) -> str | None:
    """The media type of a picture whose head is whole; None for anything else."""
    if content.startswith(_PNG_MARK) and content[12:16] == b"IHDR" and any(content[16:24]):
        return PNG
    if content.startswith(b"\xff\xd8\xff") and len(content) > 4:
        return JPEG
    if content.startswith(_GIF_MARKS) and len(content) > _GIF_HEAD and any(content[6:10]):
        return GIF
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP" and content[12:16] in _WEBP_CHUNKS:
        return WEBP
    return None


def is_animated(content: bytes) -> bool:
    """Whether it is a GIF of several frames, or a WebP that says of itself that it moves."""
    kind = format_of(content)
    if kind == GIF:
        return _has_several_frames(content)
    if kind == WEBP:
        return content[12:16] == b"VP8X" and bool(content[20:21] and content[20] & _WEBP_MOVES)
    return False


def _has_several_frames(content: bytes) -> bool:
    """Walk through a GIF's blocks until a second frame begins; what is broken off has none."""
    at = _GIF_HEAD + _colours(content[10])
    frames = 0
    while at + 9 < len(content) and content[at] in (_GIF_FRAME, _GIF_EXTENSION):
        if content[at] == _GIF_FRAME:
            frames += 1
            if frames > 1:
                return True
            at += 11 + _colours(content[at + 9])
        else:
            at += 2
        at = _after_blocks(content, at)
    return False


def _colours(flags: int) -> int:
    """How many bytes the table of colours has that these flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_blocks(content: bytes, at: int) -> int:
    """Where a row of blocks, each with its length before it, ends."""
    while at < len(content) and content[at]:
        at += content[at] + 1
    return at + 1
