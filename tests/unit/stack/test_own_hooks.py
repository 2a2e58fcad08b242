"""Hooks of ours among those that state records."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.host.hook_call import POLICY_TYPE as OF_PROGRAMS
from pulumi_rolling.stack.deployment import SECRET, SIGNATURE, Deployment, Entry
from pulumi_rolling.stack.own_hooks import POLICY_TYPE, foreign_hooks, own_hooks, policies_of

WEB: dict[str, Any] = {
    "urn": "urn:pulumi:dev::trial::rolling:index:UpdatePolicy::web",
    "type": "rolling:index:UpdatePolicy",
    "inputs": {"hook": "web", "policy": {"rollingUpdate": {}}, "onFailure": "leave"},
}


def deployment(*resources: dict[str, Any]) -> Deployment:
    return Deployment({"version": 3, "deployment": {"resources": list(resources)}})


def test_the_policy_in_state_names_its_hook() -> None:
    """A hook of ours has the policy and the onFailure of the component that names it."""
    [hook] = own_hooks(deployment(WEB)).values()
    assert (hook.name, hook.policy, hook.on_failure) == ("web", {"rollingUpdate": {}}, "leave")


def test_a_secret_in_a_policy_is_opened() -> None:
    """The group is rolled by values, whatever is secret in state."""
    secret = {SIGNATURE: SECRET, "plaintext": '{"rollingUpdate": {"maxBatchSize": 2}}'}
    [hook] = own_hooks(deployment({**WEB, "inputs": {"hook": "web", "policy": secret}})).values()
    assert hook.policy == {"rollingUpdate": {"maxBatchSize": 2}}


def test_hooks_of_the_program_are_told_from_ours() -> None:
    """Of a group with both only those of the program cannot run in a return."""
    own = own_hooks(deployment(WEB))
    group = Entry({"resourceHooks": {"BeforeUpdate": ["web", "mine"], "AfterCreate": ["web"]}})
    assert foreign_hooks(group, own) == {"BeforeUpdate": ["mine"]}
    assert foreign_hooks(group, {}) == group.hooks


def test_programs_and_returns_agree_on_the_type() -> None:
    """The type stands in state: what a program writes a return finds."""
    assert POLICY_TYPE == OF_PROGRAMS


def test_a_policy_of_its_groups_is_found_by_their_hook() -> None:
    """Shared by several, or of an earlier version, which had one for each group; another hook has none."""
    kept = deployment(WEB, {**WEB, "urn": f"{WEB['urn']}2", "inputs": {"hook": "policy-1", "policy": {}}})
    found = {
        name: [each.urn for each in policies_of(Entry({"resourceHooks": {"BeforeUpdate": [name]}}), kept)]
        for name in ("web", "policy-1", "mine")
    }
    assert found == {"web": [WEB["urn"]], "policy-1": [f"{WEB['urn']}2"], "mine": []}
