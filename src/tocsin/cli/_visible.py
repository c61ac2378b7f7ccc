"""Text from elsewhere on a terminal: what would steer it, or is not seen, is written out.

A title can hold an escape sequence, or turn around the direction in which a line is read; whoever
looks at a list must see what is there.
"""

import unicodedata

# Within words of Persian and of Indian languages, and within pictures of several people.
_JOINERS = "\u200c\u200d"


def visible(text: str) -> str:
    """`text` with control and format characters as `\\u202e`; line ends and tabs stay.

    In a text of JSON they stand within strings alone, and mean the same when written so.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_written_out(sign) if _is_unseen(sign) else sign for sign in text)


def _is_unseen(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") and sign not in (
        *"\n\t",
        *_JOINERS,
    )


def _written_out(sign: str) -> str:
    # As JSON does it: a sign beyond the first plane is two.
    units = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n]:02x}{units[n + 1]:02x}" for n in range(0, len(units), 2))
