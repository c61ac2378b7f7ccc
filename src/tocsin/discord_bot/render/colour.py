"""The colour of a channel post: calm while there is time, warm as the start comes near."""

from datetime import timedelta

_STEPS = (
    (timedelta(), 0x2ECC71),
    (timedelta(minutes=15), 0xE74C3C),
    (timedelta(hours=1), 0xE67E22),
    (timedelta(hours=4), 0xF1C40F),
    (timedelta(hours=12), 0x3498DB),
)
_FAR = 0x607D8B


def colour_of(left: timedelta) -> int:
    """0xRRGGBB for the time left: green once it has begun, then red, orange, yellow, blue, grey."""
    # A post for the 1 h window leaves a moment after it is due or before: it is still that of one
    # hour.
    slack = timedelta(seconds=90) if left > timedelta() else timedelta()
    return next((colour for limit, colour in _STEPS if left <= limit + slack), _FAR)
