"""Each command in one row: where it stands, its short help, an example, and what its exit codes mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DONE = {0: "done"}
ONE_LINE = {**DONE, 1: "failed, or refused with the reason in one line"}
FAULTS = {2: "an option, or the policy, is at fault"}
_DRIVEN = {
    0: "the group is at its target",
    1: "it is not, or no rollout was interrupted",
    130: "stopped by Ctrl-C; the record is kept",
}
OF_A_STACK = {
    0: "succeeded",
    20: "failed, and returned",
    21: "failed, and not returned in whole",
    22: "failed, with no return known or wanted",
}


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    module: str
    """The module of `cli` in which the function is."""
    short: str
    example: str
    codes: Mapping[int, str]
    """Code 2, for options that cannot be understood, is every command's and need not stand here."""
    other_codes: str = ""
    """Codes that are somebody else's."""
    asks_aws: bool = False
    passes_on: bool = False
    """Options that it does not know are handed on to Pulumi."""
    function: str = ""
    """Where it is not called like the command."""

    @property
    def all_codes(self) -> dict[int, str]:
        return dict(sorted({**FAULTS, **self.codes}.items()))


def _verb(name: str, short: str, rest: str = "", module: str = "requests") -> Row:
    return Row(name, module, short, f"rolling {name} web{rest}", ONE_LINE, asks_aws=True)


ROWS = (
    Row(
        "up",
        "stack",
        "Run `pulumi up`, and return the stack when it fails.",
        "rolling up --yes --stack prod --report report.md",
        OF_A_STACK,
        other_codes="Pulumi's own where nothing changed",
        passes_on=True,
    ),
    Row(
        "preview",
        "preview",
        "Run `pulumi preview`, and tell what could not come back.",
        "rolling preview --stack prod --format markdown > comment.md",
        {},
        other_codes="Pulumi's own",
        passes_on=True,
    ),
    Row(
        "rollback",
        "stack",
        "Return the stack to a good deployment.",
        "rolling rollback --stack prod --dry-run",
        {**ONE_LINE, **OF_A_STACK},
    ),
    Row(
        "deployments",
        "stack",
        "List the good deployments that are kept.",
        "rolling deployments --stack prod",
        ONE_LINE,
    ),
    Row(
        "plan",
        "plan",
        "Show what a policy would do, offline or for a live group.",
        "rolling plan --policy policy.yaml --desired 10 --max-size 12",
        {**ONE_LINE, 2: "the policy, or an option, is at fault; or it cannot be carried out"},
        asks_aws=True,
    ),
    Row(
        "simulate",
        "simulate",
        "Simulate rollouts: how long, how safe, how many calls.",
        "rolling simulate --policy policy.yaml --desired 10 --max-size 12",
        {**ONE_LINE, 2: "the policy, or an option, is at fault; or it cannot be carried out"},
    ),
    Row(
        "status",
        "status",
        "Tell where the rollout of a group stands.",
        "rolling status web --format json",
        ONE_LINE,
        asks_aws=True,
    ),
    Row(
        "list",
        "listing",
        "List groups with the state of their rollouts.",
        "rolling list --region eu-central-1 --rolling",
        ONE_LINE,
        asks_aws=True,
        function="list_groups",
    ),
    Row(
        "watch",
        "watch",
        "Watch the rollout of a group, or of a stack, until it ends.",
        "rolling watch web --wait-for-start --timeout 3600",
        {
            0: "the group is at its target, or all are",
            1: "it is not, or there is nothing to watch",
            124: "the time of --timeout is over",
            130: "Ctrl-C; the rollout goes on",
        },
        asks_aws=True,
    ),
    Row(
        "history",
        "rolls",
        "List the rolls that were carried out, the newest first.",
        "rolling history web --format json",
        ONE_LINE,
        asks_aws=True,
    ),
    Row(
        "report",
        "rolls",
        "Write a page that shows what happened in a roll.",
        "rolling report 4e8386c2 --output roll.html",
        ONE_LINE,
        asks_aws=True,
    ),
    _verb("pause", "Start nothing new; what is in flight goes on."),
    _verb("resume", "Go on after a pause, or after a hold."),
    _verb("approve", "Let a rollout go on that waits for approval."),
    _verb("reject", "End a rollout that waits for approval, and roll back."),
    _verb("retry", "Replace an instance once more.", " i-0b17"),
    _verb("skip", "Leave an instance as it is.", " i-0b17"),
    _verb("abort", "End a rollout and, unless its policy says leave, roll back."),
    Row(
        "finish",
        "continuing",
        "Go on with a rollout that was interrupted.",
        "rolling finish web",
        _DRIVEN,
        asks_aws=True,
    ),
    Row(
        "return",
        "continuing",
        "Take back a rollout that was interrupted.",
        "rolling return web",
        {**_DRIVEN, 0: "the group is back on the revision that it came from"},
        asks_aws=True,
        function="take_back",
    ),
    Row(
        "signal",
        "signal",
        "Send an instance's SUCCESS or FAILURE.",
        "rolling signal --exit-code $?",
        ONE_LINE,
        asks_aws=True,
    ),
    Row(
        "lab",
        "lab",
        "Serve an embedded cloud to try policies on.",
        "rolling lab --port 5005 --boot 2",
        ONE_LINE,
    ),
    Row(
        "completion",
        "completion",
        "Print the script by which a shell completes `rolling`.",
        'eval "$(rolling completion bash)"',
        ONE_LINE,
    ),
)
