"""A version named by ``$Latest``, by ``$Default`` or not at all: what preview cannot know of it, and what helps.

The template may change in the same update, after the preview; a default stays where it is when versions are added.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.fleets.aws.launch_templates import DEFAULT, LATEST, TemplateWanted, parts

LINE = "Give it the template's latestVersion (in Python: version=template.latest_version)."


def floating_note(wanted: TemplateWanted, meant: Revision, latest: Revision | None) -> tuple[str, ...]:
    """Nothing for a number. ``meant`` is what the words stand for now."""
    if wanted.literal not in (LATEST, DEFAULT):
        return ()
    if wanted.literal == DEFAULT and latest is not None and latest.address != meant.address:
        return (
            f"the default version of {wanted.id or wanted.name} is {_number(meant)} and its latest is "
            f"{_number(latest)}, to which nothing is rolled. {LINE} Or let the default follow: "
            "updateDefaultVersion at the template (in Python: update_default_version=True).",
        )
    return (
        f"{wanted.literal} of {wanted.id or wanted.name} is version {_number(meant)} now; where the same update "
        f"changes the template, this plan does not know of it. {LINE}",
    )


def floating_note_of(wanted: TemplateWanted, literals: Mapping[str, Revision]) -> tuple[str, ...]:
    """The same from what the template's literals stand for; nothing where that is not known."""
    meant = literals.get(wanted.literal)
    return () if meant is None else floating_note(wanted, meant, literals.get(LATEST))


def _number(revision: Revision) -> str:
    return parts(revision.address)[1]
