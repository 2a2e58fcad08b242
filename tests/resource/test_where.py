"""Where the Python resource looks for its group: settings of the stack, an explicit provider, and two of one name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi_rolling.fleets.credentials import Keys, Role
from pulumi_rolling.handler import Defaults
from pulumi_rolling.host.aws_settings import AwsSettings
from pulumi_rolling.resource import dynamic
from pulumi_rolling.resource.provider_option import _digest, as_the_option_says

from tests.resource.program import GROUP, POLICY, Component, Shown, rolling, run

ROLE = "arn:aws:iam::1:role/deploy"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REGION", "DEFAULT_REGION", "PROFILE", "ACCESS_KEY_ID", "ENDPOINT_URL", "CONFIG_FILE"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> dynamic.RollingGroupProvider:
    """The provider of a process of its own, whose handler looks at nothing."""
    process = dynamic._Process()
    monkeypatch.setattr(dynamic, "_process", process)
    monkeypatch.setattr(type(process.handler), "_live_faults", lambda *_: [])
    return dynamic.RollingGroupProvider()


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({}, Defaults()),
        ({"region": "eu-west-1"}, Defaults(region="eu-west-1")),
        ({"profile": "live"}, Defaults(profile="live")),
        (
            {"accessKey": "k", "secretKey": "s", "token": "t"},
            Defaults(keys=Keys("k", "s", "t")),
        ),
        ({"endpoints": '[{"autoscaling": "http://a", "ec2": "http://a"}]'}, Defaults(endpoint="http://a")),
        ({"endpoints": '[{"s3": "http://s3"}]'}, Defaults()),
        ({"assumeRoles": f'[{{"roleArn": "{ROLE}"}}]'}, Defaults(roles=(Role(ROLE),))),
        (
            {
                "assumeRole": f'{{"roleArn": "{ROLE}", "externalId": "x", "duration": "1h30m", "tags": {{"a": "b"}}}}'
            },
            Defaults(
                roles=(
                    Role(
                        ROLE,
                        '{"DurationSeconds": 5400, "ExternalId": "x", "Tags": [{"Key": "a", "Value": "b"}]}',
                    ),
                )
            ),
        ),
    ],
)
def test_settings_of_the_stack_are_those_of_the_resource(given: Mapping[str, str], meant: Defaults) -> None:
    """What sends the program's other resources somewhere sends this one there, too."""
    settings = AwsSettings(given.get)
    assert (settings.defaults(), settings.faults()) == (meant, [])


@pytest.mark.parametrize(
    ("given", "path", "says"),
    [
        ({"assumeRoleWithWebIdentity": "{}"}, "aws:assumeRoleWithWebIdentity", "AWS_WEB_IDENTITY_TOKEN_FILE"),
        ({"sharedConfigFiles": '["f"]'}, "aws:sharedConfigFiles", "AWS_CONFIG_FILE"),
        ({"endpoints": '[{"autoscaling": "http://a", "ec2": "http://b"}]'}, "aws:endpoints", "one URL"),
    ],
)
def test_what_is_not_honoured_is_refused(given: Mapping[str, str], path: str, says: str) -> None:
    """A setting that would send the other resources elsewhere is named, with what says the same."""
    (fault,) = AwsSettings(given.get).faults()
    assert fault.path == path
    assert says in fault.message


def test_a_setting_that_the_environment_repeats_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who says it to AWS's SDK as well has done what the fault would ask for."""
    monkeypatch.setenv("AWS_CONFIG_FILE", "f")
    assert AwsSettings({"sharedConfigFiles": '["f"]'}.get).faults() == []


def test_the_process_is_told_the_stacks_settings(provider: dynamic.RollingGroupProvider) -> None:
    """Refresh and destroy run no program: what they know comes by Configure, and nothing of it is an input."""
    provider.configure(ConfigureRequest(Config({"aws:region": "eu-west-1"}, "trial")))
    checked = provider.check({}, {"autoScalingGroup": GROUP, "updatePolicy": POLICY})
    assert dynamic._here().handler.defaults == Defaults(region="eu-west-1")
    assert checked.inputs["autoScalingGroup"] == GROUP


def _context(name: str, **aws_option: Any) -> dict[str, Any]:
    return {"urn": f"urn:{name}", "dryRun": True, "aws": aws_option}


@pytest.mark.parametrize(
    ("option", "stack", "region"),
    [
        ({"region": "eu-west-1"}, Defaults(region="us-east-1"), "eu-west-1"),
        ({"region": "eu-west-1"}, Defaults(), "eu-west-1"),
        ({"region": "eu-west-1"}, Defaults(region="eu-west-1"), None),
        ({}, Defaults(region="eu-west-1"), None),
    ],
)
def test_the_region_of_an_explicit_provider_is_an_input(
    option: dict[str, Any], stack: Defaults, region: str | None
) -> None:
    """Where it is another one than the stack's, so that refresh and destroy look there; otherwise nothing changes."""
    given, faults = as_the_option_says({"autoScalingGroup": GROUP}, option, stack)
    assert (given["autoScalingGroup"].get("region"), faults) == (region, [])


def test_a_region_of_the_groups_own_goes_before_the_providers() -> None:
    """What the program writes at the group is never overruled, in any spelling."""
    given, _ = as_the_option_says({"autoScalingGroup": {"Region": "a"}}, {"region": "b"}, Defaults())
    assert given == {"autoScalingGroup": {"Region": "a"}}


@pytest.mark.parametrize(
    ("option", "stack", "paths"),
    [
        ({"profile": "live"}, Defaults(profile="live"), []),
        ({"profile": "live"}, Defaults(profile="staging"), ["opts.provider.profile"]),
        ({"profile": "live"}, Defaults(), ["opts.provider.profile"]),
        ({"accessKey": _digest("k")}, Defaults(keys=Keys("k", "s")), []),
        ({"accessKey": _digest("k")}, Defaults(), ["opts.provider.accessKey"]),
        (
            {"endpoints": '[{"ec2": "http://a", "autoscaling": "http://b"}]'},
            Defaults(),
            ["opts.provider.endpoints"],
        ),
    ],
)
def test_another_account_by_an_explicit_provider_is_refused(
    option: dict[str, Any], stack: Defaults, paths: list[str]
) -> None:
    """State has no room for credentials, so refresh and destroy would look in the stack's account."""
    _, faults = as_the_option_says({"autoScalingGroup": GROUP}, option, stack)
    assert [fault.path for fault in faults] == paths


@pytest.mark.parametrize("way", ["provider", "providers", "component", "nested component"])
def test_an_explicit_provider_is_found_where_a_resource_of_aws_would_find_it(way: str) -> None:
    """By the option itself, in a map, and by a component around; and nothing waits for it."""

    def program() -> None:
        made = aws.Provider("eu", region="eu-west-1")
        around = Component("outer", pulumi.ResourceOptions(providers={"aws": made}))
        opts = {
            "provider": pulumi.ResourceOptions(provider=made),
            "providers": pulumi.ResourceOptions(providers=[made]),
            "component": pulumi.ResourceOptions(parent=around),
            "nested component": pulumi.ResourceOptions(
                parent=Component("inner", pulumi.ResourceOptions(parent=around))
            ),
        }[way]
        Shown(rolling(opts=opts)).done()

    assert run(program).found["roll"].inputs["context"]["aws"] == {"region": "eu-west-1"}


def test_two_groups_of_one_name_keep_their_own_contexts(provider: dynamic.RollingGroupProvider) -> None:
    """In two regions each is rolled under its own URN, or a killed roll would be another resource's for ever."""
    regions = ("us-east-1", "eu-west-1")
    checked = {
        region: provider.check(
            {},
            {
                "autoScalingGroup": {**GROUP, "region": region},
                "updatePolicy": POLICY,
                "context": _context(region),
            },
        ).inputs
        for region in regions
    }
    assert [dynamic._here().recall(checked[region]).urn for region in regions] == [
        f"urn:{r}" for r in regions
    ]


def test_two_resources_of_one_group_are_refused_in_preview(provider: dynamic.RollingGroupProvider) -> None:
    """The calls after check name no resource, so that the second would be rolled as if it were the first."""
    news = {"autoScalingGroup": GROUP, "updatePolicy": POLICY}
    first, again, second = (
        provider.check({}, {**news, "context": _context(name)}).failures for name in ("a", "a", "b")
    )
    assert (first, again) == ([], [])
    assert "is the group of urn:a already" in second[0].reason
