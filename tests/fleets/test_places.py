"""Where AWS's calls go and as whom: one session for each place, renewed, and said where nothing is found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pulumi_rolling.errors import GroupNotFoundError
from pulumi_rolling.fleets.aws import sessions
from pulumi_rolling.fleets.aws.place import Place, told_by
from pulumi_rolling.fleets.credentials import Keys, Role

from tests.fleets.scripted_aws import ScriptedAws
from tests.fleets.stage import Stage

DEPLOY = Role("arn:aws:iam::111122223333:role/deploy", '{"ExternalId": "x"}')


class TokenService:
    """STS, whose sessions last ``lifetime`` seconds."""

    def __init__(self, lifetime: float) -> None:
        self.lifetime = lifetime
        self.asked: list[dict[str, Any]] = []

    def assume_role(self, **arguments: Any) -> dict[str, Any]:
        self.asked.append(arguments)
        ends = datetime.now(UTC) + timedelta(seconds=self.lifetime)
        keys = {"AccessKeyId": f"A{len(self.asked)}", "SecretAccessKey": "s", "SessionToken": "t"}
        return {"Credentials": {**keys, "Expiration": ends}}


def _key(session: Any) -> str:
    return str(session.get_credentials().get_frozen_credentials().access_key)


@pytest.mark.parametrize(("lifetime", "keys"), [(1.0, ["A1", "A2"]), (3600.0, ["A1", "A1"])])
def test_a_role_session_that_ends_is_renewed(
    monkeypatch: pytest.MonkeyPatch, lifetime: float, keys: list[str]
) -> None:
    """The same session signs with new credentials once those of its role have ended, and with the same until then."""
    tokens = TokenService(lifetime)
    monkeypatch.setattr(sessions, "token_service", lambda place: lambda service, **given: tokens)
    session = sessions._made(Place("eu-west-1", "", "", "", keys=Keys("k", "s"), roles=(DEPLOY,)))

    assert [_key(session), _key(session)] == keys

    assert tokens.asked[0]["RoleArn"] == DEPLOY.arn
    assert tokens.asked[0]["ExternalId"] == "x"


def test_a_place_has_one_session() -> None:
    """A role is assumed once for all services of a place, and another role is another place."""
    place, other = (Place("eu-west-1", "", "", "", keys=Keys("k", each)) for each in ("a", "b"))
    assert sessions.session_of(place) is sessions.session_of(place)
    assert sessions.session_of(place) is not sessions.session_of(other)


def test_places_share_what_the_calls_look_like() -> None:
    """The models of the services are read once for all regions."""
    one, other = (sessions.session_of(Place.of(region, None)) for region in ("eu-north-1", "eu-south-1"))
    assert one.get_component("data_loader") is other.get_component("data_loader")


def test_keys_show_in_no_text() -> None:
    """A place may stand in an error, and its secret key in none."""
    place = Place("eu-west-1", "", "", "", keys=Keys("AKIA", "hidden", "hidden"))
    assert "hidden" not in f"{place!r} {place}"


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (Place("eu-west-1", "", "", ""), "eu-west-1"),
        (Place("", "", "", ""), "the profile's region"),
        (Place("eu-west-1", "", "live", ""), "eu-west-1 (profile live)"),
        (
            Place("eu-west-1", "http://h", "", "", roles=(DEPLOY,)),
            f"eu-west-1 (role {DEPLOY.arn}, endpoint http://h)",
        ),
    ],
)
def test_a_place_says_where_it_is(place: Place, told: str) -> None:
    """Region, and whatever else decides which account is asked."""
    assert str(place) == told


@pytest.mark.parametrize(
    ("arn", "told"),
    [
        (
            "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:u:x/web",
            "eu-west-1 of account 123456789012",
        ),
        ("arn:aws-cn:autoscaling:cn-north-1:1:autoScalingGroup:u:x/web", "cn-north-1 of account 1"),
        ("arn:web", ""),
        ("", ""),
    ],
)
def test_an_arn_tells_region_and_account(arn: str, told: str) -> None:
    """The group's own name has both, so that no further call and no further permission is needed."""
    assert told_by(arn) == told


def test_a_group_that_is_not_found_is_not_found_somewhere(aws: ScriptedAws, stage: Stage) -> None:
    """The error names the region and the endpoint that were asked."""
    aws.answer("DescribeAutoScalingGroups", {"AutoScalingGroups": []})
    with pytest.raises(GroupNotFoundError, match=r"'web' in us-east-1 \(endpoint http://127.0.0.1:9\)"):
        stage.fleet().facts()
