"""Official e-mail (*thư điện tử công vụ*): composed safely, checked against its rules, acknowledged on the same day.

The message is plain MIME in 7 bits with CRLF ends, so that it can be signed as it stands (S/MIME signs the exact bytes
sent). Signing is the business of `egov_vn.signature`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Final

from egov_vn.clock import VIETNAM, require_aware, vietnam_date
from egov_vn.digest import Digest
from egov_vn.document.model import Document
from egov_vn.document.number import DocumentNumber
from egov_vn.errors import InvalidInput
from egov_vn.finding import Finding, Severity, finding
from egov_vn.law import Version, load

__all__ = ["MailFile", "OfficialMail", "acknowledged_in_time"]

_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_MESSAGE_ID: Final = re.compile(r"<[^<>\s@]+@[^<>\s@]+>")
# Python 3.11 loses spaces when it folds encoded words: the subject is encoded here and put in place of this
_PLACEHOLDER: Final = "subject-goes-here"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFile:
    """A file sent with a mail."""

    name: str
    data: bytes
    media_type: str = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialMail:
    """A mail between agencies (*thư điện tử công vụ*): who, to whom, what, with which documents.

    Addresses are `name@agency.gov.vn`, with no display names. *document* is the number of the document that is sent: it
    belongs into the subject, and into the text, which a signature covers while it leaves the subject out.
    """

    sender: str
    to: tuple[str, ...]
    subject: str
    body: str
    cc: tuple[str, ...] = ()
    files: tuple[MailFile, ...] = ()
    document: DocumentNumber | None = None
    in_reply_to: str = ""

    def __post_init__(self) -> None:
        for field, addresses in (("sender", (self.sender,)), ("to", self.to), ("cc", self.cc)):
            for index, address in enumerate(addresses):
                if len(address) > 254 or not _ADDRESS.fullmatch(address):
                    raise InvalidInput(f"{address!r} is no mail address", path=f"{field}[{index}]")
        if not self.to:
            raise InvalidInput("a mail has a recipient", path="to")
        for field, text in (("subject", self.subject), *((f"files[{file.name!r}]", file.name) for file in self.files)):
            if not text.strip() or _CONTROL.search(text):
                raise InvalidInput(f"{text!r} is empty or holds a control character", path=field)
        for file in self.files:
            if not re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", file.media_type):
                raise InvalidInput(f"{file.media_type!r} is no media type", path="files")
        if self.in_reply_to and not _MESSAGE_ID.fullmatch(self.in_reply_to):
            raise InvalidInput(f"{self.in_reply_to!r} is no message identifier", path="in_reply_to")

    @classmethod
    def of(
        cls,
        document: Document,
        *,
        sender: str,
        to: tuple[str, ...],
        files: tuple[MailFile, ...],
        cc: tuple[str, ...] = (),
    ) -> OfficialMail:
        """Return the mail that sends *document*: its number, kind and abstract in the subject and in the text."""
        if document.number is None:
            raise InvalidInput("a document is sent with its number", path="document.number")
        day = f" ngày {document.day:%d/%m/%Y}" if document.day else ""
        text = (
            f"Kính gửi Quý cơ quan,\n\n{document.issuer.name} gửi {document.kind.name} số {document.number}{day}"
            f"{': ' + document.abstract if document.abstract else ''}.\n\nĐề nghị xác nhận đã nhận trong ngày.\n"
        )
        subject = " ".join(f"[{document.number}] {document.abstract or document.kind.name}".split())
        return cls(sender=sender, to=to, cc=cc, subject=subject, body=text, files=files, document=document.number)

    def to_bytes(self, *, at: datetime, message_id: str) -> bytes:
        """Return the message as RFC 5322 text with CRLF line ends, 7 bits throughout.

        *at* is its date, *message_id* its identifier `<…@agency.gov.vn>`: the caller's mail system makes it unique.
        """
        if not _MESSAGE_ID.fullmatch(message_id) or _CONTROL.search(message_id):
            raise InvalidInput(f"{message_id!r} is no message identifier", path="message_id")
        message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
        message["From"] = _address(self.sender)
        message["To"] = [_address(item) for item in self.to]
        if self.cc:
            message["Cc"] = [_address(item) for item in self.cc]
        message["Subject"] = _PLACEHOLDER
        message["Date"] = format_datetime(require_aware(at).astimezone(VIETNAM))
        message["Message-ID"] = message_id
        if self.in_reply_to:
            message["In-Reply-To"] = self.in_reply_to
            message["References"] = self.in_reply_to
        try:
            message.set_content(self.body, charset="utf-8", cte="quoted-printable")
            for file in self.files:
                kind, _, sub = file.media_type.partition("/")
                message.add_attachment(file.data, maintype=kind, subtype=sub, filename=file.name)
            if self.files:
                # without it the boundary is drawn by lot, and the same mail would not give the same bytes
                message.set_boundary(f"=_{_boundary(self, message_id)}")
            return message.as_bytes().replace(_PLACEHOLDER.encode(), _encoded(self.subject), 1)
        except (ValueError, UnicodeError) as error:
            raise InvalidInput(f"the mail cannot be written: {error}", path="body") from error

    def receipt(self, *, sender: str, message_id: str) -> OfficialMail:
        """Return the answer in which the receiver *sender* confirms to have got this mail, whose id is *message_id*.

        It is due on the day of receipt: NĐ 30/2020/NĐ-CP Art. 21.2.c.
        """
        what = f" văn bản số {self.document}" if self.document else f" thư “{self.subject}”"
        return OfficialMail(
            sender=sender,
            to=(self.sender,),
            subject=f"Đã nhận: {self.subject}",
            body=f"Kính gửi Quý cơ quan,\n\nXác nhận đã nhận{what}.\n",
            document=self.document,
            in_reply_to=message_id,
        )

    def check(
        self, *, domains: Iterable[str] | None = None, max_bytes: int | None = None, secrecy: str = ""
    ) -> tuple[Finding, ...]:
        """Return what goes against the rules of official mail.

        *domains* are those of official mailboxes (default: the built-in ones, `evidence` assumed), *max_bytes* what the
        server takes, *secrecy* the document's secrecy mark, if it bears one.
        """
        return (
            *self._check_domains(tuple(domains) if domains is not None else tuple(_rule("official_domains").value)),
            *self._check_content(secrecy),
            *self._check_size(max_bytes if max_bytes is not None else _rule("message_size").value),
        )

    def _check_domains(self, domains: tuple[str, ...]) -> Iterable[Finding]:
        for where, addresses in (("sender", (self.sender,)), ("to", self.to), ("cc", self.cc)):
            for address in addresses:
                host = address.rpartition("@")[2].lower()
                if not any(host == domain or host.endswith("." + domain) for domain in domains):
                    yield finding(
                        "MAIL-DOMAIN",
                        Severity.ERROR if where == "sender" else Severity.WARNING,
                        vi=f"{address} không phải hộp thư điện tử công vụ.",
                        en=f"{address} is not an official mailbox.",
                        where=where,
                        source=_rule("official_domains").source,
                    )

    def _check_content(self, secrecy: str) -> Iterable[Finding]:
        marks = tuple(_rule("secret_marks").value)
        if secrecy.strip().upper() in marks or re.search(rf"\b(?:{'|'.join(marks)})\b", self.subject):
            yield finding(
                "MAIL-SECRET",
                Severity.ERROR,
                vi="Văn bản có dấu chỉ độ mật không được gửi qua thư điện tử.",
                en="A document with a secrecy mark is not sent by e-mail.",
                where="secrecy",
                source=_rule("secret_marks").source,
            )
        if self.document is None:
            return
        for where, text in (("subject", self.subject), ("body", self.body)):
            if str(self.document) not in text:
                yield finding(
                    "MAIL-NUMBER",
                    Severity.WARNING,
                    vi=f"Số, ký hiệu {self.document} không có trong {'tiêu đề' if where == 'subject' else 'nội dung'}.",
                    en=f"The number {self.document} does not stand in the {where}.",
                    where=where,
                )

    def _check_size(self, limit: int) -> Iterable[Finding]:
        # base64 makes four bytes of three, and ends a line after 76
        size = len(self.body.encode()) + sum(len(file.data) * 4 // 3 * 78 // 76 for file in self.files)
        if size > limit:
            yield finding(
                "MAIL-SIZE",
                Severity.WARNING,
                vi=f"Thư khoảng {size:,} byte, vượt quá {limit:,}.",
                en=f"The mail takes about {size:,} bytes, more than {limit:,}.",
                where="files",
                source=_rule("message_size").source,
            )


def acknowledged_in_time(received_at: datetime, acknowledged_at: datetime) -> bool:
    """Say whether a receipt was notified on the day of receipt, in Vietnamese time (NĐ 30/2020/NĐ-CP Art. 21.2.c)."""
    return vietnam_date(received_at) == vietnam_date(acknowledged_at)


def _rule(name: str) -> Version[Any]:
    return load("egov_vn.document", "mail").rules[name].versions[-1]


def _address(text: str) -> Address:
    return Address(addr_spec=text)


def _encoded(subject: str) -> bytes:
    """Return *subject* as RFC 2047 encoded words of at most 75 characters, or as it is if it is short plain text."""
    if subject.isascii() and len(subject) <= 60 and "=?" not in subject and subject == subject.strip():
        return subject.encode("ascii")
    words, chunk = [], b""
    for char in subject:
        data = char.encode("utf-8")
        if len(chunk) + len(data) > 45:
            words.append(chunk)
            chunk = b""
        chunk += data
    words.append(chunk)
    return b"\r\n ".join(b"=?utf-8?b?" + base64.b64encode(word) + b"?=" for word in words)


def _boundary(mail: OfficialMail, message_id: str) -> str:
    # quoted-printable writes "=" as "=3D" and base64 has no "_": no body can hold this
    return Digest.of(f"{message_id}\n{mail.subject}\n{mail.body}".encode()).hex[:40]
