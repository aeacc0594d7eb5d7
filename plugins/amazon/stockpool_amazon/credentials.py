"""Where the three secrets of an SP-API application are read from: never the configuration itself.

They are read anew each time a token is fetched, so that a rotated secret needs no restart.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
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
                    f"another source"
                )
        else:
            path = folder / (self.file or "")
            try:
                text = path.read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
                raise ConfigurationError(
                    f"{setting}: {path} can't be read ({reason}); put the secret there, or name "
                    f"another source"
                ) from None
            if not text:
                raise ConfigurationError(f"{setting}: {path} is empty; put the secret there")
        return text


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets themselves; their repr does not show them."""

    client_id: str
    client_secret: str
    refresh_token: str

    def __repr__(self) -> str:
        return "Secrets(...)"

    def hidden_in(self, text: str) -> str:
        """`text` without any of them."""
        for secret in (self.client_id, self.client_secret, self.refresh_token):
            text = text.replace(secret, "[hidden]")
        return text


@dataclass(frozen=True, slots=True)
class Credentials:
    """The sources of one account's secrets.

    Attributes:
        name: of the network in the configuration; leads the names of settings in messages.
        folder: that paths are relative to.
    """

    name: str
    folder: Path
    client_id: SecretSource
    client_secret: SecretSource
    refresh_token: SecretSource

    def read(self) -> Secrets:
        """All three.

        Raises:
            ConfigurationError: one is not there; names the setting and the fix.
        """
        return Secrets(
            *(
                getattr(self, setting).read(f"networks.{self.name}.{setting}", self.folder)
                for setting in ("client_id", "client_secret", "refresh_token")
            )
        )
