"""Who is told, read from the environment, and what of it may be shown."""

from __future__ import annotations

import re

import pytest
from pulumi_rolling.errors import PolicyErrors
from pulumi_rolling.notify.targets import By, targets_in

from tests.house.sources import TOP

SECRET = "T0/B0/xyzzy"


@pytest.mark.parametrize(
    ("word", "by", "label"),
    [
        (f"https://ci.example/hook/{SECRET}", By.WEBHOOK, "https://ci.example"),
        (f"http://u:{'xyzzy'}@127.0.0.1:8080/?k=xyzzy", By.WEBHOOK, "http://127.0.0.1:8080"),
        (f"https://hooks.slack.com/services/{SECRET}", By.CHAT, "https://hooks.slack.com"),
        (f"slack://{SECRET}", By.CHAT, "slack://"),
        ("mailtos://me:xyzzy@example.com", By.CHAT, "mailtos://"),
        ("arn:aws:sns:eu-central-1:123456789012:rolls", By.TOPIC, "arn:aws:sns:eu-central-1:123456789012:rolls"),
    ],
)  # fmt: skip
def test_a_target_is_known_by_its_url_and_shown_without_what_is_secret(word: str, by: By, label: str) -> None:
    """A webhook, a chat and a topic are told apart; neither label nor repr holds path, user or password."""
    (target,) = targets_in({"ROLLING_NOTIFY": word})
    assert (target.by, target.label, target.url) == (by, label, word)
    assert "xyzzy" not in target.label + repr(target)


def test_several_targets_stand_side_by_side_and_each_counts_once() -> None:
    """Words are parted by blanks and line ends; an absent or blank variable names nobody."""
    told = targets_in({"ROLLING_NOTIFY": " https://a.example/1\n https://b.example/2 https://a.example/1 "})
    assert [target.label for target in told] == ["https://a.example", "https://b.example"]
    assert targets_in({}) == targets_in({"ROLLING_NOTIFY": "  "}) == ()


def test_words_that_are_no_target_are_faults_that_do_not_repeat_them() -> None:
    """All of them are told at once, by their place alone, since they may hold a secret."""
    words = "xyzzy https://ok.example/ https:// arn:aws:sqs:eu-central-1:1:xyzzy https://h:xyzzy/"
    with pytest.raises(PolicyErrors) as caught:
        targets_in({"ROLLING_NOTIFY": words})
    assert [fault.path for fault in caught.value.faults] == ["ROLLING_NOTIFY"] * 4
    told = str(caught.value)
    assert [f"word {n}" in told for n in range(1, 6)] == [True, False, True, True, True]
    assert "xyzzy" not in told, told


def test_the_example_of_the_docs_names_one_of_each() -> None:
    """The line to paste is understood as the table below it says."""
    document = (TOP / "docs" / "notifications.md").read_text()
    found = re.search(r'^export ROLLING_NOTIFY="(.+)"$', document, re.MULTILINE)
    assert found is not None
    assert [each.by for each in targets_in({"ROLLING_NOTIFY": found[1]})] == [By.WEBHOOK, By.TOPIC, By.CHAT]
