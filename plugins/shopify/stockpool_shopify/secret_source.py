"""Where secrets are read from: never the configuration itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from stockpool.errors import ConfigurationError


class SecretSource(BaseModel):
    """`{ env = "NAME" }`: an environment variable; `{ file = "path" }`: a file's text.

    A path is relative to the configuration's folder. Blanks and line ends around it are dropped.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    env: str | None = None
    file: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _names_a_place(cls, value: Any) -> Any:
        if not isinstance(value, dict) or set(value) not in ({"env"}, {"file"}):
            # The value is not repeated: it may be the secret.
            raise ValueError('give { env = "NAME" } or { file = "path" }; a secret is not put here')
        return value

    def read(self, setting: str, folder: Path) -> str:
        """The secret.

        Raises:
            ConfigurationError: it is not there; names the setting and the fix.
        """
        if self.env is not None:
            text = os.environ.get(self.env, "").strip()
            if not text:
                raise ConfigurationError(
                    f"{setting}: the environment variable {self.env} is not set; set it, or name "
                    "another source"
                )
            return text
        path = folder / (self.file or "")
        try:
            text = path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise ConfigurationError(
                f"{setting}: {path} can't be read ({reason}); put the secret there, or name "
                "another source"
            ) from None
        if not text:
            raise ConfigurationError(f"{setting}: {path} is empty; put the secret there")
        return text
