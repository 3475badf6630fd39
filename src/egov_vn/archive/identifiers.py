"""The codes of files and records, built and taken apart (*mã hồ sơ, mã lưu trữ, mã tài liệu, mã gói tin*).

TT 05/2025/TT-BNV names the parts and shows them joined with full stops; the separator of the archival code is printed
nowhere, so it can be chosen. Both forms of an agency's identifier stand in such codes and are never rewritten.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final, Self

from egov_vn.agency import AgencyCode
from egov_vn.archive.fields import table
from egov_vn.errors import InvalidInput

__all__ = [
    "ArchivalCode",
    "DocCode",
    "FileCode",
    "PacketCode",
    "PaperCode",
    "archive_head",
    "doc_id",
    "request_code",
]

_YEAR: Final = re.compile(r"(?:1[89]|20)[0-9]{2}")
_MAX_PART: Final = 60
_TOO_LONG: Final = 200


def _year(text: str) -> bool:
    return _YEAR.fullmatch(text) is not None


def _check(text: object, name: str, *, longest: int = _MAX_PART) -> str:
    """Refuse what is empty, long, or holds a blank or a character that nobody sees; full stops only between parts."""
    if not isinstance(text, str) or len(text) > longest or not all(text.split(".")):
        raise InvalidInput(f"{text!r} cannot be a part of a code", path=name)
    if not text.isprintable() or any(letter.isspace() for letter in text):
        raise InvalidInput(f"{text!r} cannot be a part of a code", path=name)
    return text


def _text(text: object, name: str) -> str:
    if not isinstance(text, str) or not 1 <= len(text) <= _TOO_LONG:
        raise InvalidInput(f"a code is a text of at most {_TOO_LONG} characters", path=name)
    return text


def _fit(text: str, field: str, table_name: str = "SIP_hoso") -> str:
    length = table(table_name)[field].length or 0
    if len(text) > length:
        raise InvalidInput(
            f"{text!r} has more than {length} characters", path=field, source=str(table(table_name).source)
        )
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCode:
    """The code of a file (*mã hồ sơ*): agency (or fonds, where it is closed), year, number and notation.

    `H49.64.33.2001.160`, `H05.02.02.2008.01.HC`, `000.00.00.G09.2010.01.TH`.
    """

    agency: str
    year: int
    notation: str

    def __post_init__(self) -> None:
        _check(self.agency, "agency")
        _check(self.notation, "notation")
        if type(self.year) is not int or not _year(str(self.year)):
            raise InvalidInput(f"{self.year!r} is not a year", path="year")
        if any(_year(part) for part in self.agency.split(".")[1:]):
            raise InvalidInput(f"{self.agency!r} holds what reads as the year of the file", path="agency")
        _fit(str(self), "fileCode")

    @classmethod
    def of(cls, agency: AgencyCode | str, year: int, notation: str) -> Self:
        """Make a code for an agency, whose identifier is checked."""
        code = agency if isinstance(agency, AgencyCode) else AgencyCode.parse(agency)
        return cls(agency=str(code), year=year, notation=notation)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a code: what stands before its first part that is a year, the year, and the rest."""
        parts = _split(text, "fileCode")
        for index in range(1, len(parts) - 1):
            if _year(parts[index]):
                return cls(
                    agency=".".join(parts[:index]), year=int(parts[index]), notation=".".join(parts[index + 1 :])
                )
        raise InvalidInput(
            f"{text!r} is not agency.year.notation", path="fileCode", source=str(table("SIP_hoso").source)
        )

    @property
    def agency_code(self) -> AgencyCode | None:
        """The agency's identifier, in either form; None if it is none (the code of a closed fonds)."""
        try:
            return AgencyCode.parse(self.agency)
        except InvalidInput:
            return None

    def document(self, ordinal: int) -> DocCode:
        """Return the code of the record number *ordinal* of this file."""
        return DocCode(file=str(self), ordinal=ordinal)

    def __str__(self) -> str:
        return f"{self.agency}.{self.year}.{self.notation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocCode:
    """The archival code of a record (*mã lưu trữ của tài liệu*): file code, full stop, ordinal of 7 digits."""

    file: str
    ordinal: int

    def __post_init__(self) -> None:
        _check(self.file, "fileCode", longest=_TOO_LONG)  # a file code alone may have 100 characters
        if type(self.ordinal) is not int or not 1 <= self.ordinal <= 9_999_999:
            raise InvalidInput(f"{self.ordinal!r} is not an ordinal from 1 to 9999999", path="docCode")
        _fit(str(self), "docCode", "SIP_doc")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `H05.02.02.2008.01.HC.0000001`."""
        file, dot, ordinal = _text(text, "docCode").rpartition(".")
        if not dot or len(ordinal) != 7 or not (ordinal.isascii() and ordinal.isdigit()):
            raise InvalidInput(
                f"{text!r} does not end with a full stop and 7 digits",
                path="docCode",
                source=str(table("SIP_doc").source),
            )
        return cls(file=file, ordinal=int(ordinal))

    def __str__(self) -> str:
        return f"{self.file}.{self.ordinal:07}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivalCode:
    """The archival code of a file (*mã hồ sơ lưu trữ*): archive, file code, and the number of the list if there is one.

    *separator* is not printed in any text that was found; a full stop by default.
    """

    archive: str
    file: FileCode
    list_number: str = ""
    separator: str = "."

    def __post_init__(self) -> None:
        _check(self.archive, "archive")
        if self.list_number:
            _check(self.list_number, "list_number")
        _separator(self.separator)
        _fit(str(self), "arcFileCode", "AIP_hoso")

    @classmethod
    def parse(cls, text: str, *, archive: str, separator: str = ".") -> Self:
        """Read the code of a file in *archive*; what follows the file code cannot be told from its notation."""
        head = archive + separator
        if not text.startswith(head):
            raise InvalidInput(f"{text!r} does not begin with {head!r}", path="arcFileCode")
        return cls(archive=archive, file=FileCode.parse(text[len(head) :]), separator=separator)

    def document(self, ordinal: int) -> DocCode:
        """Return the archival code of the record number *ordinal*."""
        return DocCode(file=str(self), ordinal=ordinal)

    def __str__(self) -> str:
        parts = [self.archive, str(self.file), *([self.list_number] if self.list_number else [])]
        return self.separator.join(parts)


def archive_head(archive: str, separator: str = ".") -> str:
    """Return what every code of *archive* begins with; `InvalidInput` if it cannot be a part of a code."""
    return _check(archive, "archive.code") + _separator(separator)


def _separator(text: str) -> str:
    if len(text) > 1 or not text.isprintable() or text.isspace():
        raise InvalidInput(f"{text!r} is no separator", path="separator")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketCode:
    """The code of a packet of records (*mã gói tin SIP_tailieu*): agency, year, transfer (2 digits), ordinal (7)."""

    agency: str
    year: int
    transfer: int
    ordinal: int

    def __post_init__(self) -> None:
        _check(self.agency, "agency")
        numbers = (self.year, self.transfer, self.ordinal)
        if any(type(number) is not int for number in numbers):
            raise InvalidInput("year, transfer and ordinal are whole numbers", path="fileCode")
        if not (_year(str(self.year)) and 1 <= self.transfer <= 99 and 1 <= self.ordinal <= 9_999_999):
            raise InvalidInput(f"{self} is not agency.year.transfer.ordinal", path="fileCode")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `H13.2026.01.0000001`."""
        parts = _split(text, "fileCode")
        if len(parts) < 4 or not all(part.isascii() and part.isdigit() for part in parts[-3:]):
            raise InvalidInput(f"{text!r} is not agency.year.transfer.ordinal", path="fileCode")
        if (len(parts[-2]), len(parts[-1])) != (2, 7):
            raise InvalidInput(f"{text!r}: the transfer has 2 digits, the ordinal 7", path="fileCode")
        return cls(agency=".".join(parts[:-3]), year=int(parts[-3]), transfer=int(parts[-2]), ordinal=int(parts[-1]))

    def __str__(self) -> str:
        return f"{self.agency}.{self.year}.{self.transfer:02}.{self.ordinal:07}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCode:
    """The code of a paper original (*mã hồ sơ gốc giấy*): archive, place (store, shelf, box), number."""

    archive: str
    place: str
    number: str

    def __post_init__(self) -> None:
        for name in ("archive", "place", "number"):
            value = _check(getattr(self, name), name)
            if "." in value and name != "archive":
                raise InvalidInput(f"{value!r} holds the full stop that separates the parts", path=name)
        _fit(str(self), "paperFileCode")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `[archive].[store, shelf, box].[number]`; the archive's code may hold full stops."""
        parts = _split(text, "paperFileCode")
        if len(parts) < 3:
            raise InvalidInput(f"{text!r} is not archive.place.number", path="paperFileCode")
        return cls(archive=".".join(parts[:-2]), place=parts[-2], number=parts[-1])

    def __str__(self) -> str:
        return f"{self.archive}.{self.place}.{self.number}"


def doc_id(file_code: FileCode | str, ordinal: int) -> str:
    """Return an identifier of a record (*mã định danh tài liệu*): `H49.64.33.2001.160.1`, at most 25 characters.

    Where file code and ordinal do not fit, 16 hexadecimal digits of the file code's SHA-256 stand for it.
    """
    if type(ordinal) is not int or not 1 <= ordinal <= 9_999_999:
        raise InvalidInput(f"{ordinal!r} is not an ordinal from 1 to 9999999", path="docId")
    plain = f"{file_code}.{ordinal}"
    if len(plain) <= (table("SIP_doc")["docId"].length or 0):
        return plain
    return f"{hashlib.sha256(str(file_code).encode()).hexdigest()[:16].upper()}.{ordinal}"


def request_code(
    *, ordinal: int, agency: str, transfer: int, year: int, notation: str = "", separator: str = "."
) -> str:
    """Return the code of a request to hand over (*mã yêu cầu nộp lưu*).

    Ordinal in the year, notation if any, abbreviation of the *agency*, number of the transfer, year; the separator is
    printed in no text that was found.
    """
    if ordinal < 1 or transfer < 1 or not _year(str(year)):
        raise InvalidInput("ordinal and transfer begin at 1, the year has four digits", path="request_code")
    if notation:
        _check(notation, "notation")
    if not separator.isprintable():
        raise InvalidInput(f"{separator!r} is no separator", path="separator")
    parts = [str(ordinal), notation, _check(agency, "agency"), str(transfer), str(year)]
    return separator.join(part for part in parts if part)


def _split(text: str, name: str) -> list[str]:
    parts = _text(text, name).split(".")
    for part in parts:
        _check(part, name)
    return parts
