"""What a store of files raises when it can't be reached or refuses: on disk, or in an S3-compatible service."""

from functools import cache


@cache
def storage_errors() -> tuple[type[Exception], ...]:
    """For an `except`. The client of S3 is big, and loaded only by those who use it."""
    try:
        from boto3.exceptions import Boto3Error  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    except ImportError:
        return (OSError,)
    return OSError, Boto3Error, BotoCoreError, ClientError
