"""Messages on their way: bounded, each target by itself, and what fails said once without its URL."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from pulumi_rolling.notify import sending
from pulumi_rolling.notify.chat import send as to_chat
from pulumi_rolling.notify.chat import trouble
from pulumi_rolling.notify.failing import NotToldError
from pulumi_rolling.notify.message import Event, Message
from pulumi_rolling.notify.sending import Messenger
from pulumi_rolling.notify.targets import By, Target
from pulumi_rolling.notify.webhook import post

from tests.notify.inbox import inbox

HELD = Message(Event.WAITING, "web", "run 'rolling approve web'", "r1.approval.5", None, {"total": 6})


def test_a_webhook_gets_the_document_with_a_key_for_those_who_hear_it_twice() -> None:
    """One POST of JSON: version, event, group, sentence and facts; the key stands in a header, too."""
    with inbox() as box:
        post(box.url, HELD)
    assert box.heard == [
        {
            "version": 1,
            "event": "waiting",
            "group": "web",
            "title": "Rollout of web: waiting",
            "sentence": "run 'rolling approve web'",
            "succeeded": None,
            "key": "r1.approval.5",
            "total": 6,
        }
    ]
    assert box.headers[0]["Idempotency-Key"] == "r1.approval.5"
    assert box.headers[0]["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_answers_otherwise_is_named_by_its_status(status: int) -> None:
    """A redirect is not followed, and no error repeats the URL."""
    with inbox() as box:
        box.status = status
        with pytest.raises(NotToldError) as caught:
            post(box.url, HELD)
    assert f"status {status}" in str(caught.value)
    assert "secret" not in str(caught.value) and len(box.heard) == 1


def test_a_webhook_that_nobody_serves_fails_without_its_url() -> None:
    """The sentence has what the system says, and no address."""
    with inbox() as box:
        url = box.url
    with pytest.raises(NotToldError, match="ConnectionRefusedError") as caught:
        post(url, HELD)
    assert "secret" not in str(caught.value)


def test_a_chat_is_reached_by_apprise() -> None:
    """Its own URL for JSON brings title and sentence."""
    with inbox() as box:
        to_chat(box.url.replace("http://", "json://"), HELD)
    assert box.heard[0]["title"] == "Rollout of web: waiting"
    assert box.heard[0]["message"] == "run 'rolling approve web'"
    assert trouble(box.url.replace("http://", "json://")) == ""


def test_a_chat_that_does_not_take_a_message_says_so() -> None:
    """apprise's refusal becomes ours, without the URL; a URL that it does not know is trouble beforehand."""
    with inbox() as box:
        box.status = 500
        with pytest.raises(NotToldError, match="it was not taken"):
            to_chat(box.url.replace("http://", "json://"), HELD)
    assert trouble("nothing://such/thing") == "apprise knows no such URL"


def test_a_target_that_fails_is_said_once_and_holds_up_no_other() -> None:
    """Every message is tried at every target; the fault is asked for once."""
    got: list[str] = []

    def broken(url: str, message: Message) -> None:
        raise RuntimeError(f"no way to {url}")

    targets = [Target(By.WEBHOOK, "https://h/secret", "https://h"), Target(By.CHAT, "slack://x", "slack://")]
    messenger = Messenger(targets, {By.WEBHOOK: broken, By.CHAT: lambda url, message: got.append(url)})
    messenger.send(HELD)
    messenger.send(HELD)
    assert messenger.close() == ["https://h: RuntimeError"]
    assert got == ["slack://x", "slack://x"]


def test_a_target_that_never_answers_is_waited_for_so_long_and_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The end of a drive waits for its patience, says who was too slow, and goes on."""
    monkeypatch.setattr(sending, "PATIENCE", 0.2)
    let_go = threading.Event()

    def silent(url: str, message: Message) -> Any:
        let_go.wait()

    messenger = Messenger([Target(By.WEBHOOK, "https://h/secret", "https://h")], {By.WEBHOOK: silent})
    messenger.send(HELD)
    try:
        assert messenger.close() == ["https://h: no answer within 0.2 s"]
    finally:
        let_go.set()
