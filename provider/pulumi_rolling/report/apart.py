"""Groups of one name, told apart: by region where that does, else by the resource that rolls each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple


class Named(NamedTuple):
    name: str
    region: str = ""
    resource: str = ""


def labels(groups: Iterable[Named]) -> dict[Named, str]:
    """What each is called beside the others; its name alone where no other has it."""
    known = dict.fromkeys(groups)
    names = Counter(each.name for each in known)
    places = Counter((each.name, each.region) for each in known)
    return {each: _label(each, names[each.name], places[each.name, each.region]) for each in known}


def _label(group: Named, of_the_name: int, in_its_region: int) -> str:
    if of_the_name == 1:
        return group.name
    beside = [group.region, group.resource if in_its_region > 1 else ""]
    told = " ".join(filter(None, beside)) or group.resource
    return f"{group.name} ({told})" if told else group.name
