"""Sessions of botocore, one for each place: as whom calls are signed.

boto3 has nothing to add to a session that only makes clients, and is not loaded for one.

Credentials that end are renewed by botocore's own chain while a roll lasts, those of a profile (single sign-on, roles)
as well as the roles that are assumed here. A client keeps the source of its credentials and never a copy of them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from pulumi_rolling.fleets.aws.place import Place

_sessions: dict[Place, Any] = {}
_lock = threading.Lock()


def session_of(place: Place) -> Any:
    """The session of this process for that place. Making clients of it is not thread safe."""
    with _lock:
        if place not in _sessions:
            _sessions[place] = _made(place)
        return _sessions[place]


def region_of(place: Place) -> str:
    """The region in effect: the profile's where none is named. Empty where a call would be refused for want of it."""
    from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped]

    try:
        return place.region or session_of(place).get_config_variable("region") or ""
    except BotoCoreError:
        return ""


def _made(place: Place) -> Any:
    import botocore.session  # type: ignore[import-untyped]

    core = botocore.session.Session(profile=place.profile or None)
    core.register_component("data_loader", _models(core.get_config_variable("data_path")))
    if place.region:
        core.set_config_variable("region", place.region)
    if place.keys is not None:
        core.set_credentials(place.keys.id, place.keys.secret, place.keys.token or None)
    if place.roles:
        core._credentials = _assumed(place, core.get_credentials())
    return core


@cache
def _models(path: str | None) -> Any:
    """What the services' calls look like, read once: 30 MB and a fifth of a second for the services of a group.

    ``path``: where the user has more of them.
    """
    from botocore.loaders import create_loader  # type: ignore[import-untyped]

    loader = create_loader(path)
    loader.list_available_services = partial(_Services, loader)
    return loader


class _Services:
    """The services that have a model, looked for by name.

    botocore's loader walks through the folders of all four hundred to know one, twice for each process.
    """

    def __init__(self, loader: Any, type_name: str) -> None:
        self._loader = loader
        self._type = type_name

    def __contains__(self, service: str) -> bool:
        from botocore.exceptions import DataNotFoundError

        try:
            return bool(self._loader.list_api_versions(service, self._type))
        except DataNotFoundError:
            return False

    def __iter__(self) -> Iterator[str]:
        """All of them, for a sentence that names them."""
        found: list[str] = type(self._loader).list_available_services(self._loader, self._type)
        return iter(found)


def _assumed(place: Place, credentials: Any) -> Any:
    """Each role by the credentials of the one before. One that has ended is assumed again where it is next used."""
    from botocore.credentials import (  # type: ignore[import-untyped]
        AssumeRoleCredentialFetcher,
        DeferredRefreshableCredentials,
    )

    for role in place.roles:
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=token_service(place),
            source_credentials=credentials,
            role_arn=role.arn,
            extra_args=json.loads(role.more),
        )
        credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
    return credentials


def token_service(place: Place) -> Callable[..., Any]:
    """Makes clients of STS at the place with the credentials that it is called with."""
    import botocore.session

    def create(service: str, **credentials: Any) -> Any:
        return botocore.session.Session().create_client(
            service, region_name=place.region or None, endpoint_url=place.endpoint or None, **credentials
        )

    return create
