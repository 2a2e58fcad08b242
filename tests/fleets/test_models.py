"""Clients of AWS are made of the models that they need, looked up by name."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from pulumi_rolling.fleets.aws.api import AUTO_SCALING, EC2
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.fleets.aws.sessions import _models, session_of


def _never(*_: Any) -> Any:
    raise AssertionError("all services were listed")


@pytest.mark.parametrize("service", [AUTO_SCALING, EC2])
def test_a_client_is_made_without_a_list_of_all_services(
    monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    """Four hundred folders twice over cost more than the models themselves."""
    _models.cache_clear()
    monkeypatch.setattr(Loader, "list_available_services", _never)
    client = session_of(Place("us-east-1", "", "", f"made-{service}")).create_client(service)
    assert client.meta.service_model.service_name == service


def test_a_service_that_is_none_is_told_with_those_that_are() -> None:
    """botocore's own sentence, with all names in it."""
    with pytest.raises(UnknownServiceError, match=r"autoscaling, .*ec2"):
        session_of(Place("us-east-1", "", "", "made-none")).create_client("autoscalling")


def test_models_of_the_users_own_are_found(tmp_path: Any) -> None:
    """Where AWS_DATA_PATH leads, a service may stand that botocore lacks."""
    folder = tmp_path / "ours" / "2020-01-01"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text('{"metadata": {}}')
    services = _models(str(tmp_path)).list_available_services("service-2")
    assert "ours" in services and AUTO_SCALING in services and "theirs" not in services
