"""`rolling simulate` from its options to its three forms."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.manual_run import manual_run
from tests.unit.cli.conftest import Ran

SLIDING = '{"rollingUpdate":{"maxBatchSize":2,"minInstancesInService":4,"waitOnResourceSignals":true}}'
ROUNDS = (
    '{"AutoScalingRollingUpdate":{"MaxBatchSize":2,"MinInstancesInService":4,"WaitOnResourceSignals":true}}'
)
SIZES = ("--desired", "6", "--max-size", "6", "--seeds", "12", "--boot", "20")

Rolling = Callable[..., Ran]


def document(ran: Ran) -> dict[str, Any]:
    assert ran.code == 0, ran.err
    read = json.loads(ran.out)
    assert isinstance(read, dict)
    return read


def test_json_is_versioned_and_has_a_build_for_each_question(rolling: Rolling) -> None:
    """A good build always, and the one that the shares describe; figures as quantiles, mean and spread."""
    made = document(rolling("simulate", "--policy", SLIDING, *SIZES, "--silent", "0.5", "--format", "json"))
    assert (made["version"], made["seeds"], made["boots"]) == (1, 12, {"mean": 20.0, "spread": 0.3})
    assert made["group"] == {"desired": 6, "maxSize": 6, "minSize": 0}
    (policy,) = made["policies"]
    assert (policy["pacing"], policy["batch"], policy["floor"], policy["guard"]) == (
        "sliding",
        2,
        4,
        "balanced",
    )
    good, silent = policy["builds"]
    assert (good["arrived"], good["stoppedBy"], good["stoppedAfterSeconds"]) == (12, {}, None)
    assert good["rollSeconds"].keys() == {"p5", "p50", "p95", "mean", "spread"}
    assert 60 <= good["rollSeconds"]["p50"] <= 100
    assert good["lowestInService"]["p5"] == 4 and good["touched"]["mean"] == 6
    assert silent["arrived"] + sum(silent["stoppedBy"].values()) == silent["rolls"] == 12
    assert silent["returned"] >= 10 and silent["touched"]["p95"] <= 6


def test_two_policies_meet_the_same_chances(rolling: Rolling) -> None:
    """Side by side, the pasted block in rounds, and slower than the one that slides."""
    made = document(rolling("simulate", "--policy", SLIDING, "--against", ROUNDS, *SIZES, "--format", "json"))
    sliding, rounds = made["policies"]
    assert (sliding["name"], rounds["name"]) == ("policy", "against")
    assert (rounds["pacing"], rounds["guard"]) == ("lockStep", None)
    assert sliding["builds"][0]["rollSeconds"]["mean"] < rounds["builds"][0]["rollSeconds"]["mean"]


REFRESH = '{"instanceRefresh":{"minHealthyPercentage":60,"instanceWarmup":10}}'
BOTH = SLIDING[:-1] + "," + REFRESH[1:]


def test_both_strategies_of_one_policy_stand_side_by_side(rolling: Rolling) -> None:
    """Each block is simulated by its own machine: a refresh keeps its percentages, and tries for an hour."""
    both = ("--strategy", "rollingUpdate,instanceRefresh", "--bad", "1", "--format", "json")
    ours, theirs = document(rolling("simulate", "--policy", BOTH, *both, *SIZES))["policies"]
    assert (ours["name"], ours["strategy"], ours["batch"]) == ("rollingUpdate", "rollingUpdate", 2)
    assert (theirs["name"], theirs["strategy"], theirs["batch"]) == ("instanceRefresh", "instanceRefresh", 2)
    assert (theirs["floor"], theirs["most"], theirs["warmUpSeconds"]) == (4, 6, 10.0)
    assert (theirs["pacing"], theirs["guard"], theirs["canary"]) == (None, None, None)
    good, bad = theirs["builds"]
    assert (good["arrived"], good["lowestInService"]["p5"], good["touched"]["p50"]) == (12, 4, 6)
    assert bad["stoppedBy"] == {"operationFailed": 12} and bad["returned"] == 12
    assert bad["touched"]["p95"] == ours["builds"][1]["touched"]["p50"] == 2
    assert bad["stoppedAfterSeconds"]["p5"] >= 3600 > ours["builds"][1]["stoppedAfterSeconds"]["p95"]
    assert bad["relaunchedByCloud"]["p50"] > 100


def test_a_file_with_either_block_is_simulated_by_its_strategy(rolling: Rolling, tmp_path: Path) -> None:
    """Two files are compared as two policies of one strategy are, in text and picture; one strategy of a file, too."""
    target = tmp_path / "rolls.png"
    files = ("--policy", SLIDING, "--against", REFRESH, "--bad", "1", "--plot", str(target))
    ran = rolling("simulate", *files, *SIZES)
    assert (ran.code, ran.err) == (0, "")
    line = "  against  instance refresh, up to 2 at a time, at least 4 in service, warm-up 10 s"
    assert line in ran.out.splitlines()
    assert "against  100 % are stopped (an operation that failed)" in ran.out
    assert "relaunched by cloud" in ran.out
    assert target.read_bytes().startswith(b"\x89PNG")
    one = document(rolling("simulate", "--policy", REFRESH, *SIZES, "--format", "json"))
    same = rolling("simulate", "--policy", BOTH, "--strategy", "instanceRefresh", *SIZES, "--format", "json")
    assert one["policies"][0]["builds"] == document(same)["policies"][0]["builds"]


def test_the_run_in_the_manual(rolling: Rolling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command of docs/instance-refresh.md has rows that stand there; a bench compares the figures."""
    manual = manual_run()
    (tmp_path / "both.yaml").write_text(manual.policy)
    monkeypatch.chdir(tmp_path)
    ran = rolling(*manual.arguments, "--seeds", "6")
    assert (ran.code, ran.err) == (0, "")
    made, shown = ([line[:37].rstrip() for line in text.splitlines()] for text in (ran.out, manual.shown))
    # So few seeds may have no good outcome of the bad build, whose row is then left out.
    assert set(made[1:]) <= set(shown) and made[1:12] == shown[1:12]
    with_seeds = manual.shown.splitlines()[0].split("; ")[0]
    assert ran.out.splitlines()[0] == f"{with_seeds}; 6 seeds"


def test_a_strategy_that_the_policy_does_not_have_has_its_defaults(rolling: Rolling) -> None:
    """The line of the policy says what they come to."""
    ran = rolling("simulate", "--policy", SLIDING, "--strategy", "rollingUpdate, instanceRefresh", *SIZES)
    assert "  instanceRefresh  instance refresh, 1 at a time, at least 5 in service" in ran.out.splitlines()
    checkpoints = '{"instanceRefresh":{"checkpointPercentages":[20,40,80],"bakeTime":60}}'
    ran = rolling("simulate", "--policy", checkpoints, *SIZES)
    assert "at least 5 in service, 2 checkpoints, ends at 80 %, bake 1:00" in ran.out.replace("1 min", "1:00")


def test_text_is_the_default_and_names_policies_by_their_files(rolling: Rolling, tmp_path: Path) -> None:
    """One table for each build, a row for each policy in it."""
    quick, careful = tmp_path / "quick.json", tmp_path / "careful.yaml"
    quick.write_text(SLIDING)
    careful.write_text("rollingUpdate: {waitOnResourceSignals: true, canary: 1, minInstancesInService: 4}\n")
    ran = rolling(
        "simulate", "--policy", str(quick), "--against", str(careful), *SIZES, "--bad", "1"
    )  # fmt: skip
    lines = ran.out.splitlines()
    assert lines[0] == "6 instances (Desired 6, MaxSize 6), boots of 20 s on average, spread 0.3; 12 seeds"
    assert "  quick    sliding, window 2, at least 4 in service, guard balanced" in lines
    assert "  careful  sliding, window 1, at least 4 in service, guard balanced, canary 1" in lines
    assert "A build with 100 % bad instances" in lines
    assert "careful  100 % are stopped (a canary failed)" in ran.out
    touched = [line for line in lines if "touched" in line]
    assert touched[0].split()[:4] == ["touched", "quick", "2", "2"]


@pytest.mark.parametrize(
    "given",
    ['{"n": 50, "logs": 150.0, "squares": 455.0}', '{"p5": 10, "p50": 20, "p95": 60}'],
    ids=["sums of state", "quantiles"],
)
def test_boots_of_the_last_rollout(rolling: Rolling, tmp_path: Path, given: str) -> None:
    """--quantiles takes lastRollout.boots as state has it, or quantiles, in place or as a file."""
    file = tmp_path / "boots.json"
    file.write_text(given)
    common = ("simulate", "--policy", SLIDING, *SIZES, "--format", "json", "--quantiles")
    in_place, from_file = (document(rolling(*common, source)) for source in (given, str(file)))
    assert in_place == from_file
    assert in_place["boots"] != {"mean": 20.0, "spread": 0.3}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--boot", "0"), "--boot: must be above 0"),
        (("--spread", "4"), "--spread: must be from 0 to 3"),
        (("--bad", "0.7", "--silent", "0.7"), "--bad: and --silent are shares of the same instances"),
        (("--quantiles", "nowhere.json"), "--quantiles: is neither JSON nor a file with JSON"),
        (("--min-size", "7"), "--min-size: must be at most --desired 6"),
        (("--against", "nowhere.json"), "--against: nowhere.json is neither JSON nor a file"),
        (("--strategy", "blueGreen"), "--strategy: is rollingUpdate or instanceRefresh, or both; found"),
        (
            ("--strategy", "instanceRefresh", "--against", REFRESH),
            "--strategy: may not stand with --against",
        ),
        (
            ("--against", '{"instanceRefresh":{"minHealthyPercentage":101}}'),
            "--against: updatePolicy.instanceRefresh.minHealthyPercentage:",
        ),
        (
            ("--against", '{"ecsDeployment":{}}'),
            "--against: updatePolicy.ecsDeployment: cannot be simulated; rollingUpdate and instanceRefresh can.",
        ),
        (("--against", BOTH), "--against: updatePolicy: needs exactly one strategy"),
        (
            ("--against", '{"rollingUpdate":{"maxBatchSize":0}}'),
            "--against: updatePolicy.rollingUpdate.maxBatchSize:",
        ),
    ],
)
def test_what_cannot_be_simulated_is_told_before_anything_is(
    rolling: Rolling, arguments: tuple[str, ...], told: str
) -> None:
    """Exit code 2, and the option or the canonical path."""
    ran = rolling("simulate", "--policy", SLIDING, *SIZES, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_a_floor_that_is_not_below_max_size_is_infeasible(rolling: Rolling) -> None:
    """The same faults as those of the plan."""
    block = '{"rollingUpdate":{"minInstancesInService":6}}'
    ran = rolling("simulate", "--policy", block, *SIZES)
    assert ran.code == 2 and "updatePolicy.rollingUpdate.minInstancesInService:" in ran.err


def test_the_plot_is_a_picture(rolling: Rolling, tmp_path: Path) -> None:
    """--plot draws both builds for both policies, beside the figures."""
    target = tmp_path / "rolls.png"
    ran = rolling(
        "simulate", "--policy", SLIDING, "--against", ROUNDS, *SIZES, "--silent", "0.5", "--plot", str(target)
    )  # fmt: skip
    assert ran.code == 0 and "A good build" in ran.out
    assert target.read_bytes().startswith(b"\x89PNG")


def test_a_plot_without_the_extra_says_what_to_install(
    rolling: Rolling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line names the extra, before anything is simulated."""
    monkeypatch.setitem(sys.modules, "matplotlib.backend_bases", None)
    ran = rolling("simulate", "--policy", SLIDING, *SIZES, "--plot", str(tmp_path / "rolls.png"))
    said = "rolling: matplotlib.backend_bases is not installed. Run pip install 'pulumi-rolling[report]'.\n"
    assert ran == Ran(1, "", said)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("rolls.word", "--plot: must end in the name of a picture's format ("),
        ("nowhere/rolls.png", "--plot: lies in a folder that is not there: "),
        ("folder.png", "--plot: is a folder: "),
    ],
)
def test_a_plot_that_cannot_be_written_is_refused_first(
    rolling: Rolling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    """The fault comes before the simulation, which may take minutes."""
    (tmp_path / "folder.png").mkdir()
    monkeypatch.setattr("pulumi_rolling.cli.simulated.study", None)
    ran = rolling("simulate", "--policy", SLIDING, *SIZES, "--plot", str(tmp_path / name))
    assert (ran.code, ran.out) == (2, "") and ran.err.startswith(said)


def test_one_rollout_is_one_seed(rolling: Rolling) -> None:
    """The headline counts in the number that there is."""
    ran = rolling(
        "simulate", "--policy", '{"rollingUpdate":{}}', "--desired", "1", "--max-size", "2", "--seeds", "1"
    )
    assert ran.out.startswith("1 instance (") and ran.out.splitlines()[0].endswith("; 1 seed")
