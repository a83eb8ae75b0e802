"""What the tests of the configuration share: platforms of their own, and a way to load a text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from socialsync_cli.config import Config, Handles, load
from socialsync_cli.errors import HandleError

SECRET = "apify_api_Zq8hN3kVtX0bYw5LrJ7mPfDcGs2aEu4i6o9T"


def _parse(platform: str, text: str) -> str:
    handle = text.strip().removeprefix(f"https://{platform}.com/").strip("@/").lower()
    if not handle or " " in handle:
        raise HandleError(f'"{text}" is no page of {platform}')
    return handle


HANDLES = Handles(("instagram", "facebook", "tiktok"), _parse)


def load_text(
    folder: Path, text: str | bytes, *, environ: Mapping[str, str] | None = None, csv: str | bytes | None = None
) -> Config:
    """Load a configuration that stands in a folder, beside a `users.csv` if there is one."""
    content = text.encode() if isinstance(text, str) else text
    path = folder / "socialsync.toml"
    path.write_bytes(content)
    path.chmod(0o600)
    if csv is not None:
        (folder / "users.csv").write_bytes(csv.encode() if isinstance(csv, str) else csv)
    return load(None, environ=environ or {}, cwd=folder, handles=HANDLES)
