"""The rule of a composite alarm: ALARM("name"), OK, INSUFFICIENT_DATA, TRUE, FALSE, AND, OR, NOT, parentheses.

Source: CloudWatch API reference, PutCompositeAlarm, AlarmRule: alarms are named with or without quotes, by name
or by ARN. The page does not say which of AND and OR binds closer; here AND does. This module refuses to know which
alarms exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

StateOf = Callable[[str], str | None]
Test = Callable[[StateOf], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>[()])
        |(?P<word>AND|OR|NOT|TRUE|FALSE)\b
        |(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"(?P<quoted>[^"]+)"|(?P<bare>[^")\s]+))\s*\))""",
    re.I | re.X,
)


class WrongRule(ValueError):
    """A rule that cannot be read."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`holds` given the states of other alarms; one that does not exist is in none."""

    holds: Test
    children: frozenset[str]


def read(text: str) -> Rule:
    reader = _Reader(text)
    test = reader.any_of()
    if reader.word:
        raise WrongRule(f"unexpected {reader.word!r} in the alarm rule")
    return Rule(test, frozenset(reader.children))


class _Reader:
    """One token is looked at ahead; `word` is it, and empty at the end."""

    def __init__(self, text: str) -> None:
        self._text = text.rstrip()
        self._place = 0
        self._name = ""
        self.word = ""
        self.children: set[str] = set()
        self._next()

    def _next(self) -> None:
        if self._place == len(self._text):
            self.word = ""
            return
        found = _TOKEN.match(self._text, self._place)
        if found is None:
            raise WrongRule(f"cannot read the alarm rule from {self._text[self._place :]!r}")
        self._place = found.end()
        self.word = (found["sign"] or found["word"] or found["state"]).upper()
        self._name = (found["quoted"] or found["bare"] or "").rpartition(":alarm:")[2]

    def any_of(self) -> Test:
        tests = [self._all_of()]
        while self.word == "OR":
            self._next()
            tests.append(self._all_of())
        return lambda state_of: any(test(state_of) for test in tests)

    def _all_of(self) -> Test:
        tests = [self._one()]
        while self.word == "AND":
            self._next()
            tests.append(self._one())
        return lambda state_of: all(test(state_of) for test in tests)

    def _one(self) -> Test:
        word, name = self.word, self._name
        self._next()
        if word == "NOT":
            test = self._one()
            return lambda state_of: not test(state_of)
        if word == "(":
            inner = self.any_of()
            if self.word != ")":
                raise WrongRule("a parenthesis of the alarm rule is not closed")
            self._next()
            return inner
        if word in ("TRUE", "FALSE"):
            return lambda state_of: word == "TRUE"
        if not name:
            raise WrongRule(f"the alarm rule has {word or 'its end'!r} where a function was expected")
        self.children.add(name)
        return lambda state_of: state_of(name) == word
