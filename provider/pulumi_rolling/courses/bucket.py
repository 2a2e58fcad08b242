"""Courses in S3: a document for each, put whole. How often one is put is not known here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Protocol
from urllib.parse import unquote

from pulumi_rolling.courses.settings import BUCKET, Address
from pulumi_rolling.errors import FleetError, PermanentFleetError
from pulumi_rolling.fleets.aws.api import AwsApi, translated
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.fleets.base import Retry
from pulumi_rolling.fleets.credentials import Keys, Role
from pulumi_rolling.report.course.course import Course
from pulumi_rolling.report.course.document import course_in, document

S3 = "s3"
_ABSENT = ("NoSuchKey", "404")
_ELSEWHERE = f"Name one in {BUCKET} that is in the region of the group."
_NONE_SUCH = f"Make the bucket, or name another in {BUCKET}."
_UNREACHED = f"Let this machine reach S3, or take the bucket out of {BUCKET}."
_ADVICE = {
    "NoSuchBucket": _NONE_SUCH,
    "InvalidBucketName": _NONE_SUCH,
    "ParamValidationError": _NONE_SUCH,
    "PermanentRedirect": _ELSEWHERE,
    "AuthorizationHeaderMalformed": _ELSEWHERE,
    "IllegalLocationConstraintException": _ELSEWHERE,
    "EndpointConnectionError": _UNREACHED,
    "ConnectTimeoutError": _UNREACHED,
    "ReadTimeoutError": _UNREACHED,
}
"""What to do about an error by its code, where the error itself does not say it."""


class Where(Protocol):
    """Where calls go and as whom; what it leaves open is as the SDK finds it."""

    @property
    def region(self) -> str | None: ...

    @property
    def endpoint(self) -> str | None: ...

    @property
    def profile(self) -> str | None: ...

    @property
    def keys(self) -> Keys | None: ...

    @property
    def roles(self) -> tuple[Role, ...]: ...


def bucket_at(address: Address, where: Where, retry: Retry[Any]) -> Bucket:
    """Nothing is called yet."""
    place = Place.of(where.region, where.endpoint, where.profile, keys=where.keys, roles=where.roles)
    return Bucket(AwsApi(place, retry), address)


class Bucket:
    """Methods raise FleetError, as every call to the cloud does."""

    def __init__(self, api: AwsApi, address: Address) -> None:
        self._api = api
        self._address = address

    def put(self, course: Course) -> None:
        try:
            self._api.call(
                S3,
                "PutObject",
                Bucket=self._address.bucket,
                Key=self._address.key(course.group, course.head.id),
                Body=json.dumps(document(course), separators=(",", ":")).encode(),
                ContentType="application/json",
            )
        except FleetError as error:
            raise error.advised(_ADVICE) from error

    def read(self, group: str, ident: str) -> Course | None:
        return self._read(self._address.key(group, ident))

    def find(self, ident: str) -> list[tuple[str, str]]:
        """Group and id of each course whose id begins so."""
        return [(group, found) for group, found in self._names() if found.startswith(ident)]

    def newest(self, group: str | None, most: int) -> list[tuple[str, str]]:
        """Group and id, the newest first: of one group, or of all."""
        return list(self._names(group))[:most]

    def _names(self, group: str | None = None) -> Iterator[tuple[str, str]]:
        """S3 lists by key alone, so the newest are known when all pages are read."""
        prefix = self._address.prefix if group is None else self._address.key(group, "").removesuffix(".json")
        asked = {"Bucket": self._address.bucket, "Prefix": prefix}
        found: list[tuple[Any, str]] = []
        while True:
            page = self._api.call(S3, "ListObjectsV2", **asked)
            found += [(each["LastModified"], each["Key"]) for each in page.get("Contents", ())]
            if not page.get("NextContinuationToken"):
                break
            asked["ContinuationToken"] = page["NextContinuationToken"]
        for _, key in sorted(found, reverse=True):
            folder, slash, name = key.removeprefix(self._address.prefix).partition("/")
            if slash and name.endswith(".json"):
                yield unquote(folder), unquote(name.removesuffix(".json"))

    def _read(self, key: str) -> Course | None:
        try:
            text = self._api.under_retry(lambda: self._body(key))
        except PermanentFleetError as error:
            if error.code in _ABSENT:
                return None
            raise
        try:
            told = json.loads(text)
        except ValueError:
            return None
        return course_in(told) if isinstance(told, dict) else None

    def _body(self, key: str) -> bytes:
        """The answer's body comes after the answer, and may break off."""
        answer = self._api.attempt(S3, "GetObject", Bucket=self._address.bucket, Key=key)
        try:
            body: bytes = answer["Body"].read()
            return body
        except Exception as error:
            ours = translated(error, S3, "GetObject", "AWS_REGION")
            if ours is None:
                raise
            raise ours from error
