"""What to do about an error, in the words of the command line: an option where the inputs have a property."""

from __future__ import annotations

from pulumi_rolling.errors import FleetError, GroupNotFoundError, RollingError

_BY_CODE = {
    "NoRegionError": "Give --region, or set AWS_REGION.",
    "NoCredentialsError": "Give --profile, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    "ProfileNotFound": "Give another --profile, or set AWS_PROFILE.",
    "NoRegion": "Give --region, or set ALICLOUD_REGION.",
}
"""By botocore's name of the error, and by ours where Alibaba Cloud is asked."""


def told(error: RollingError) -> str:
    """Message and hint in one line."""
    hint = error.hint
    if isinstance(error, GroupNotFoundError):
        hint = hint or "Check its name, --region and --profile; 'rolling list' tells which groups are there."
    elif isinstance(error, FleetError):
        hint = _BY_CODE.get(error.code, hint)
    return f"{error.message.rstrip('.')}. {hint}" if hint else error.message
