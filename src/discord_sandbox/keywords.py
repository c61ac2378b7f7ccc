"""What in a text a rule of auto moderation is looking for."""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

from discord_sandbox.interrupting import TookTooLong, at_most
from discord_sandbox.model.auto_moderation import (
    KEYWORD,
    KEYWORD_PRESET,
    MENTION_SPAM,
    AutoModerationRule,
)
from discord_sandbox.shapes.messages import mentioned_roles, mentioned_users

_LOG = logging.getLogger(__name__)
LONGEST_SEARCH_S = 0.25
"""Rust's regular expressions are done in time; Python's may take for ever."""

PRESET_WORDS = {1: "sandbox-profanity", 2: "sandbox-sexual-content", 3: "sandbox-slur"}
"""Discord's own lists are not published: each preset is found by one word of the sandbox's."""
SPAM_WORD = "sandbox-spam"
"""What counts as spam, which at Discord a model decides."""


@dataclass(slots=True)
class Match:
    """What was found: the words of the rule, and those of the text."""

    keyword: str | None = None
    content: str | None = None


def find(rule: AutoModerationRule, text: str) -> Match | None:
    """The first thing in the text that sets the rule off."""
    if rule.trigger_type == MENTION_SPAM:
        count = len(set(mentioned_users(text))) + len(set(mentioned_roles(text)))
        return Match() if count > rule.trigger["mention_total_limit"] else None
    allowed = [
        found.span()
        for word in rule.trigger.get("allow_list", ())
        for found in _word(word).finditer(text)
    ]
    for word in _words(rule):
        match = _first(word, _word(word), text, allowed)
        if match is not None:
            return match
    for pattern in rule.trigger.get("regex_patterns", ()):
        try:
            with at_most(LONGEST_SEARCH_S):
                match = _first(pattern, _regex(pattern), text, allowed)
        except TookTooLong:
            _LOG.warning(
                "%r took longer than %s s in a text: taken as not found", pattern, LONGEST_SEARCH_S
            )
            continue
        if match is not None:
            return match
    return None


def _first(
    keyword: str, pattern: re.Pattern[str], text: str, allowed: list[tuple[int, int]]
) -> Match | None:
    """The first place that is not within what is allowed."""
    for found in pattern.finditer(text):
        start, end = found.span()
        covered = any(first <= start and end <= last for first, last in allowed)
        if end > start and not covered:
            return Match(keyword, found.group())
    return None


def _words(rule: AutoModerationRule) -> Sequence[str]:
    words: Sequence[str] = [SPAM_WORD]
    if rule.trigger_type == KEYWORD:
        words = rule.trigger["keyword_filter"]
    elif rule.trigger_type == KEYWORD_PRESET:
        words = [PRESET_WORDS[one] for one in rule.trigger["presets"]]
    return words


@functools.lru_cache(4096)
def _word(keyword: str) -> re.Pattern[str]:
    """A whole word; with `*` before or after it, the end or the beginning of one."""
    inner = keyword.strip("*")
    before = "" if keyword.startswith("*") else r"(?<!\w)"
    after = "" if keyword.endswith("*") else r"(?!\w)"
    return re.compile(before + re.escape(inner) + after, re.IGNORECASE)


@functools.lru_cache(256)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
