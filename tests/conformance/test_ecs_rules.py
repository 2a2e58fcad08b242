"""ECS deployments: each sentence of the guide and each member of the API, its limit, and the test that proves it.

MODEL is botocore's model of the ECS API (DeploymentConfiguration and the types within it), which is asked here; GUIDE
the developer guide, "Deploy Amazon ECS services by replacing tasks", whose paragraphs are named; ALARMS its page "How
CloudWatch alarms detect deployment failures"; LIVE answers and events of the service that people have shown.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import botocore.session
import botocore.validate
import pytest
import yaml
from pulumi_rolling.policy import check
from pulumi_rolling.policy.block import Block, child, fields
from pulumi_rolling.policy.check import check_policy, parse_policy
from pulumi_rolling.policy.ecs_deployment.arithmetic import bounds
from pulumi_rolling.policy.ecs_deployment.block import EcsDeployment
from pulumi_rolling.policy.ecs_deployment.configuration import wanted
from pulumi_rolling.policy.ecs_deployment.leaves import STAGES
from pulumi_rolling.policy.groups.ecs_service import EcsService
from pulumi_rolling.policy.inputs import inputs_with

from tests.conformance.rows import TESTS, Rule, is_proved

DOCUMENT = (TESTS.parent / "docs" / "ecs.md").read_text()
BLOCK = "unit/policy/test_ecs_deployment.py"
ARITHMETIC = "unit/policy/test_ecs_arithmetic.py"
CONFIGURATION = "unit/policy/test_ecs_configuration.py"
LIVE_SERVICE = "unit/policy/test_ecs_feasibility.py"
LAB = "lab/test_services.py"
LAB_BOUNDS = "lab/test_service_bounds.py"
LAB_FAILURES = "lab/test_service_failures.py"
HERE = "conformance/test_ecs_rules.py"


MEMBERS = [
    Rule(
        "minimumHealthyPercent", "0 to 100; 100, DAEMON 0", "MODEL",
        CONFIGURATION, "test_what_holds_has_the_apis_defaults",
    ),
    Rule("maximumPercent", "from 100; 200", "MODEL", CONFIGURATION, "test_what_holds_has_the_apis_defaults"),
    Rule(
        "deploymentCircuitBreaker", "enable, rollback; COUNT, BOUNDED_PERCENT 50, UNBOUNDED_PERCENT", "MODEL",
        ARITHMETIC, "test_a_threshold_of_ones_own",
    ),
    Rule("alarms", "names, enable, rollback", "MODEL", CONFIGURATION, "test_ecs_returns_by_what_is_on_and_may"),
    Rule("strategy", "four", "MODEL", CONFIGURATION, "test_another_strategy_leaves_behind_what_only_the_former_has"),
    Rule(
        "bakeTimeInMinutes", "required with BLUE_GREEN; none of ROLLING", "MODEL; ALARMS",
        LIVE_SERVICE, "test_what_the_services_own_configuration_forbids_is_a_fault",
    ),
    Rule(
        "lifecycleHooks", "stages; PAUSE not at the shifts; 1 to 20160 minutes", "MODEL",
        BLOCK, "test_a_fault_has_its_path_and_says_what_is_allowed",
    ),
    Rule(
        "linearConfiguration", "3 to 100 by tenths, 10; 0 to 1440 minutes, 6", "MODEL",
        CONFIGURATION, "test_a_deployment_stands_still_for_its_bakes_and_steps",
    ),
    Rule(
        "canaryConfiguration", "0.1 to 100 by tenths, 5; 0 to 1440 minutes, 10", "MODEL",
        CONFIGURATION, "test_a_deployment_stands_still_for_its_bakes_and_steps",
    ),
    Rule(
        "earlySuccessCriteria", "ROLLING; 0 to 100, at least the minimum; BLOCKING, DEFERRED", "MODEL",
        BLOCK, "test_a_fault_has_its_path_and_says_what_is_allowed",
    ),
]  # fmt: skip
RULES = [
    Rule(
        "tasks that run are replaced by new ones", "how many at a time the configuration says", "GUIDE, opening",
        LAB_BOUNDS, "test_the_first_step_is_that_of_the_guide",
    ),
    Rule(
        "minimumHealthyPercent is a share of the desired count", "rounded up", "GUIDE, minimumHealthyPercent",
        ARITHMETIC, "test_the_table_of_bounds",
    ),
    Rule(
        "50 % of 4", "two may be stopped before two are started", "GUIDE, minimumHealthyPercent",
        HERE, "test_the_guides_examples",
    ),
    Rule(
        "both percents hold while a container instance drains, too", "said", "GUIDE, both",
        HERE, "test_the_document_says_what_nobody_is_asked",
    ),
    Rule("75 % of 2", "2: none may be stopped", "GUIDE, minimumHealthyPercent", HERE, "test_the_guides_examples"),
    Rule(
        "an unhealthy task is replaced before it is stopped", "where the maximum allows",
        "GUIDE, minimumHealthyPercent",
        "lab/test_service_tasks.py", "test_a_target_that_does_not_answer_is_replaced",
    ),
    Rule(
        "maximumPercent is a share of the desired count", "rounded down", "GUIDE, maximumPercent",
        ARITHMETIC, "test_the_table_of_bounds",
    ),
    Rule("200 % of 4", "four may be started first", "GUIDE, maximumPercent", HERE, "test_the_guides_examples"),
    Rule("125 % of 3", "3: none may be started", "GUIDE, maximumPercent", HERE, "test_the_guides_examples"),
    Rule(
        "at least one task must be free to stop or to start", "else refused with the numbers", "GUIDE, important",
        LIVE_SERVICE, "test_blocked_percentages_are_refused_with_the_numbers",
    ),
    Rule(
        "a blocked deployment has an event that says so", "and stands", "GUIDE, important",
        LAB_BOUNDS, "test_a_deployment_keeps_its_bounds_or_says_that_it_is_blocked",
    ),
    Rule(
        "100 and 100 are refused by the API", "literal", "LIVE",
        BLOCK, "test_a_fault_has_its_path_and_says_what_is_allowed",
    ),
    Rule(
        "the breaker tells whether tasks become steady", "after how many failures the plan says", "GUIDE, breaker",
        LIVE_SERVICE, "test_the_notes_say_who_decides_after_what_and_who_returns",
    ),
    Rule(
        "the breaker may roll back", "optional", "GUIDE, breaker",
        CONFIGURATION, "test_who_returns_is_as_given_then_as_it_is_then_as_on_failure",
    ),
    Rule(
        "half of desired between 3 and 200", "rounded up; 25 make 13", "MODEL",
        ARITHMETIC, "test_the_breaker_acts_at_half_of_desired_between_3_and_200",
    ),
    Rule(
        "tags become digests, so that all tasks run one image", "by a first task", "GUIDE, image resolution",
        LIVE_SERVICE, "test_the_notes_explain_how_images_are_resolved",
    ),
    Rule(
        "of a service of one task that task decides", "no wait", "GUIDE, image resolution",
        LIVE_SERVICE, "test_the_notes_explain_how_images_are_resolved",
    ),
    Rule(
        "others and later replacements run the same digests", "until the next deployment", "GUIDE, image resolution",
        LAB, "test_the_first_task_fixes_the_digest_for_all_others",
    ),
    Rule(
        "three vain attempts", "unresolved; with a breaker failed", "GUIDE, image resolution",
        LIVE_SERVICE, "test_the_notes_explain_how_images_are_resolved",
    ),
    Rule(
        "platforms and agents that resolve", "Fargate 1.3.0, Windows 1.0.0; agent 1.31.0, 1.70.0 for all images",
        "GUIDE, image resolution",
        HERE, "test_the_document_says_what_nobody_is_asked",
    ),
    Rule(
        "sidecars of ECS itself are not captured", "said", "GUIDE, notes",
        HERE, "test_the_document_says_what_nobody_is_asked",
    ),
    Rule(
        "agent 1.83.0 keeps the wait short, a digest in the definition takes it away", "said for EC2", "GUIDE, notes",
        LIVE_SERVICE, "test_the_notes_explain_how_images_are_resolved",
    ),
    Rule(
        "with a desired count of 0 nothing is resolved", "until a deployment with tasks", "GUIDE, notes",
        LIVE_SERVICE, "test_the_notes_explain_how_images_are_resolved",
    ),
    Rule(
        "a forced deployment resolves anew", "new tasks only; forceNewDeployment, or triggers", "GUIDE, notes",
        LIVE_SERVICE, "test_a_forced_deployment_is_forced_by_triggers_or_by_the_policy",
    ),
    Rule(
        "tasks that run keep their digest", "a new deployment alone changes it", "GUIDE, notes",
        LAB, "test_a_forced_deployment_resolves_the_digest_anew",
    ),
    Rule(
        "two ways to find a failure", "breaker and alarms", "GUIDE, failure detection",
        CONFIGURATION, "test_ecs_returns_by_what_is_on_and_may",
    ),
    Rule(
        "one or both; the first criterion that is met decides", "all are said", "GUIDE, failure detection",
        LIVE_SERVICE, "test_the_notes_say_who_decides_after_what_and_who_returns",
    ),
    Rule(
        "the breaker is for tasks that do not start", "a warning where neither is on", "GUIDE, failure detection",
        LIVE_SERVICE, "test_what_the_service_makes_of_the_policy_is_warned_of",
    ),
    Rule(
        "alarms are for metrics of the application", "by name", "GUIDE, failure detection",
        LAB_FAILURES, "test_an_alarm_turns_a_deployment_back",
    ),
    Rule(
        "an alarm in ALARM at the start is not watched", "said", "ALARMS",
        LIVE_SERVICE, "test_the_notes_say_who_decides_after_what_and_who_returns",
    ),
    Rule(
        "the configuration alone starts nothing", "it holds for the next deployment", "MODEL",
        LAB, "test_what_alters_no_revision_starts_nothing",
    ),
    Rule(
        "whether members that are not sent are kept is not said", "all that was read is sent", "MODEL",
        CONFIGURATION, "test_a_policy_that_says_nothing_sends_what_was_read",
    ),
    Rule(
        "a first deployment has no rollback candidate", "a warning, and a way back of ours", "LIVE",
        LIVE_SERVICE, "test_limits_are_those_of_the_service_as_found",
    ),
    Rule(
        "tasks without a place need not be failures", "there always is a deadline, PT3H", "LIVE",
        LIVE_SERVICE, "test_the_notes_say_who_decides_after_what_and_who_returns",
    ),
    Rule(
        "protected tasks hold a deployment", "a warning", "LIVE",
        LIVE_SERVICE, "test_what_the_service_makes_of_the_policy_is_warned_of",
    ),
    Rule(
        "UpdateService takes another controller", "a foreign one is refused with the migration", "MODEL",
        LIVE_SERVICE, "test_a_foreign_controller_is_refused_with_the_migration",
    ),
    Rule(
        "a DAEMON has one task on each instance", "0 and 100", "MODEL",
        LIVE_SERVICE, "test_a_daemon_stops_before_it_starts_and_is_judged_by_its_minimum",
    ),
]  # fmt: skip

MODEL = botocore.session.get_session().get_service_model("ecs")
HOOK = {"hookTargetArn": "arn:f", "lifecycleStages": ["PRE_SCALE_UP"]}
OURS = {"deploymentCircuitBreaker": "circuitBreaker"}
SHAPES = {
    "deploymentCircuitBreaker": "DeploymentCircuitBreaker",
    "alarms": "DeploymentAlarms",
    "lifecycleHooks": "DeploymentLifecycleHook",
    "linearConfiguration": "LinearConfiguration",
    "canaryConfiguration": "CanaryConfiguration",
    "earlySuccessCriteria": "DeploymentEarlySuccessCriteria",
}


def members(shape: str) -> dict[str, Any]:
    return dict(MODEL.shape_for(shape).members)


def faults(**deployment: Any) -> list[str]:
    return [fault.path for fault in check_policy({"ecsDeployment": deployment}).faults]


@pytest.mark.parametrize("rule", [*MEMBERS, *RULES], ids=lambda rule: rule.rule)
def test_each_rule_names_a_test_that_is_there(rule: Rule) -> None:
    """A row without a test proves nothing."""
    assert is_proved(rule)


def test_the_table_has_every_member_of_the_configuration() -> None:
    """MODEL: a member that the API gets anew is a row that is missing here, and a field."""
    known = set(members("DeploymentConfiguration"))
    assert {rule.rule for rule in MEMBERS} == known
    assert {OURS.get(name, name) for name in known} == set(fields(EcsDeployment)) - {
        "forceNewDeployment",
        "timeout",
    }


@pytest.mark.parametrize("name", SHAPES)
def test_the_blocks_have_every_member_of_theirs(name: str) -> None:
    """MODEL: breaker, alarms, hooks, steps and early success, down to their thresholds and timeouts."""
    block = child(EcsDeployment, OURS.get(name, name))
    assert block is not None
    pending: list[tuple[type[Block], str]] = [(block, SHAPES[name])]
    while pending:
        model, shape = pending.pop()
        assert set(fields(model)) == set(members(shape))
        for field, told in members(shape).items():
            inner = child(model, field)
            if inner is not None:
                pending.append((inner, told.name))


@pytest.mark.parametrize(
    ("block", "shape"),
    [
        (lambda word: {"strategy": word, "bakeTimeInMinutes": 5}, "DeploymentStrategy"),
        (
            lambda word: {"circuitBreaker": {"thresholdConfiguration": {"type": word, "value": 5}}},
            "ThresholdType",
        ),
        (
            lambda word: {"earlySuccessCriteria": {"sourceServiceRevisionCleanup": word, "healthyPercent": 100}},
            "ServiceRevisionCleanup",
        ),
        (
            lambda word: {"lifecycleHooks": [{**HOOK, "timeoutConfiguration": {"action": word}}]},
            "DeploymentLifecycleHookAction",
        ),
        (
            lambda word: {"lifecycleHooks": [{**HOOK, "lifecycleStages": [word]}]},
            "DeploymentLifecycleHookStage",
        ),
    ],
)  # fmt: skip
def test_words_are_the_apis(block: Any, shape: str) -> None:
    """MODEL: each word of the API is taken, and sent as it is."""
    for word in MODEL.shape_for(shape).metadata["enum"]:
        given = block(word)
        if word == "ROLLING":
            del given["bakeTimeInMinutes"]
        assert word in str(wanted(parse_policy({"ecsDeployment": given}).ecs_deployment, {}))
    assert len(faults(**block("NOPE"))) == 1


def test_stages_are_those_of_the_api() -> None:
    """MODEL: the eight stages at which a hook may stand, in their order."""
    assert list(STAGES) == MODEL.shape_for("DeploymentLifecycleHookStage").metadata["enum"]


def test_a_hooks_timeout_has_the_apis_limits() -> None:
    """MODEL: least and most, and one beyond each is a fault at its path."""
    told = members("DeploymentLifecycleHookTimeoutConfiguration")["timeoutInMinutes"].metadata

    def found(minutes: int) -> list[str]:
        hook = {"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"]}
        return faults(lifecycleHooks=[{**hook, "timeoutConfiguration": {"timeoutInMinutes": minutes}}])

    assert found(told["min"]) == found(told["max"]) == []
    path = "updatePolicy.ecsDeployment.lifecycleHooks[0].timeoutConfiguration.timeoutInMinutes"
    assert found(told["min"] - 1) == found(told["max"] + 1) == [path]


def test_the_api_takes_what_is_sent() -> None:
    """MODEL: a configuration with every member passes the validation of the SDK."""
    hook = {
        "targetType": "PAUSE",
        "lifecycleStages": ["POST_SCALE_UP"],
        "timeoutConfiguration": {"action": "ROLLBACK"},
    }
    given = {
        "minimumHealthyPercent": 100, "maximumPercent": 150, "strategy": "LINEAR", "bakeTimeInMinutes": 5,
        "circuitBreaker": {"thresholdConfiguration": {"type": "COUNT", "value": 3}}, "alarms": ["web-5xx"],
        "linearConfiguration": {"stepPercent": 25}, "lifecycleHooks": [hook],
    }  # fmt: skip
    sent = wanted(parse_policy({"ecsDeployment": given}).ecs_deployment, {})
    shape = MODEL.shape_for("DeploymentConfiguration")
    assert botocore.validate.ParamValidator().validate(sent, shape).generate_report() == ""


def test_the_guides_examples() -> None:
    """GUIDE: 50 of 4 may stop two, 75 of 2 none; 200 of 4 may start four, 125 of 3 none."""
    assert 4 - bounds(4, 50, 200).keep == 2
    assert 2 - bounds(2, 75, 200).keep == 0
    assert bounds(4, 100, 200).top - 4 == 4
    assert bounds(3, 100, 125).top - 3 == 0


def test_the_document_has_every_field() -> None:
    """Each field of the block has its row, in backticks at its head."""
    heads = set(re.findall(r"^\| `(\w+)", DOCUMENT, re.MULTILINE))
    assert set(fields(EcsDeployment)) | set(fields(EcsService)) - {"endpoint"} <= heads


def test_the_documents_table_is_the_arithmetic() -> None:
    """Percentages in tasks, and what is blocked, as the plan counts them."""
    rows = re.findall(r"^\| (\d+) \| (\d+) / (\d+) \| (\d+) \| (\d+) \| (.*) \|$", DOCUMENT, re.MULTILINE)
    assert len(rows) == 10
    for desired, minimum, maximum, keep, top, told in rows:
        found = bounds(int(desired), int(minimum), int(maximum))
        assert (found.keep, found.top) == (int(keep), int(top))
        first = "started first" if found.starts_first else "stopped first"
        outage = ": an outage" if found.is_outage else ""
        assert told == ("**blocked**" if found.is_blocked else f"{found.at_once} at a time, {first}{outage}")


def test_the_documents_examples_are_accepted() -> None:
    """The block of the head as inputs, and the pasted one as a policy."""
    example, *_ = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
    assert partial(check.check_inputs, inputs_with(EcsService))(yaml.safe_load(example)).faults == ()
    pasted, *_ = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    assert check_policy(yaml.safe_load(pasted)).faults == ()


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("How many at a time", "while a container instance drains"),
        *(("Images", said) for said in ("1.3.0", "1.0.0", "1.31.0", "1.70.0", "1.83.0", "sidecars")),
    ],
)
def test_the_document_says_what_nobody_is_asked(section: str, said: str) -> None:
    """GUIDE: draining instances, platforms and agents below these versions are beyond what a preview can know."""
    assert said in DOCUMENT.partition(f"## {section}")[2].partition("##")[0]
