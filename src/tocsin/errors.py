"""The root of every error that Tocsin raises for a person to read."""


class TocsinError(Exception):
    """Tocsin cannot do what was asked.

    The docstring of a subclass is its message; a text given to the constructor replaces it.
    The text says what happened, what it means and what to do: the command line prints it on
    one line and exits with `exit_code`, without a traceback.
    """

    exit_code = 1

    def __str__(self) -> str:
        """Return the text given, else the first paragraph of the docstring on one line."""
        text = super().__str__()
        if text:
            return text
        paragraph = (type(self).__doc__ or type(self).__name__).strip().split("\n\n")[0]
        return " ".join(paragraph.split())


class UsageError(TocsinError):
    """The command was given something that it cannot use."""

    exit_code = 2
