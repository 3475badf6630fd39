"""The register of certificates an agency keeps (*sổ theo dõi chứng thư chữ ký số*), and what a change asks for.

No text gives a number of days before expiry at which somebody must be warned: the number is yours to say.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from egov_vn import law
from egov_vn._model import Model, wire
from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput, NotInForce
from egov_vn.finding import Finding, Severity, Text, finding
from egov_vn.law import Citation, Evidence
from egov_vn.signature.certificate import CertificateInfo
from egov_vn.signature.messages import moment_text

__all__ = ["CertificateChange", "CertificateDuty", "CertificateRegister", "RegisteredCertificate", "change_duties"]


class CertificateChange(StrEnum):
    """What happened to the holder or the device (*thay đổi của thuê bao*)."""

    RETIRED = "retired"
    RESIGNED = "resigned"
    LEFT_STATE = "left_state"
    MOVED_WITHIN_STATE = "moved_within_state"
    TITLE_CHANGED = "title_changed"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    DEVICE_LOST = "device_lost"
    DEVICE_LOCKED = "device_locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDuty:
    """One form to file (*thủ tục*): which, with whom, by whom, and by which rule."""

    form: str
    """The number of the form of NĐ 68/2024/NĐ-CP, `"05"`."""
    form_title: Text
    addressee: Text
    by_new_agency: bool
    """Whether the agency that the holder moved to files it, and not the one they left."""
    reason: Text
    device_days: int | None
    """Working days within which the device is to be taken back, where the rule says so."""
    source: Citation
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredCertificate:
    """One line of the register: holder, agency, device, role, and the certificate itself."""

    certificate: CertificateInfo
    holder: str
    agency: str
    role: str = ""
    """The title or office that the certificate serves (*chức vụ, chức danh*)."""
    device: str = ""
    """The serial number of the device that holds the key (*số hiệu thiết bị lưu khóa bí mật*)."""
    revoked_at: datetime | None = None

    @classmethod
    def of(cls, certificate: object, *, device: str = "", role: str | None = None) -> Self:
        """Make a line from what the certificate says about its holder."""
        info = CertificateInfo.parse(certificate)
        return cls(
            certificate=info,
            holder=info.common_name,
            agency=info.organization or "",
            role=info.title or "" if role is None else role,
            device=device,
        )


class _Line(Model):
    certificate: Annotated[str, wire("ChungThu")]
    holder: Annotated[str, wire("ChuThe")]
    agency: Annotated[str, wire("CoQuan")]
    role: Annotated[str, wire("ChucVu")] = ""
    device: Annotated[str, wire("ThietBi")] = ""
    revoked_at: Annotated[datetime | None, wire("ThuHoiLuc")] = None


class _Book(Model):
    lines: Annotated[tuple[_Line, ...], wire("DanhSach")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRegister:
    """All certificates an agency answers for; a value: `add` and `revoke` return a new register."""

    entries: tuple[RegisteredCertificate, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[RegisteredCertificate]) -> Self:
        """Make a register; a certificate stands in it once."""
        register = cls()
        for entry in entries:
            register = register.add(entry)
        return register

    def add(self, entry: RegisteredCertificate) -> Self:
        """Return the register with one line more."""
        if any(item.certificate.sha256 == entry.certificate.sha256 for item in self.entries):
            raise InvalidInput(f"the certificate of {entry.holder!r} is already registered", path="certificate")
        return replace(self, entries=(*self.entries, entry))

    def revoke(self, sha256: str, *, at: datetime) -> Self:
        """Return the register with a certificate marked as revoked at *at*."""
        require_aware(at)
        if not any(item.certificate.sha256 == sha256 for item in self.entries):
            raise InvalidInput(f"no certificate {sha256!r} is registered", path="sha256")
        return replace(
            self,
            entries=tuple(
                replace(item, revoked_at=at) if item.certificate.sha256 == sha256 else item for item in self.entries
            ),
        )

    def active(self, at: datetime) -> tuple[RegisteredCertificate, ...]:
        """Return the lines whose certificate is valid and not revoked at *at*."""
        require_aware(at)
        return tuple(
            item
            for item in self.entries
            if item.certificate.is_valid_at(at) and (item.revoked_at is None or at < item.revoked_at)
        )

    def expiring(self, at: datetime, *, within: timedelta) -> tuple[RegisteredCertificate, ...]:
        """Return the active lines that end within *within* after *at*, the soonest first."""
        if within < timedelta(0):
            raise InvalidInput("within must not be negative", path="within")
        ending = (item for item in self.active(at) if item.certificate.not_after <= at + within)
        return tuple(sorted(ending, key=lambda item: item.certificate.not_after))

    def check(self, at: datetime, *, within: timedelta) -> tuple[Finding, ...]:
        """Return what must be done: renewals due, devices to take back, two holders of one device."""
        found = [_expiring(item, at) for item in self.expiring(at, within=within)]
        found += [_ended(item) for item in self.entries if item.revoked_at is None and item.certificate.not_after < at]
        devices: dict[str, str] = {}
        for item in self.active(at):
            if item.device and devices.setdefault(item.device, item.holder) != item.holder:
                found.append(_shared(item, devices[item.device]))
        return tuple(found)

    def to_json(self) -> str:
        """Return the register as JSON in Vietnamese field names; certificates in base64."""
        return _Book(
            lines=tuple(
                _Line(
                    certificate=base64.b64encode(item.certificate.der).decode("ascii"),
                    holder=item.holder,
                    agency=item.agency,
                    role=item.role,
                    device=item.device,
                    revoked_at=item.revoked_at,
                )
                for item in self.entries
            )
        ).to_json(indent=2)

    @classmethod
    def from_json(cls, data: bytes | str) -> Self:
        """Read what `to_json` wrote."""
        entries = []
        for number, line in enumerate(_Book.from_json(data, unique=True).lines):
            path = f"DanhSach[{number}]"
            try:
                der = base64.b64decode(line.certificate, validate=True)
            except (binascii.Error, ValueError) as error:
                raise InvalidInput("the certificate is not base64", path=f"{path}.ChungThu") from error
            if line.revoked_at is not None:
                require_aware(line.revoked_at, f"{path}.ThuHoiLuc")
            entries.append(
                RegisteredCertificate(
                    certificate=CertificateInfo.parse(der),
                    holder=line.holder,
                    agency=line.agency,
                    role=line.role,
                    device=line.device,
                    revoked_at=line.revoked_at,
                )
            )
        return cls.of(entries)


def change_duties(change: CertificateChange | str, *, on: date) -> tuple[CertificateDuty, ...]:
    """Return the forms that a change asks for under the rules in force on the day *on* of the change.

    A move inside the State keeps the key and changes its information; leaving the State revokes it. The rules are those
    of NĐ 68/2024/NĐ-CP as provincial regulations restate them; each duty says how it is known.
    """
    file = law.load("egov_vn.signature", "certificates")
    changes, forms, addressees = (file.table(name) for name in ("changes", "forms", "addressees"))
    if changes.since is not None and on < changes.since:
        raise NotInForce("signature/certificates.changes", on)
    wanted = CertificateChange(change) if change in set(CertificateChange) else None
    row = next((item for item in changes if wanted is not None and item["change"] == wanted.value), None)
    if row is None:
        raise InvalidInput(f"unknown change {change!r}", path="change")
    titles = {item["form"]: Text(item["vi"], item["en"]) for item in forms}
    places = {form: Text(item["vi"], item["en"]) for item in addressees for form in item["forms"]}
    return tuple(
        CertificateDuty(
            form=form,
            form_title=titles[form],
            addressee=places[form],
            by_new_agency=row["by"] == "new",
            reason=Text(row["vi"], row["en"]),
            device_days=row.get("device_days"),
            source=row.source,
            evidence=row.evidence,
        )
        for form in row["forms"]
    )


def _expiring(item: RegisteredCertificate, at: datetime) -> Finding:
    days = (item.certificate.not_after - at).days
    end = moment_text(item.certificate.not_after)
    return finding(
        "CERT-EXPIRING",
        Severity.WARNING,
        vi=f"Chứng thư của {_who(item)} hết hạn {end}, còn {days} ngày: đề nghị gia hạn (Mẫu số 04).",
        en=f"The certificate of {_who(item)} ends at {end}, in {days} days: renew it (Form 04).",
        where=item.certificate.sha256,
        source=Citation(instrument="165/2025/QĐ-UBND (Ninh Bình)", article="10", clause="4"),
    )


def _ended(item: RegisteredCertificate) -> Finding:
    end = moment_text(item.certificate.not_after)
    return finding(
        "CERT-EXPIRED",
        Severity.ERROR,
        vi=f"Chứng thư của {_who(item)} đã hết hạn {end}: thu lại thiết bị {item.device or '?'}.",
        en=f"The certificate of {_who(item)} ended at {end}: take back device {item.device or '?'}.",
        where=item.certificate.sha256,
        source=Citation(instrument="165/2025/QĐ-UBND (Ninh Bình)", article="10", clause="6"),
    )


def _who(item: RegisteredCertificate) -> str:
    return f"{item.holder} ({item.agency})" if item.agency else item.holder


def _shared(item: RegisteredCertificate, other: str) -> Finding:
    return finding(
        "CERT-DEVICE-SHARED",
        Severity.WARNING,
        vi=f"Thiết bị {item.device} được ghi cho cả {other} và {item.holder}.",
        en=f"Device {item.device} is registered for both {other} and {item.holder}.",
        where=item.certificate.sha256,
    )
