"""One DescribeAutoScalingGroups for all groups of a place."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pulumi_rolling.errors import GroupNotFoundError, PermanentFleetError, TemporaryFleetError
from pulumi_rolling.fleets.auto_scaling_group.poll import MOST_NAMES, GroupPoll, poll_of
from pulumi_rolling.fleets.aws.api import AwsApi
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.fleets.aws.shared_poll import INTEREST

from tests.fleets.scripted_aws import Answer, ScriptedAws, refused, wait_until


def sized(name: str) -> Answer:
    """What no description of a group is without."""
    return {"AutoScalingGroupName": name, "MinSize": 0, "MaxSize": 1, "DesiredCapacity": 0}


def once(work: Callable[[], Any]) -> Any:
    return work()


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def everybody(parameters: Answer) -> Answer:
    """Every group that is asked for exists."""
    return {"AutoScalingGroups": [sized(name) for name in parameters["AutoScalingGroupNames"]]}


@pytest.fixture
def api(aws: ScriptedAws) -> AwsApi:
    aws.answer("DescribeAutoScalingGroups", everybody)
    return AwsApi(aws.place, once)


def test_ten_groups_asked_for_at_once_share_their_requests(aws: ScriptedAws) -> None:
    """Ten callers need at most two requests: one for those who came in time, one for the rest."""
    aws.answer("DescribeAutoScalingGroups", everybody)
    poll, start = GroupPoll(), threading.Barrier(10)
    apis = [AwsApi(aws.place, once) for _ in range(10)]

    def ask(number: int) -> str:
        start.wait()
        return str(poll.look(f"group-{number}", 0.0, apis[number]).description["AutoScalingGroupName"])

    with ThreadPoolExecutor(10) as threads:
        assert list(threads.map(ask, range(10))) == [f"group-{n}" for n in range(10)]
    assert 1 <= len(aws.calls) <= 2
    assert sum(api.count() for api in apis) == len(aws.calls)


def test_those_who_come_during_a_request_share_the_next_one(aws: ScriptedAws) -> None:
    """A request under way may be older than a caller's act, so the caller waits for the next one."""
    under_way, go_on = threading.Event(), threading.Event()

    def slow(parameters: Answer) -> Answer:
        under_way.set()
        assert go_on.wait(5)
        return everybody(parameters)

    aws.answer("DescribeAutoScalingGroups", slow, everybody)
    poll, api = GroupPoll(), AwsApi(aws.place, once)
    with ThreadPoolExecutor(6) as threads:
        first = threads.submit(poll.look, "first", 0.0, api)
        assert under_way.wait(5)
        late = [threads.submit(poll.look, f"late-{n}", 0.0, api) for n in range(5)]
        wait_until(lambda: len(poll._asked) == 6)
        go_on.set()
        for future in [first, *late]:
            future.result(5)
    assert [len(sent["AutoScalingGroupNames"]) for sent in aws.sent("DescribeAutoScalingGroups")] == [1, 6]


def test_a_kept_description_serves_until_it_is_too_old(aws: ScriptedAws, api: AwsApi) -> None:
    """not_before decides alone: equal is new enough, later asks again."""
    clock = Clock()
    poll = GroupPoll(clock)
    assert poll.look("web", 990.0, api).at == 1000.0
    assert poll.look("web", 1000.0, api).at == 1000.0
    clock.now = 1003.0
    assert poll.look("web", 1000.5, api).at == 1003.0
    assert len(aws.calls) == 2


def test_registered_groups_come_with_the_first_request(aws: ScriptedAws, api: AwsApi) -> None:
    """Names registered before any look are described together, in one call for all ten."""
    poll = GroupPoll()
    names = [f"group-{n}" for n in range(10)]
    for name in names:
        poll.register(name)
    for name in names:
        poll.look(name, 0.0, api)
    assert len(aws.calls) == 1


def test_a_group_nobody_asked_for_lately_is_left_out(aws: ScriptedAws, api: AwsApi) -> None:
    """A diff of long ago does not make every poll of a rollout larger."""
    clock = Clock()
    poll = GroupPoll(clock)
    poll.register("old")
    clock.now += INTEREST + 1
    poll.look("web", clock.now, api)
    assert aws.sent("DescribeAutoScalingGroups")[0]["AutoScalingGroupNames"] == ["web"]


def test_no_request_has_more_than_a_hundred_names(aws: ScriptedAws, api: AwsApi) -> None:
    """MaxRecords is at most 100 (facts/aws.md 2.1); the asking group itself is always among them."""
    poll = GroupPoll()
    for number in range(250):
        poll.register(f"group-{number}")
    poll.look("group-0", 0.0, api)
    names = aws.sent("DescribeAutoScalingGroups")[0]["AutoScalingGroupNames"]
    assert len(names) == MOST_NAMES and "group-0" in names


def test_two_hundred_and_fifty_groups_at_once_are_all_seen(aws: ScriptedAws) -> None:
    """Those beyond a hundred names ask in their turn: few requests, each within its limit, and nobody is starved."""
    aws.answer("DescribeAutoScalingGroups", everybody)
    poll, start = GroupPoll(), threading.Barrier(250)
    names = [f"group-{number}" for number in range(250)]
    for name in names:
        poll.register(name)

    def ask(name: str) -> str:
        start.wait()
        look = poll.look(name, 0.0, AwsApi(aws.place, once))
        return str(look.description["AutoScalingGroupName"])

    with ThreadPoolExecutor(250) as threads:
        assert list(threads.map(ask, names)) == names
    sent = [len(asked["AutoScalingGroupNames"]) for asked in aws.sent("DescribeAutoScalingGroups")]
    assert max(sent) == MOST_NAMES and len(sent) <= 12


def test_every_page_is_read(aws: ScriptedAws) -> None:
    """A short page does not mean that the rest does not exist (facts/aws.md 2.1)."""
    aws.answer(
        "DescribeAutoScalingGroups",
        {"AutoScalingGroups": [sized("other")], "NextToken": "more"},
        {"AutoScalingGroups": [sized("web")]},
    )
    api = AwsApi(aws.place, once)
    assert GroupPoll().look("web", 0.0, api).description["AutoScalingGroupName"] == "web"
    assert api.count() == 2
    assert aws.calls[1][1]["NextToken"] == "more"


def test_a_missing_group_is_not_found(aws: ScriptedAws) -> None:
    """AWS leaves unknown names out of its answer without a word."""
    aws.answer("DescribeAutoScalingGroups", {"AutoScalingGroups": []})
    with pytest.raises(GroupNotFoundError, match="'web' in us-east-1"):
        GroupPoll().look("web", 0.0, AwsApi(aws.place, once))


def test_an_absence_is_never_older_than_the_question(aws: ScriptedAws) -> None:
    """A preview finds no group, the program makes it, and the next question must find it at once."""
    clock = Clock()
    poll, api = GroupPoll(clock), AwsApi(aws.place, once)
    aws.answer("DescribeAutoScalingGroups", {"AutoScalingGroups": []}, everybody)
    with pytest.raises(GroupNotFoundError):
        poll.look("web", 0.0, api)
    clock.now += 0.1
    assert poll.look("web", 0.0, api).at == clock.now


def test_one_bad_name_does_not_spoil_the_others(aws: ScriptedAws) -> None:
    """Where a request for several is refused for good, each is asked for by itself."""

    def picky(parameters: Answer) -> Answer:
        if "bad" in parameters["AutoScalingGroupNames"]:
            return refused("ValidationError", "bad name")
        return everybody(parameters)

    aws.answer("DescribeAutoScalingGroups", picky)
    poll, api = GroupPoll(), AwsApi(aws.place, once)
    poll.register("bad")
    assert poll.look("web", 0.0, api).description["AutoScalingGroupName"] == "web"
    with pytest.raises(PermanentFleetError):
        poll.look("bad", 0.0, api)


def test_a_failed_request_fails_all_who_waited_for_it(aws: ScriptedAws) -> None:
    """Five callers under throttling send one request, not five: each backs off by its own retry."""
    under_way, go_on = threading.Event(), threading.Event()

    def throttled(_: Answer) -> Answer:
        under_way.set()
        assert go_on.wait(5)
        return refused("Throttling")

    aws.answer("DescribeAutoScalingGroups", throttled)
    poll, api = GroupPoll(), AwsApi(aws.place, once)
    for number in range(5):
        poll.register(f"group-{number}")
    with ThreadPoolExecutor(5) as threads:
        futures = [threads.submit(poll.look, "group-0", 0.0, api)]
        assert under_way.wait(5)
        futures += [threads.submit(poll.look, f"group-{n}", 0.0, api) for n in range(1, 5)]
        wait_until(lambda: len(poll._changed._waiters) == 4)  # type: ignore[attr-defined]
        go_on.set()
        for future in futures:
            with pytest.raises(TemporaryFleetError):
                future.result(5)
    assert len(aws.calls) == 1


def test_there_is_one_poll_per_place() -> None:
    """Region, endpoint and credentials tell places apart."""
    here = Place("us-east-1", "", "a", "")
    assert poll_of(here) is poll_of(Place("us-east-1", "", "a", ""))
    assert poll_of(here) is not poll_of(Place("us-east-1", "", "b", ""))


class Paged(AwsApi):
    """Two groups to a page; counts what is asked for."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(Place("r", "", "", ""), lambda work: work())
        self.names = names
        self.asked: list[str] = []

    def attempt(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        wanted = parameters.get("AutoScalingGroupNames")
        if wanted:
            self.asked.append("names")
            return {"AutoScalingGroups": [sized(n) for n in wanted if n in self.names]}
        start = int(parameters.get("NextToken", 0))
        self.asked.append(f"page {start // 2}")
        page = [sized(n) for n in self.names[start : start + 2]]
        more = {"NextToken": str(start + 2)} if start + 2 < len(self.names) else {}
        return {"AutoScalingGroups": page, **more}


def test_a_process_that_serves_many_turns_each_page_once() -> None:
    """Diffs of all groups cost as many requests as there are pages, and one on no page is asked for by name."""
    api = Paged(["a", "b", "c", "d", "e"])
    poll = GroupPoll(page_first=True)
    for name in ("d", "a", "e", "b"):
        assert poll.glance(name, 0.0, api).description["AutoScalingGroupName"] == name
    assert api.asked == ["page 0", "page 1", "page 2"]
    with pytest.raises(GroupNotFoundError):
        poll.glance("nobody", 0.0, api)
    assert api.asked == ["page 0", "page 1", "page 2", "names"]
