"""EC2's sentences about a launch that did not come off: whether the cloud's own retry may help, and what mends it.

The sentences have no code beside them, so they are told apart by their words. Sources: EC2 Auto Scaling user guide,
"Troubleshoot EC2 Auto Scaling: EC2 instance launch failures" and "... AMI issues"; activities as people have shown
them: kubernetes/autoscaler #1263 (instance limit), aws-parallelcluster #340 (Spot count), runs-on #88 and
terraform-aws-nat-instance #70 (fleet requests), layer0 #273 ("Your quota allows for 0 more"); EC2 API reference,
StateReason (Client.VolumeLimitExceeded). A sentence that nobody has shown is taken for the milder case: the cloud goes
on trying, and the slot's clock decides. Which group it was, and what a launch costs it, is not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.core.replace.observation import LaunchError


@dataclass(frozen=True, slots=True)
class LaunchRefusal:
    """What one sentence means. ``remedy`` is None where it is not known to mean anything."""

    error: LaunchError
    remedy: Remedy | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    remedy: Remedy
    words: re.Pattern[str]
    hint: str = ""
    """``{quota}`` and ``{action}`` stand for what the sentence names."""


def _row(remedy: Remedy, words: str, hint: str = "") -> _Row:
    return _Row(remedy, re.compile(words, re.I), hint)


_MAY_PASS = (
    _row(Remedy.CAPACITY, r"enough free addresses", "Give the group a subnet that has free addresses."),
    _row(Remedy.IMAGE, r"is pending, and cannot be run", "Wait until the image is available."),
    _row(
        Remedy.CAPACITY,
        r"do(es)? not have sufficient|insufficient.{0,20}capacity|no spot capacity|unfulfillablecapacity"
        r"|not supported in your requested availability zone|reservation \S+ is not active yet"
        r"|try again later",
    ),
)
"""Another zone, another hour: the cloud's own retry may succeed."""

_FOR_GOOD = (
    _row(
        Remedy.IMAGE,
        r"image id '\[?ami-[^']*' does not exist|invalidamiid|ami id .* is disabled|not authorized for images?"
        r"|virtualization type|architecture .* does not match",
    ),
    _row(
        Remedy.QUOTA,
        r"instance limit|vcpu limit|(vcpu|instance|volume)limitexceeded|spot instance count exceeded"
        r"|max(spotinstance|fleet)countexceeded|exceeded your maximum .* limit|(reached )?your quota (for|allows)",
        "Ask AWS for a higher quota{quota}.",
    ),
    _row(
        Remedy.PERMISSION,
        r"accept terms and subscribe|optinrequired",
        "Subscribe to the image's product in AWS Marketplace.",
    ),
    _row(
        Remedy.PERMISSION,
        r"client error on launch",
        # The only cause that the user guide has for it.
        "Allow the role that Auto Scaling launches with to use the key of the encrypted volumes (kms:CreateGrant, "
        "kms:Decrypt, kms:GenerateDataKey*).",
    ),
    _row(
        Remedy.PERMISSION,
        r"not authorized|unauthorizedoperation|access ?denied|authfailure",
        "Allow {action} to the role that Auto Scaling launches with.",
    ),
    _row(
        Remedy.TEMPLATE,
        r"launch template\b.*(does not exist|not found|not valid)|invalidlaunchtemplate"
        r"|fully-formed launch template|iam instance profile"
        r"|key pair '[^']*' does not exist|security group '[^']*' does not exist|snapshot '[^']*' does not exist"
        r"|invalid(keypair|group|snapshot|blockdevicemapping|parameter)"
        r"|invalid device name|for parameter \S+ is invalid|requested configuration is currently not supported"
        r"|block device mappings not supported",
    ),
    _row(
        # The group may name these as well as the template.
        Remedy.OBJECTION,
        r"subnet id '[^']*' does not exist|invalidsubnet(id)?"
        r"|placement groups? may not be used|placement group '[^']*' is unknown",
    ),
)

_QUOTA_NAMES = tuple(
    re.compile(words, re.I)
    for words in (
        r"current ((?:vcpu|instance) limit of \d+)",
        r"exceeded your maximum (.+? limit of [\d.]+ \w+)",
        r"quota for maximum ([\w ]+?) for this account",
        r"max (spot instance count) exceeded",
        r"(\w+(?:limit|count)exceeded)",
    )
)
"""The first that fits: with a code in front of a sentence, the sentence tells more."""
_ACTION = re.compile(r"perform:? ([a-z0-9-]+:\w+)", re.I)


def read_refusal(sentence: str) -> LaunchRefusal:
    text = " ".join(sentence.split())
    for error, rows in ((LaunchError.CAPACITY, _MAY_PASS), (LaunchError.PERMANENT, _FOR_GOOD)):
        for row in rows:
            if row.words.search(text):
                return LaunchRefusal(
                    error, row.remedy, row.hint.format(quota=_quota(text), action=_action(text))
                )
    return LaunchRefusal(LaunchError.CAPACITY)


def _quota(text: str) -> str:
    named = (match for words in _QUOTA_NAMES if (match := words.search(text)))
    return next((f" ({match[1]})" for match in named), "")


def _action(text: str) -> str:
    """A launch is ec2:RunInstances; newer sentences name another action where it was that which was denied."""
    named = _ACTION.search(text)
    return "ec2:RunInstances" if named is None else named[1]
