"""Procedures as the national database describes them: parts, cases, channels, terms, fees, results, versions.

Source of the parts: NĐ 63/2010/NĐ-CP Art. 8(2). The term and the fee hang on case and channel, not on the procedure:
online and in person often differ. A dossier keeps the version under which it was received.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, time
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import PlainSerializer, PlainValidator

from egov_vn._model import wire
from egov_vn.calendar import Policy, Term
from egov_vn.clock import require_date, vietnam_date
from egov_vn.dossier.codes import ProcedureCode
from egov_vn.dossier.fields import Channel, Money, OpenModel, ProcedureField
from egov_vn.dossier.state import SupplementEffect
from egov_vn.errors import InvalidInput, NotInForce
from egov_vn.finding import Finding, finding
from egov_vn.law import load

if TYPE_CHECKING:
    from egov_vn.dossier.model import Dossier

__all__ = [
    "Case",
    "LegalBasis",
    "Procedure",
    "ProcedureCatalogue",
    "ProcedureComponent",
    "ProcedureFee",
    "ProcedureTerm",
    "Way",
]


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("expected a number or a text")  # noqa: TRY004 - pydantic reports ValueError
    return str(value).strip()


_Amount = Annotated[str, PlainValidator(_number), PlainSerializer(str)]


class ProcedureFee(OpenModel):
    """A fee of one way of filing (`PHILEPHI`), in đồng."""

    amount: Annotated[Money, wire("SOTIEN")]
    unit: Annotated[str | None, wire("DONVI")] = None
    description: Annotated[str | None, wire("MOTA")] = None


class ProcedureTerm(OpenModel):
    """The term of one case on one channel (`THOIGIAN`), with its fees."""

    amount: Annotated[_Amount, wire("THOIGIANGIAIQUYET")] = ""
    unit: Annotated[str, wire("DONVITINH")] = "Ngày làm việc"
    description: Annotated[str | None, wire("MOTA")] = None
    case: Annotated[str | None, wire("TRUONGHOP")] = None
    fees: Annotated[tuple[ProcedureFee, ...], wire("PHILEPHI")] = ()

    @property
    def term(self) -> Term | None:
        """The term, or None where the database gives no number (no appointment)."""
        if not self.amount or self.amount in ("0", "00"):
            return None
        return Term.parse(f"{self.amount} {self.unit}")


class Way(OpenModel):
    """A way of filing (`CACHTHUCTHUCHIEN`): a channel and its terms."""

    channel: Annotated[Channel, wire("KENH")]
    terms: Annotated[tuple[ProcedureTerm, ...], wire("THOIGIAN")] = ()


class ProcedureComponent(OpenModel):
    """A paper that the procedure asks for (`GIAYTO`)."""

    code: Annotated[str | None, wire("MAGIAYTO")] = None
    name: Annotated[str | None, wire("TENGIAYTO")] = None
    form_name: Annotated[str | None, wire("TENMAUDON")] = None
    form_url: Annotated[str | None, wire("URL")] = None
    originals: Annotated[int, wire("SOBANCHINH", ge=0)] = 0
    copies: Annotated[int, wire("SOBANSAO", ge=0)] = 0


class Case(OpenModel):
    """The papers of one case (`THANHPHANHOSO`)."""

    name: Annotated[str | None, wire("TRUONGHOP")] = None
    papers: Annotated[tuple[ProcedureComponent, ...], wire("GIAYTO")] = ()


class LegalBasis(OpenModel):
    """One legal basis (`CANCUPHAPLY`)."""

    number: Annotated[str, wire("SOVANBAN")]
    title: Annotated[str | None, wire("TENVANBAN")] = None


class Step(OpenModel):
    """One step of the procedure."""

    name: Annotated[str, wire("TENTRINHTU")]


class CaseSteps(OpenModel):
    """The steps of one case (`TRINHTUTHUCHIEN`)."""

    name: Annotated[str | None, wire("TRUONGHOP")] = None
    steps: Annotated[tuple[Step, ...], wire("TRINHTU")] = ()


class FieldName(OpenModel):
    """A field of procedures (`LINHVUCTHUCHIEN`)."""

    code: Annotated[str | None, wire("MALINHVUC")] = None
    name: Annotated[str | None, wire("TENLINHVUC")] = None


class ResultName(OpenModel):
    """A result (`KETQUATHUCHIEN`)."""

    code: Annotated[str | None, wire("MAKETQUA")] = None
    name: Annotated[str | None, wire("TENKETQUA")] = None


class AgencyName(OpenModel):
    """An agency that carries the procedure out (`COQUANTHUCHIEN`)."""

    code: Annotated[str | None, wire("MADONVI")] = None
    name: Annotated[str | None, wire("TENDONVI")] = None


class Procedure(OpenModel):
    """One version of one procedure (*thủ tục hành chính*), in the wire names of the national database (`LayThuTuc`)."""

    code: Annotated[ProcedureField, wire("MATTHC")]
    name: Annotated[str, wire("TENTTHC")]
    version: Annotated[str, wire("PHIENBAN")] = "1"
    """The number of the decision that published this version, or any name for it."""
    since: Annotated[date | None, wire("HIEULUCTU")] = None
    until: Annotated[date | None, wire("HIEULUCDEN")] = None
    """The first day on which this version no longer holds."""
    fields: Annotated[tuple[FieldName, ...], wire("LINHVUCTHUCHIEN")] = ()
    steps: Annotated[tuple[CaseSteps, ...], wire("TRINHTUTHUCHIEN")] = ()
    ways: Annotated[tuple[Way, ...], wire("CACHTHUCTHUCHIEN")] = ()
    components: Annotated[tuple[Case, ...], wire("THANHPHANHOSO")] = ()
    requirements: Annotated[str | None, wire("YEUCAU")] = None
    audience: Annotated[str | None, wire("MOTADOITUONGTHUCHIEN")] = None
    results: Annotated[tuple[ResultName, ...], wire("KETQUATHUCHIEN")] = ()
    legal_bases: Annotated[tuple[LegalBasis, ...], wire("CANCUPHAPLY")] = ()
    agencies: Annotated[tuple[AgencyName, ...], wire("COQUANTHUCHIEN")] = ()
    immediate: Annotated[bool, wire("TRAKETQUANGAY")] = False
    """The result is due at once: no receipt unless asked for (NĐ 118/2025 Art. 17(4))."""
    cut_off: Annotated[time | None, wire("GIOTINHSANGNGAYSAU")] = None
    """Received after this time, the clock starts on the next working day (NĐ 23/2015 Art. 7: 15:00)."""
    supplement_effect: Annotated[SupplementEffect | None, wire("CACHTINHBOSUNG")] = None
    linked: Annotated[bool, wire("LIENTHONG")] = False

    def channels(self) -> tuple[Channel, ...]:
        """Return the channels on which it can be filed."""
        return tuple(dict.fromkeys(way.channel for way in self.ways))

    def term(self, channel: Channel = Channel.DIRECT, case: str | None = None) -> Term | None:
        """Return the term of *case* on *channel*; None if the procedure states none (no appointment is made).

        Raises `InvalidInput` for a channel or a case that the procedure does not offer.
        """
        found = self._term(channel, case)
        return found.term if found else None

    def fees(self, channel: Channel = Channel.DIRECT, case: str | None = None) -> tuple[ProcedureFee, ...]:
        """Return the fees of *case* on *channel*."""
        found = self._term(channel, case)
        return found.fees if found else ()

    def papers(self, case: str | None = None) -> tuple[ProcedureComponent, ...]:
        """Return the papers of *case* (default: of the first case)."""
        for item in self.components:
            if case is None or item.name == case:
                return item.papers
        if case is None:
            raise InvalidInput(f"{self.code} names no papers", path="THANHPHANHOSO")
        raise InvalidInput(f"{self.code} has no case {case!r}", path="TruongHop")

    def policy(self) -> Policy:
        """Return how this procedure's term is counted where it differs from the general rule."""
        return Policy(cut_off=self.cut_off)

    def missing_parts(self) -> tuple[Finding, ...]:
        """Return a finding for each constituent part of NĐ 63/2010 Art. 8(2) that this record lacks."""
        there = {
            "name": bool(self.name.strip()),
            "steps": bool(self.steps),
            "ways": bool(self.ways),
            "components": bool(self.components),
            "terms": self.immediate or any(term.amount for way in self.ways for term in way.terms),
            "audience": bool((self.audience or "").strip()),
            "agencies": bool(self.agencies),
        }
        return tuple(
            finding(
                "DOS-PROCEDURE-PART",
                "error",
                vi=f"Thiếu bộ phận tạo thành (điểm {row['point']}): {row['vi']}",
                en=f"constituent part missing (point {row['point']}): {row['en']}",
                where=str(self.code),
                source=row.source,
            )
            for row in load("egov_vn.dossier", "procedures").table("constituent_parts")
            if not there[row["key"]]
        )

    def _term(self, channel: Channel, case: str | None) -> ProcedureTerm | None:
        ways = [way for way in self.ways if way.channel == channel]
        if not ways:
            raise InvalidInput(f"{self.code} cannot be filed on the channel {channel.name}", path="KenhThucHien")
        terms = [term for way in ways for term in way.terms]
        if case is None:
            return terms[0] if terms else None
        for term in terms:
            if term.case == case:
                return term
        if any(term.case is None for term in terms):
            return next(term for term in terms if term.case is None)
        raise InvalidInput(f"{self.code} has no case {case!r} on the channel {channel.name}", path="TruongHop")


_ALWAYS: Final = date(1, 1, 1)


class ProcedureCatalogue:
    """The versions of many procedures (*danh mục thủ tục hành chính*)."""

    __slots__ = ("_versions",)

    def __init__(self, procedures: Iterable[Procedure] = ()) -> None:
        versions: dict[str, list[Procedure]] = {}
        for item in procedures:
            versions.setdefault(item.code.national, []).append(item)
        for code, items in versions.items():
            items.sort(key=lambda item: item.since or _ALWAYS)
            if len({item.version for item in items}) != len(items):
                raise InvalidInput(f"{code} has two versions of one name", path="PHIENBAN")
        self._versions = MappingProxyType({code: tuple(items) for code, items in versions.items()})

    def __iter__(self) -> Iterator[Procedure]:
        return (item for items in self._versions.values() for item in items)

    def __len__(self) -> int:
        return sum(map(len, self._versions.values()))

    def versions(self, code: ProcedureCode | str) -> tuple[Procedure, ...]:
        """Return all versions of *code*, oldest first; `InvalidInput` for an unknown procedure."""
        found = ProcedureCode.parse(code) if isinstance(code, str) else code
        if found.national not in self._versions:
            raise InvalidInput(f"{found} is not a known procedure", path="MaTTHC")
        return self._versions[found.national]

    def on(self, code: ProcedureCode | str, day: date) -> Procedure:
        """Return the version in force on *day*; raises `NotInForce`, or `InvalidInput` for an unknown procedure."""
        require_date(day, "day")
        for item in reversed(self.versions(code)):
            if (item.since or _ALWAYS) <= day and (item.until is None or day < item.until):
                return item
        raise NotInForce(f"procedure {code}", day)

    def of(self, dossier: Dossier) -> Procedure:
        """Return the version of *dossier*: the one it carries, else the one of its day of reception or submission."""
        if dossier.procedure_version is not None:
            for item in self.versions(dossier.procedure):
                if item.version == dossier.procedure_version:
                    return item
            raise InvalidInput(f"{dossier.procedure} has no version {dossier.procedure_version!r}", path="PhienBanTTHC")
        at = dossier.received_at or dossier.submitted_at
        if at is None:
            raise InvalidInput("no day of reception or submission", path="NgayTiepNhan")
        return self.on(dossier.procedure, vietnam_date(at))
