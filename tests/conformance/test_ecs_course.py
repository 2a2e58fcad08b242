"""The course of an ECS deployment: each sentence of the guide on what ECS does, and the test that shows it happen.

GUIDE is the developer guide, "Deploy Amazon ECS services by replacing tasks", whose paragraphs are named; BREAKER its
page "How the Amazon ECS deployment circuit breaker detects failures"; ALARMS its page "How CloudWatch alarms detect
Amazon ECS deployment failures"; API the reference, member by member; LIVE answers and events that people have shown.
What a policy says and refuses of the same sentences is in ``test_ecs_rules``.
"""

from __future__ import annotations

import pytest

from tests.conformance.rows import Rule, is_proved

LAB = "lab/test_services.py"
BOUNDS = "lab/test_service_bounds.py"
COURSE = "lab/test_service_course.py"
FAILURES = "lab/test_service_failures.py"
TASKS = "lab/test_service_tasks.py"
FLEET = "fleets/test_ecs_in_lab.py"

ORDER = [
    Rule(
        "tasks that run are replaced by tasks of the new revision", "all of them, then COMPLETED", "GUIDE, opening",
        FLEET, "test_a_service_is_moved_by_one_deployment_followed_by_its_number",
    ),
    Rule(
        "the lower limit holds while tasks are replaced", "healthy tasks, rounded up", "GUIDE, minimumHealthyPercent",
        BOUNDS, "test_a_deployment_keeps_its_bounds_or_says_that_it_is_blocked",
    ),
    Rule(
        "50 % of 4: two are stopped before two are started", "where the maximum is 100", "GUIDE, minimumHealthyPercent",
        BOUNDS, "test_the_first_step_is_that_of_the_guide",
    ),
    Rule(
        "75 % of 2: none is stopped", "new ones must come first", "GUIDE, minimumHealthyPercent",
        BOUNDS, "test_a_deployment_keeps_its_bounds_or_says_that_it_is_blocked",
    ),
    Rule(
        "an unhealthy task's replacement is started first", "the minimum stays until it is healthy",
        "GUIDE, minimumHealthyPercent",
        COURSE, "test_unhealthy_tasks_go_when_their_replacements_are_healthy",
    ),
    Rule(
        "unhealthy tasks are stopped once their replacements are healthy", "not before",
        "GUIDE, minimumHealthyPercent",
        COURSE, "test_unhealthy_tasks_go_when_their_replacements_are_healthy",
    ),
    Rule(
        "the upper limit holds while tasks are replaced", "running and pending, rounded down", "GUIDE, maximumPercent",
        BOUNDS, "test_a_deployment_keeps_its_bounds_or_says_that_it_is_blocked",
    ),
    Rule(
        "200 % of 4: four are started before four are stopped", "minimum 100", "GUIDE, maximumPercent",
        BOUNDS, "test_the_first_step_is_that_of_the_guide",
    ),
    Rule(
        "125 % of 3: none is started", "until the desired count leaves room", "GUIDE, maximumPercent",
        BOUNDS, "test_the_bounds_are_those_of_the_latest_desired_count",
    ),
    Rule(
        "a deployment that can neither stop nor start stands, and an event says so", "literal text, once",
        "GUIDE, important",
        BOUNDS, "test_a_deployment_keeps_its_bounds_or_says_that_it_is_blocked",
    ),
]  # fmt: skip
IMAGES = [
    Rule(
        "of several tasks one is started first", "the others wait for its digest", "GUIDE, image resolution",
        LAB, "test_the_first_task_fixes_the_digest_for_all_others",
    ),
    Rule(
        "of a service of one task that task fixes the digest", "nobody waits", "GUIDE, image resolution",
        COURSE, "test_the_only_task_fixes_the_digest_and_a_later_count_runs_it",
    ),
    Rule(
        "the digest serves other tasks and later updates", "replacements and a larger count", "GUIDE, image resolution",
        COURSE, "test_the_only_task_fixes_the_digest_and_a_later_count_runs_it",
    ),
    Rule(
        "after three vain attempts the deployment goes on unresolved", "without a breaker", "GUIDE, image resolution",
        COURSE, "test_after_three_vain_first_tasks_the_deployment_goes_on_unresolved",
    ),
    Rule(
        "with a breaker it fails then and is rolled back", "3 failures of 1 to 6 tasks", "GUIDE, image resolution",
        FAILURES, "test_a_breakers_rollback_ends_in_a_stable_service",
    ),
    Rule(
        "with a desired count of 0 there is no digest", "until there are tasks", "GUIDE, notes",
        LAB, "test_nothing_is_resolved_without_tasks",
    ),
    Rule(
        "a forced deployment resolves anew for new tasks alone", "same task definition", "GUIDE, notes",
        LAB, "test_a_forced_deployment_resolves_the_digest_anew",
    ),
    Rule(
        "a forced deployment that fails is returned to the former digest", "by ECS alone", "GUIDE, notes",
        FLEET, "test_a_forced_deployment_is_returned_by_ecs_alone_or_said_to_be_not",
    ),
]  # fmt: skip
DETECTION = [
    Rule(
        "the breaker tells whether tasks reach a steady state", "else FAILED", "GUIDE, breaker",
        FAILURES, "test_a_breaker_without_rollback_leaves_everything_as_it_is",
    ),
    Rule(
        "it may roll back to the last deployment that was completed", "the former one, by its own id",
        "GUIDE, failure detection",
        FAILURES, "test_a_breakers_rollback_ends_in_a_stable_service",
    ),
    Rule(
        "a rolled back deployment is a failed one", "the service is stable all the same", "GUIDE, failure detection",
        FLEET, "test_a_breakers_rollback_is_a_failure_that_names_task_container_and_exit_code",
    ),
    Rule(
        "both methods together: the first that is met decides", "breaker, alarms", "GUIDE, failure detection",
        COURSE, "test_of_both_methods_the_first_that_is_met_decides",
    ),
    Rule(
        "tasks that do not start are the breaker's", "TaskFailedToStart", "GUIDE, failure detection",
        FAILURES, "test_the_breaker_acts_at_its_threshold",
    ),
    Rule(
        "metrics of the application are the alarms'", "also when all is replaced", "GUIDE, failure detection",
        FAILURES, "test_an_alarm_turns_a_deployment_back",
    ),
    Rule(
        "a deployment goes from IN_PROGRESS to COMPLETED or FAILED", "rolloutState with its reason", "BREAKER",
        FAILURES, "test_a_breakers_rollback_ends_in_a_stable_service",
    ),
    Rule(
        "a FAILED one launches no new tasks", "what runs goes on", "BREAKER",
        COURSE, "test_a_failed_deployment_starts_no_more_tasks",
    ),
    Rule(
        "what a rollback leads to is IN_PROGRESS, and no way back until COMPLETED", "ROLLBACK_FAILED", "BREAKER",
        FAILURES, "test_a_deployment_that_is_begun_while_the_service_returns_has_no_way_back",
    ),
    Rule(
        "without a COMPLETED deployment nothing is launched any more", "a first deployment", "BREAKER",
        FAILURES, "test_a_first_deployment_has_no_way_back",
    ),
    Rule(
        "tasks replaced for failed health checks count", "container and target", "BREAKER, stage 2",
        FAILURES, "test_tasks_that_fail_their_health_checks_count",
    ),
    Rule(
        "the count goes back to 0 with each healthy task", "unless resetOnHealthyTask is false", "BREAKER",
        FAILURES, "test_a_healthy_task_takes_the_count_back_unless_it_is_cumulative",
    ),
    Rule(
        "half of desired, at least 3, at most 200", "1: 3, 25: 13, 400 and 800: 200", "BREAKER",
        BOUNDS, "test_the_threshold_is_half_the_tasks_between_3_and_200",
    ),
    Rule(
        "COUNT is the number itself, UNBOUNDED_PERCENT has no bounds", "800 at 50: 400", "BREAKER",
        BOUNDS, "test_the_threshold_follows_its_type",
    ),
    Rule(
        "the latest desired count is what it is a share of", "also in mid-deployment", "BREAKER",
        COURSE, "test_the_threshold_follows_the_desired_count_in_mid_deployment",
    ),
    Rule(
        "an alarm in ALARM at the start: no alarm is watched", "for that deployment", "ALARMS",
        FAILURES, "test_an_alarm_that_stands_already_is_not_watched_unless_the_switch_says_so",
    ),
    Rule(
        "the bake time of ROLLING is ECS's own, and watched", "computed from the alarms", "ALARMS",
        FAILURES, "test_an_alarm_turns_a_deployment_back",
    ),
    Rule(
        "failed checks within the grace period are ignored", "from the task's start", "API",
        TASKS, "test_failures_within_the_grace_period_are_left_alone",
    ),
    Rule(
        "a task that nothing checks counts after 40 seconds", "RUNNING", "API",
        TASKS, "test_a_task_that_nothing_checks_counts_after_forty_seconds",
    ),
    Rule(
        "a newer deployment supersedes", "STOPPED without a failure; a stranger's is left", "LIVE",
        FLEET, "test_a_strangers_deployment_supersedes_ours_is_named_and_left",
    ),
    Rule(
        "of a hundred events the newest are kept", "what was seen is remembered", "API",
        TASKS, "test_the_newest_hundred_events_are_kept",
    ),
]  # fmt: skip


@pytest.mark.parametrize("rule", [*ORDER, *IMAGES, *DETECTION], ids=lambda rule: rule.rule)
def test_each_sentence_names_a_test_that_is_there(rule: Rule) -> None:
    """A sentence whose course no test shows is not kept."""
    assert is_proved(rule)
