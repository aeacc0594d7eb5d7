"""Find out how a file's text is encoded, and that all of it can be read.

A byte order mark decides; else the file is UTF-8 if all of it is valid UTF-8; else it is what
charset-normalizer finds likelier of the two code pages that spreadsheets still save in. Whatever
is chosen must decode the whole file without an error, before anything of it is used.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from charset_normalizer import from_bytes

from stockpool.flatfiles.refusal import FileRefused
from stockpool.problems import Problem

_CHUNK = 1 << 20
_SAMPLE = 1 << 16
_WIDE = re.compile("[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e]")
_WIDE_RUN = re.compile(_WIDE.pattern + "{2,}")
_LEGACY: Final = ("cp1252", "cp932")
# Spreadsheets in Japan save Microsoft's superset of Shift_JIS.
ENCODINGS: Final = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "cp1252": "cp1252",
    "shift_jis": "cp932",
}


@dataclass(frozen=True, slots=True)
class Survey:
    """What one look at all bytes of a file showed.

    Attributes:
        sha256: the file's identity, whatever its name.
        codec: decodes the whole file.
        has_nul: is there a NUL character somewhere?
    """

    sha256: str
    codec: str
    has_nul: bool


def identity(file: BinaryIO) -> str:
    """The SHA-256 of a file's content."""
    digest = hashlib.sha256()
    for chunk in _chunks(file):
        digest.update(chunk)
    return digest.hexdigest()


def survey(file: BinaryIO, sha256: str, encoding: str | None) -> Survey:
    """Choose the codec of `file`.

    Args:
        encoding: one of `ENCODINGS`; None finds it out.

    Raises:
        FileRefused: if no codec, or not the one that was asked for, can read all of it.
    """
    if encoding is not None:
        return _read_as(file, sha256, ENCODINGS[encoding], encoding)
    file.seek(0)
    start = file.read(4)
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FileRefused(
            Problem("unknown_encoding", "the file is encoded in UTF-32", fix="save it as UTF-8")
        )
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _read_as(file, sha256, "utf-16", "utf-16")
    if start[:1] == b"\0" or start[1:2] == b"\0":
        raise FileRefused(
            Problem(
                "unknown_encoding",
                "the file looks like UTF-16, but does not say so",
                fix="save it as UTF-8, or say that its encoding is utf-16",
            )
        )
    fault, has_nul = _try(file, "utf-8-sig")
    if fault is None:
        return Survey(sha256, "utf-8-sig", has_nul)
    if start.startswith(codecs.BOM_UTF8):
        raise FileRefused(_undecodable(file, "utf-8", fault))
    for codec in _likely(file, fault):
        other_fault, has_nul = _try(file, codec)
        if other_fault is None:
            return Survey(sha256, codec, has_nul)
    raise FileRefused(
        Problem(
            "unknown_encoding",
            f"the file is neither UTF-8 nor in another known encoding (line {_line(file, fault)})",
            fix="save it as UTF-8, or name its encoding",
        )
    )


def _read_as(file: BinaryIO, sha256: str, codec: str, name: str) -> Survey:
    fault, has_nul = _try(file, codec)
    if fault is not None:
        raise FileRefused(_undecodable(file, name, fault))
    return Survey(sha256, codec, has_nul)


def _undecodable(file: BinaryIO, name: str, fault: int) -> Problem:
    return Problem(
        "wrong_encoding",
        f"line {_line(file, fault)} is not valid {name}",
        fix="save the file as UTF-8, or correct the encoding that was named",
    )


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk


def _try(file: BinaryIO, codec: str) -> tuple[int | None, bool]:
    """Where `codec` fails (None: nowhere), and whether it read a NUL."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    has_nul = False
    read = 0
    try:
        for chunk in _chunks(file):
            text = decoder.decode(chunk)
            has_nul = has_nul or "\0" in text
            read += len(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        within = error.start if isinstance(error, UnicodeDecodeError) else 0
        return read + within, has_nul
    return None, has_nul


def _likely(file: BinaryIO, fault: int) -> list[str]:
    """The code pages, the likelier one first, judged by the lines around the first odd byte."""
    start = max(0, fault - _SAMPLE)
    file.seek(start)
    sample = file.read(2 * _SAMPLE)
    first, last = sample.find(b"\n") if start else -1, sample.rfind(b"\n")
    sample = sample[first + 1 : last + 1] or sample
    if _is_japanese(sample):
        return ["cp932", "cp1252"]
    best = from_bytes(sample, cp_isolation=list(_LEGACY), threshold=0.9).best()
    order = list(_LEGACY)
    if best is not None and best.encoding in order:
        order.remove(best.encoding)
        order.insert(0, best.encoding)
    return order


def _is_japanese(sample: bytes) -> bool:
    """Is this surely Shift_JIS? Sees it in a few characters, where statistics need sentences.

    Japanese comes in runs of wide characters, most of which start with a byte that in cp1252 is a
    dash or a quotation mark; accented letters stand alone among ASCII.
    """
    try:
        text = sample.decode("cp932")
    except UnicodeDecodeError:
        return False
    wide = len(_WIDE.findall(text))
    in_runs = sum(map(len, _WIDE_RUN.findall(text)))
    odd = [byte for byte in sample if byte >= 0x80]
    marks = sum(byte < 0xA0 for byte in odd)
    return in_runs * 2 > wide and marks * 3 >= len(odd)


def _line(file: BinaryIO, offset: int) -> int:
    file.seek(0)
    count, left = 1, offset
    while left > 0 and (chunk := file.read(min(_CHUNK, left))):
        count += chunk.count(b"\n")
        left -= len(chunk)
    return count
