"""Generated programs, and how somebody changes them for the worse: what the model of the engine is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from pulumi_rolling.stack.deployment import Deployment

from .stack_engine import Cloud, Fault, Goal, Ref, update

ROOT = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
EMPTY = Deployment({"version": 3, "deployment": {}})
THING, PART, PROVIDER = "acme:web:Thing", "acme:web:Part", "pulumi:providers:acme"
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {},
    {"protect": True},
    {"retainOnDelete": True},
    {"ignoreChanges": ["size"]},
    {"customTimeouts": {"create": 60}},
    {"additionalSecretOutputs": ["arn"]},
)
ACTS = (
    *(
        "same",
        "same",
        "same",
        "update",
        "replace",
        "replace",
        "first",
        "remove",
        "rename",
        "rename",
        "strange",
    ),
    *("into", "out", "protect", "retain", "move", "twice", "rename+replace", "into+replace"),
)


@dataclass(frozen=True)
class Piece:
    """One resource of a program. Others are named by their place in the first program, which is `origin`."""

    origin: int
    name: str
    type: str
    parent: int | None = None
    provider: int | None = None
    needs: tuple[int, ...] = ()
    fixed_need: int | None = None
    value: int = 0
    fixed: int = 0
    options: tuple[tuple[str, Any], ...] = ()
    import_id: str = ""
    deletes_first: bool = False
    aliased: bool = True


def goals(pieces: Sequence[Piece], before: Sequence[Piece] = ()) -> list[Goal]:
    """The registrations of a program. `before`: the program whose resources it calls by other names, by aliases."""
    formerly, urns = _urns(before), _urns(pieces)
    return [Goal(ROOT, "pulumi:pulumi:Stack", custom=False)] + [
        _goal(piece, urns, formerly) for piece in pieces
    ]


def _goal(piece: Piece, urns: dict[int, str], formerly: dict[int, str]) -> Goal:
    urn = urns[piece.origin]
    former = formerly.get(piece.origin, urn)
    aliases = (former,) if piece.aliased and former != urn and former not in urns.values() else ()
    parent = urns.get(piece.parent, ROOT) if piece.parent is not None else ROOT
    if piece.type == PART:
        return Goal(urn, PART, custom=False, parent=parent, aliases=aliases)
    if piece.type == PROVIDER:
        return Goal(urn, PROVIDER, inputs={"fixedRegion": piece.fixed}, parent=ROOT, aliases=aliases)
    inputs: dict[str, Any] = {"value": piece.value, "fixed": piece.fixed}
    inputs |= {f"of{need}": Ref(urns[need]) for need in piece.needs if need in urns}
    if piece.fixed_need in urns:
        inputs["fixedOf"] = Ref(urns[piece.fixed_need])
    provider = urns.get(piece.provider, urns[0]) if piece.provider is not None else urns[0]
    return Goal(
        urn,
        THING,
        inputs=inputs,
        parent=parent,
        provider=provider,
        aliases=aliases,
        import_id=piece.import_id,
        deletes_first=piece.deletes_first,
        options=dict(piece.options),
    )


def _urns(pieces: Sequence[Piece]) -> dict[int, str]:
    """A URN holds the types of all parents but the stack, and the own name alone."""
    types: dict[int, str] = {}
    urns: dict[int, str] = {}
    for piece in pieces:
        above = types.get(piece.parent) if piece.parent is not None else None
        types[piece.origin] = f"{above}${piece.type}" if above else piece.type
        urns[piece.origin] = f"urn:pulumi:dev::shop::{types[piece.origin]}::{piece.name}"
    return urns


sizes = st.sampled_from([*range(1, 13)] * 3 + [25, 50, 200])


@st.composite
def programs(draw: st.DrawFn) -> list[Piece]:
    """A default provider, up to two of its own, components, and things below and beside them."""
    pieces = [Piece(0, "default_1_0_0", PROVIDER)]
    for place in range(1, draw(st.integers(1, 3))):
        pieces.append(Piece(place, f"p{place}", PROVIDER, fixed=place))
    providers = len(pieces)
    for place in range(providers, providers + draw(sizes)):
        earlier = [piece.origin for piece in pieces if piece.type == THING]
        parents = [piece.origin for piece in pieces if piece.type != PROVIDER]
        parent = draw(st.sampled_from([None, None, *parents]))
        if draw(st.integers(0, 4)) == 0:
            pieces.append(Piece(place, f"c{place}", PART, parent=parent))
            continue
        needs = draw(st.lists(st.sampled_from(earlier), max_size=2, unique=True)) if earlier else []
        fixed_need = draw(st.sampled_from([None, None, None, *earlier]))
        pieces.append(
            Piece(
                *(
                    place,
                    f"r{place}",
                    THING,
                    parent,
                    draw(st.integers(0, providers - 1)),
                    tuple(needs),
                    fixed_need,
                ),
                options=tuple(draw(st.sampled_from(OPTIONS)).items()),
                deletes_first=draw(st.integers(0, 5)) == 0,
            )
        )
    return pieces


@st.composite
def changes(draw: st.DrawFn, pieces: Sequence[Piece], ids: Sequence[str]) -> list[Piece]:
    """Another program: each resource may go through one act, and new ones come last. `ids`: what can be imported."""
    parts = [piece.origin for piece in pieces if piece.type == PART]
    result: list[Piece] = []
    for piece in pieces:
        result += _acted(piece, draw(st.sampled_from(ACTS)), [part for part in parts if part < piece.origin])
    result = [piece for piece in result if piece.type != THING or piece.name]
    for number in range(draw(st.integers(0, 3))):
        origin = 10_000 + number + max((piece.origin for piece in result), default=0)
        import_id = draw(st.sampled_from(["", "", f"outside-{origin}", *ids[:3]]))
        options = tuple(draw(st.sampled_from(OPTIONS)).items())
        needs = [piece.origin for piece in result if piece.type == THING][-1:]
        result.append(
            Piece(origin, f"n{origin}", THING, needs=tuple(needs), options=options, import_id=import_id)
        )
    return result


def _acted(piece: Piece, act: str, parts: list[int]) -> list[Piece]:
    if piece.type != THING:
        if act == "replace" and piece.type == PROVIDER:
            return [replace(piece, fixed=piece.fixed + 7)]
        if act == "rename" and piece.origin:
            return [replace(piece, name=f"{piece.name}x")]
        return [piece]
    into = parts[-1] if parts else None
    moved = {
        "update": replace(piece, value=piece.value + 1),
        "replace": replace(piece, fixed=piece.fixed + 1),
        "first": replace(piece, fixed=piece.fixed + 1, deletes_first=True),
        "rename": replace(piece, name=f"{piece.name}x"),
        "strange": replace(piece, name=f"{piece.name}x", aliased=False),
        "into": replace(piece, parent=into),
        "out": replace(piece, parent=None),
        "protect": replace(piece, options=(("protect", True),)),
        "retain": replace(piece, options=(("retainOnDelete", True),)),
        "move": replace(piece, provider=0),
        "rename+replace": replace(piece, name=f"{piece.name}x", fixed=piece.fixed + 1),
        "into+replace": replace(piece, parent=into, fixed=piece.fixed + 1),
    }
    if act == "remove":
        return []
    return [moved.get(act, piece)]


@dataclass(frozen=True)
class Failure:
    """A good deployment, the state that updates after it left, and the cloud as it is then."""

    good: Deployment
    now: Deployment
    cloud: Cloud

    def __repr__(self) -> str:
        return "\n".join(
            f"{when} {entry.urn.split('::', 2)[-1]} { ({**entry.raw, 'urn': 0}) }"
            for when, state in (("good", self.good), ("now", self.now))
            for entry in state.entries
        )


@st.composite
def failures(draw: st.DrawFn, steals: bool = True) -> Failure:
    """One or two updates that fail somewhere, or are killed there, or come to their end.

    `steals`: they may import what the state has already.
    """
    cloud, pieces = Cloud(), draw(programs())
    first = update(cloud, EMPTY, goals(pieces))
    assert not first.failed
    now = first.state
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        ids = [entry.id for entry in now.living.values() if steals and entry.type == THING]
        changed = draw(changes(pieces, ids))
        fault = Fault(draw(st.integers(0, 2 * len(changed))), *draw(st.sampled_from(ENDS)))
        outside = {piece.import_id for piece in changed if piece.import_id.startswith("outside")}
        cloud.there |= {(THING, each) for each in outside}
        now = update(cloud, now, goals(changed, pieces), fault).state
        pieces = changed
    return Failure(first.state, now, cloud)


ENDS = ((False, False), (False, False), (True, False), (True, True))
"""Whether pulumi is killed in the operation, and whether the cloud has done it then."""
