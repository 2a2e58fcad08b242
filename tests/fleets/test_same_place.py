"""One place in several spellings."""

from __future__ import annotations

import pytest
from pulumi_rolling.fleets.aws.place import Place, plain_endpoint
from pulumi_rolling.fleets.aws.sessions import region_of


@pytest.mark.parametrize(
    ("endpoint", "plain"),
    [
        ("", ""),
        ("https://autoscaling.eu-west-1.amazonaws.com", ""),
        ("https://AutoScaling.eu-west-1.amazonaws.com/", ""),
        ("https://autoscaling.us-east-1.amazonaws.com", "https://autoscaling.us-east-1.amazonaws.com:443"),
        ("http://localhost:4566/", "http://127.0.0.1:4566"),
        ("http://127.0.0.1:4566", "http://127.0.0.1:4566"),
        ("http://cloud", "http://cloud:80"),
    ],
)
def test_an_endpoint_has_one_spelling(endpoint: str, plain: str) -> None:
    """The service's own endpoint is as none, and a trailing slash, case and a default port say nothing."""
    assert plain_endpoint(endpoint, "eu-west-1", "autoscaling") == plain


def test_other_credentials_are_another_place() -> None:
    """They may be of another account, where a group of the same name is another group."""
    ours, theirs = Place.of("eu-west-1", profile="a"), Place.of("eu-west-1", profile="b")
    assert ours.same_as("eu-west-1", "autoscaling") != theirs.same_as("eu-west-1", "autoscaling")


def test_a_profile_that_is_not_there_has_no_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """The call that needs it says what is missing; nothing breaks before."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    assert region_of(Place.of(profile="nobody-has-this")) == ""
