"""Where attachments are kept, from the environment (`crm.settings` takes them all)."""

from pathlib import Path
from typing import Any

from crm import validators
from crm.environment import ENVIRONMENT

read = ENVIRONMENT.read

MESSENGER_FILES_ROOT = read(
    "MESSENGER_FILES_ROOT",
    "str",
    "",
    "messenger.E050",
    "Folder of the attachments, outside of anything a web server shows; empty: files/ beside manage.py.",
)
MESSENGER_MAX_FILE_SIZE_MB = read(
    "MESSENGER_MAX_FILE_SIZE_MB",
    "int",
    25,
    "messenger.E051",
    "Largest file that an inbox may allow, in MB; the proxy must let five of them through at once.",
    validate=validators.positive,
)
MESSENGER_MAX_IMAGE_PIXELS = read(
    "MESSENGER_MAX_IMAGE_PIXELS",
    "int",
    36_000_000,
    "messenger.E052",
    "Largest image, all frames together, at most 89478485; each pixel takes up to 16 bytes of memory for a moment.",
    validate=validators.positive,
)
MESSENGER_ATTACHMENT_LINK_SECONDS = read(
    "MESSENGER_ATTACHMENT_LINK_SECONDS",
    "int",
    86_400,
    "messenger.E053",
    "Least life of a signed link to an attachment; at most it is twice as long.",
    validate=validators.positive,
)
MESSENGER_S3_BUCKET = read(
    "MESSENGER_S3_BUCKET",
    "str",
    "",
    "messenger.E054",
    "Bucket of its own in an S3-compatible store for attachments; empty: they are kept on disk.",
)
MESSENGER_S3_ENDPOINT_URL = read(
    "MESSENGER_S3_ENDPOINT_URL",
    "str",
    "",
    "messenger.E055",
    "Address of the S3-compatible store; empty: Amazon's.",
    validate=validators.http_url,
)
MESSENGER_S3_REGION = read("MESSENGER_S3_REGION", "str", "", "messenger.E056", "Region of the bucket.")
MESSENGER_S3_ACCESS_KEY_ID = read(
    "MESSENGER_S3_ACCESS_KEY_ID",
    "str",
    "",
    "messenger.E057",
    "Key for the store; empty: the machine's own role or AWS_ACCESS_KEY_ID.",
)
MESSENGER_S3_SECRET_ACCESS_KEY = read(
    "MESSENGER_S3_SECRET_ACCESS_KEY", "str", "", "messenger.E058", "Secret of that key."
)


def attachments_storage(base_dir: Path) -> dict[str, Any]:
    """The entry "messenger" of Django's STORAGES."""
    if not MESSENGER_S3_BUCKET:
        return {
            "BACKEND": "messenger.lib.durable_storage.DurableFileSystemStorage",
            # Without an address: files are only ever handed out by the view that checks who asks. Whoever else logs in
            # to the machine has no business with them; collected static files are for the proxy's account, too.
            "OPTIONS": {
                "location": MESSENGER_FILES_ROOT or base_dir / "files",
                "base_url": None,
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    options = {
        "bucket_name": MESSENGER_S3_BUCKET,
        "endpoint_url": MESSENGER_S3_ENDPOINT_URL or None,
        "region_name": MESSENGER_S3_REGION or None,
        "access_key": MESSENGER_S3_ACCESS_KEY_ID or None,
        "secret_key": MESSENGER_S3_SECRET_ACCESS_KEY or None,
        "default_acl": "private",
        "file_overwrite": False,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
