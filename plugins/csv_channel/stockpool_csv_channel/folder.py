"""The channel's folder, and how nothing outside it is ever read or written.

    FOLDER/inbox/       the merchant drops order files here
    FOLDER/done/        files that were read; NAME.report.csv lists what was skipped
    FOLDER/rejected/    files, reports and rows that a person has to correct
    FOLDER/outbox/      what the engine tells the merchant
    FOLDER/.state/      private: what was read and written; don't touch

Directories are held by descriptor and every name is used relative to one, without following
links. So a name can't lead out, even if somebody swaps a directory for a link in between.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Final

from stockpool.errors import TransientError

STATE: Final = ".state"
PUBLIC: Final = ("inbox", "done", "rejected", "outbox")
PRIVATE: Final = ("taken", "spool", "work", "outgoing")

_OPEN_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class NotRegularError(Exception):
    """A link, a pipe, a device or a directory stands where a file should be."""


def _checked(name: str) -> str:
    if not name or "/" in name or "\0" in name or name in (".", ".."):
        raise NotRegularError(f"{name!r} is no plain file name")
    return name


class Directory:
    """One open directory. Takes plain names only, and follows no link."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self.descriptor = descriptor
        self.path = path

    def names(self) -> list[str]:
        """Everything that lies in it, in any order."""
        return os.listdir(self.descriptor)

    def stat(self, name: str) -> os.stat_result | None:
        """About `name` itself, not about what it links to; None if there is nothing."""
        try:
            return os.stat(_checked(name), dir_fd=self.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def read(self, name: str) -> BinaryIO:
        """Open a regular file.

        Raises:
            NotRegularError: if `name` is anything but a regular file.
            FileNotFoundError: if there is nothing.
        """
        # O_NONBLOCK: opening a pipe without it would wait for a writer.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        found = self.stat(name)
        if found is not None and not stat.S_ISREG(found.st_mode):
            raise NotRegularError(f"{name!r} is not a regular file")
        try:
            descriptor = os.open(_checked(name), flags, dir_fd=self.descriptor)
        except FileNotFoundError:
            raise
        except OSError as error:
            if self.stat(name) is not None and not self.is_regular(name):
                raise NotRegularError(f"{name!r} is not a regular file") from error
            raise
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise NotRegularError(f"{name!r} is not a regular file")
        return os.fdopen(descriptor, "rb")

    def is_regular(self, name: str) -> bool:
        """Is `name` there and a regular file?"""
        found = self.stat(name)
        return found is not None and stat.S_ISREG(found.st_mode)

    def create(self, name: str) -> BinaryIO:
        """Make a new file, in place of what an earlier run may have left under that name."""
        self.remove(name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.fdopen(os.open(_checked(name), flags, 0o666, dir_fd=self.descriptor), "wb")

    def remove(self, name: str) -> None:
        """Remove `name`, if it is there."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(_checked(name), dir_fd=self.descriptor)

    def move(self, name: str, target: Directory, new_name: str) -> bool:
        """Move atomically and durably; False if there is nothing to move."""
        try:
            os.rename(
                _checked(name),
                _checked(new_name),
                src_dir_fd=self.descriptor,
                dst_dir_fd=target.descriptor,
            )
        except FileNotFoundError:
            return False
        target.sync()
        self.sync()
        return True

    def sync(self) -> None:
        """Make renames in this directory durable."""
        os.fsync(self.descriptor)


def make_durable(file: IO[bytes] | IO[str]) -> None:
    """Put what was written on the disk."""
    file.flush()
    os.fsync(file.fileno())


@dataclass(frozen=True, slots=True)
class OpenFolder:
    """All directories of the channel's folder, open."""

    inbox: Directory
    done: Directory
    rejected: Directory
    outbox: Directory
    state: Directory
    taken: Directory
    spool: Directory
    work: Directory
    outgoing: Directory

    @contextlib.contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Keep all other threads and processes out that ask for the same lock."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(f"{name}.lock", flags, 0o600, dir_fd=self.state.descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def database(self, name: str) -> Path:
        """The path of a SQLite file in the state folder."""
        found = self.state.stat(name)
        if found is not None and not stat.S_ISREG(found.st_mode):
            raise NotRegularError(f"{self.state.path / name} is not a regular file")
        return self.state.path / name


class Folder:
    """The channel's folder, closed. Opening it makes what is missing inside."""

    def __init__(self, path: Path, *, create: bool) -> None:
        self.path = path
        self.create = create

    @contextlib.contextmanager
    def open(self) -> Iterator[OpenFolder]:
        """All its directories, for as long as the block runs.

        Raises:
            TransientError: if the folder is missing, or the disk, a link or a permission is in
                the way.
        """
        with contextlib.ExitStack() as stack:
            try:
                opened = self._open(stack)
            except FileNotFoundError as error:
                raise TransientError(
                    f"the folder {self.path} does not exist: make it, or mount it"
                ) from error
            except OSError as error:
                raise TransientError(f"the folder {self.path}: {_words(error)}") from error
            try:
                yield opened
            except OSError as error:
                raise TransientError(f"in the folder {self.path}: {_words(error)}") from error
            except NotRegularError as error:
                raise TransientError(f"in the folder {self.path}: {error}") from error

    def _open(self, stack: contextlib.ExitStack) -> OpenFolder:
        if self.create:
            self.path.mkdir(parents=True, exist_ok=True)
        # The configured path itself may be a link: the operator chose it.
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        stack.callback(os.close, descriptor)
        root = Directory(descriptor, self.path)
        public = {name: _inside(stack, root, name, 0o777) for name in PUBLIC}
        state = _inside(stack, root, STATE, 0o700)
        private = {name: _inside(stack, state, name, 0o700) for name in PRIVATE}
        return OpenFolder(**public, state=state, **private)


def _inside(stack: contextlib.ExitStack, parent: Directory, name: str, mode: int) -> Directory:
    try:
        descriptor = os.open(name, _OPEN_DIRECTORY, dir_fd=parent.descriptor)
    except FileNotFoundError:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, mode, dir_fd=parent.descriptor)
        descriptor = os.open(name, _OPEN_DIRECTORY, dir_fd=parent.descriptor)
    except OSError as error:
        found = parent.stat(name)
        if found is not None and not stat.S_ISDIR(found.st_mode):
            words = f"{name} is not a directory (links are not followed)"
            raise OSError(error.errno, words) from error
        raise
    stack.callback(os.close, descriptor)
    return Directory(descriptor, parent.path / name)


def _words(error: OSError) -> str:
    place = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{place}"
