"""The handler as a face begins with it: it answers for groups at rest, and is whole from the first other question on.

Most updates have nothing to do, and what says so needs little of this package (docs/decisions/0031). ``check`` answers
here where state holds the very inputs that the program gives, as this version has accepted them; ``diff`` where state
and one shared description say that a group is at rest. Nothing is judged here: any doubt is a question to the whole
handler, which then has been told all that was answered before.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from pulumi_rolling.errors import Fault, PolicyErrors
from pulumi_rolling.handler.auto_scaling_group_at_rest import AUTO_SCALING_GROUP_AT_REST
from pulumi_rolling.handler.context import Context, Defaults, Diffed
from pulumi_rolling.handler.resting import RestingKind
from pulumi_rolling.policy.numbers import exact
from pulumi_rolling.policy.outputs import OUTPUTS, STABLE
from pulumi_rolling.policy.switches import rolls_nobody
from pulumi_rolling.policy.timing import Timing
from pulumi_rolling.version import VERSION

if TYPE_CHECKING:
    from pulumi_rolling.handler.verbs import RollingGroupHandler

KINDS = {each.key: each for each in (AUTO_SCALING_GROUP_AT_REST,)}
"""Kinds whose groups may be known to be at rest; a group of another is always the whole handler's."""
CHECKED_BY = "__checkedBy"
"""The input in state that names the version which accepted the others. Pulumi shows no input of such a name."""
_BESIDE = frozenset({"updatePolicy", "onFailure", "triggers"})


class HandlerAtRest:
    """``check`` and ``diff`` of the handler, and the whole of it for all else."""

    def __init__(
        self,
        is_unknown: Callable[[object], bool],
        *,
        at_once: int | None = None,
        many: bool = False,
        loading: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """``many``: this process serves all groups of a stack, so that its first diff is not the only one.

        ``loading``: around whatever loads much, the whole handler and the cloud's SDK.
        """
        self._is_unknown = is_unknown
        self._loading = loading
        self._at_once = at_once
        self._many = many
        self._lock = threading.RLock()
        self._defaults: Defaults | None = None
        self._default_policy: Mapping[str, Any] | None = None
        self._whole: RollingGroupHandler | None = None
        self._answered: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}
        """Of each group the resource and its inputs for which ``check`` was answered here."""
        if many:
            for kind in KINDS.values():
                kind.expect_many()

    @property
    def is_whole(self) -> bool:
        return self._whole is not None

    @property
    def defaults(self) -> Defaults | None:
        return self._defaults

    def configure(self, defaults: Defaults | None, default_policy: Mapping[str, Any] | None = None) -> None:
        """Another program begins."""
        with self._lock:
            self._defaults, self._default_policy = defaults, default_policy
            self._answered.clear()
            if self._whole is not None:
                self._whole.defaults, self._whole.default_policy = defaults, default_policy
                self._whole.claims.clear()

    def whole(self) -> RollingGroupHandler:
        """The handler for every question, loaded on the first one."""
        with self._lock:
            if self._whole is None:
                with self._loading():
                    from pulumi_rolling.handler.kinds import expect_groups_of_a_stack
                    from pulumi_rolling.handler.verbs import RollingGroupHandler

                if self._many:
                    expect_groups_of_a_stack()
                whole = RollingGroupHandler(
                    is_unknown=self._is_unknown,
                    at_once=self._at_once,
                    defaults=self._defaults,
                    default_policy=self._default_policy,
                )
                for urn, inputs in self._answered.values():
                    whole.claim(inputs, urn)
                self._whole = whole
            return self._whole

    def check(
        self, olds: Mapping[str, Any] | None, news: Mapping[str, Any], context: Context
    ) -> tuple[dict[str, Any], list[Fault]]:
        """As the handler's; inputs without a fault name the version that has accepted them."""
        kept = self._accepted_before(olds or {}, news, context.urn)
        if kept is not None:
            return kept, []
        normal, faults = self.whole().check(olds, _without_mark(news), context)
        marks = not faults and any(key in normal for key in KINDS)
        return ({**normal, CHECKED_BY: VERSION} if marks else normal), faults

    def diff(
        self, olds: Mapping[str, Any], news: Mapping[str, Any], context: Callable[[], Context]
    ) -> Diffed:
        if not self.is_whole and self._is_at_rest(olds, news):
            return Diffed(False)
        return self.whole().diff(olds, _without_mark(news), context())

    def _accepted_before(
        self, olds: Mapping[str, Any], news: Mapping[str, Any], urn: str
    ) -> dict[str, Any] | None:
        """The inputs in state, where they are these ones and this version accepted them."""
        with self._lock:
            if self._whole is not None or self._default_policy is not None or not _is_ordinary_run():
                return None
            if olds.get(CHECKED_BY) != VERSION:
                return None
            kind, kept = _kind_in(olds), _without_mark(olds)
            name = None if kind is None else kind.identity(olds[kind.key])
            if kind is None or name is None or not _are_one(kept, _spelled(kind, _without_mark(news))):
                return None
            if self._answered.setdefault((kind.key, name), (urn, kept))[0] != urn:
                # Two resources of one name: the whole handler knows whether that is one group.
                return None
            return {**kept, CHECKED_BY: VERSION}

    def _is_at_rest(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
        kind, fixed = _kind_in(news), olds.get("fixedRevision")
        if not (
            kind is not None
            and news.get(CHECKED_BY) == VERSION
            and _is_ordinary_run()
            and olds.get("status") == STABLE
            and isinstance(fixed, str)
            and fixed == olds.get("revision")
            and _are_one(_inputs_in(olds), _without_mark(news))
        ):
            return False
        # The first look loads the cloud's SDK.
        with self._loading():
            return kind.is_at_rest(news[kind.key], fixed, self._defaults or Defaults())


def _is_ordinary_run() -> bool:
    """Whether nothing in the environment is to be told or refused."""
    try:
        Timing.from_environment(os.environ)
        return not rolls_nobody(os.environ)
    except PolicyErrors:
        return False


def _kind_in(inputs: Mapping[str, Any]) -> RestingKind | None:
    """The kind of inputs that give one of these kinds and nothing that is not known here."""
    given = [key for key in inputs if not key.startswith("__") and key not in (*_BESIDE, *OUTPUTS)]
    kind = KINDS.get(given[0]) if len(given) == 1 else None
    return kind if kind is not None and isinstance(inputs[kind.key], Mapping) else None


def _spelled(kind: RestingKind, news: Mapping[str, Any]) -> Mapping[str, Any]:
    group = news.get(kind.key)
    return {**news, kind.key: kind.spelled(group)} if isinstance(group, Mapping) else news


def _without_mark(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in inputs.items() if key != CHECKED_BY}


def _inputs_in(state: Mapping[str, Any]) -> dict[str, Any]:
    """State without its outputs. An input of a name that is not known here stays, and is equal to nothing."""
    return {key: value for key, value in state.items() if key not in OUTPUTS and key != CHECKED_BY}


def _are_one(some: Mapping[str, Any], others: Mapping[str, Any]) -> bool:
    """Whether two mappings are the same text: true is not 1, and a null is not nothing."""
    try:
        return _text(some) == _text(others)
    except (TypeError, ValueError):
        return False


def _text(properties: Mapping[str, Any]) -> str:
    return json.dumps(exact(properties), sort_keys=True, allow_nan=False)
