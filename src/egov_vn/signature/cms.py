"""CMS signatures over any bytes: CAdES B-B and B-T (*chữ ký số cho CMS*, EN 319 122-1), attached and detached.

`sign_cms` makes one, `assess_cms` judges every signer of one, `verify_cms` returns only what was proven.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, Final

from asn1crypto import algos, cms, core, pem, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding

from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput, VerificationError
from egov_vn.finding import Finding, Severity, finding
from egov_vn.signature.keys import SignatureAlgorithm, Signer, check_signer
from egov_vn.signature.memo import Memo
from egov_vn.signature.policy import SignaturePolicy
from egov_vn.signature.report import Indication, Level, Report, SignatureReport, Signed, SubIndication
from egov_vn.signature.revocation import RevocationData
from egov_vn.signature.signeddata import SignerCheck, attribute, check_signer_info, open_signed_data, stamps
from egov_vn.signature.timestamp import Timestamper, TimestampReport, assess_timestamp
from egov_vn.signature.trust import TrustStore
from egov_vn.signature.verdict import SignatureInput, conclude

__all__ = ["assess_cms", "sign_cms", "verify_cms"]

_CONTENT_TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.20"
_ARCHIVE_TIME_STAMP: Final = "0.4.0.1733.2.4"
_UTC_TIME_ENDS: Final = 2050
"""X.509 and CMS write years before 2050 as UTCTime and later ones as GeneralizedTime."""


def sign_cms(
    content: bytes,
    *,
    signer: Signer,
    at: datetime,
    level: Level = Level.B_B,
    detached: bool = True,
    timestamper: Timestamper | None = None,
    algorithm: str | None = None,
) -> bytes:
    """Sign *content* and return the CMS in DER; with *detached* false the content travels inside.

    *at* is the claimed signing time. Level B-T needs a *timestamper*; B-LT and B-LTA are for PDF and XML. A certificate
    that is not valid at *at* is refused before the key is used.
    """
    check_signer(signer, at=require_aware(at))
    if level > Level.B_T:
        raise InvalidInput(f"CMS signatures are made up to B-T, not {level.value}", path="level")
    if level is Level.B_T and timestamper is None:
        raise InvalidInput("level B-T needs a timestamper", path="timestamper")
    chosen = SignatureAlgorithm.parse(algorithm or signer.algorithm)
    ders = tuple(dict.fromkeys(item.public_bytes(Encoding.DER) for item in (signer.certificate, *signer.chain)))
    certificates = [asn1_x509.Certificate.load(der) for der in ders]
    attributes = _signed_attributes(content, ders[0], at, chosen.digest)
    value = signer.sign(hashlib.new(chosen.digest, attributes.dump()).digest(), str(chosen))
    fields: dict[str, Any] = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            "issuer_and_serial_number",
            {"issuer": certificates[0].issuer, "serial_number": certificates[0].serial_number},
        ),
        "digest_algorithm": {"algorithm": chosen.digest},
        "signed_attrs": attributes,
        "signature_algorithm": _signature_algorithm(chosen),
        "signature": value,
    }
    if timestamper is not None and level is Level.B_T:
        token = timestamper.timestamp(hashlib.sha256(value).digest(), "sha256")
        stamp = {"type": "signature_time_stamp_token", "values": [cms.ContentInfo.load(token)]}
        fields["unsigned_attrs"] = [stamp]
    inside: dict[str, Any] = {"content_type": "data"}
    if not detached:
        inside["content"] = content
    signed = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": chosen.digest}],
        "encap_content_info": inside,
        "certificates": certificates,
        "signer_infos": [fields],
    }
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump())


def assess_cms(
    data: bytes,
    *,
    at: datetime,
    content: bytes | None = None,
    trust: TrustStore | None = None,
    policy: SignaturePolicy | None = None,
    revocation: RevocationData | None = None,
) -> Report:
    """Judge every signer of the CMS *data* (DER or PEM) at *at*; *content* is what a detached one covers.

    Bytes that are no CMS signature raise `InvalidInput`.
    """
    require_aware(at)
    memo, policy = Memo.of(trust), policy or SignaturePolicy.default()
    signed = open_signed_data(_unarmoured(data), where="cms")
    covered = _content(signed, content)
    reports = tuple(
        _try_signer(
            signed,
            signer,
            name=f"signer {number}",
            content=covered,
            at=at,
            trust=trust,
            policy=policy,
            revocation=revocation or RevocationData(),
            memo=memo,
        )
        for number, signer in enumerate(signed["signer_infos"], 1)
    )
    return Report(signatures=reports, at=at)


def verify_cms(
    data: bytes,
    *,
    at: datetime,
    content: bytes | None = None,
    trust: TrustStore | None = None,
    policy: SignaturePolicy | None = None,
    revocation: RevocationData | None = None,
) -> tuple[Signed, ...]:
    """Return what was proven, one `Signed` for each signer, or raise `VerificationError` with the report."""
    report = assess_cms(data, at=at, content=content, trust=trust, policy=policy, revocation=revocation)
    if report.indication is not Indication.TOTAL_PASSED:
        raise VerificationError(f"the CMS signature is {report.indication} ({report.sub_indication})", report=report)
    covered = _content(open_signed_data(_unarmoured(data)), content)
    proven = []
    for item in report.signatures:
        if covered is None or item.signer is None:  # pragma: no cover - neither can pass
            raise VerificationError("nothing is proven", report=report)
        proven.append(Signed(content=covered, signer=item.signer, signed_at=item.proven_at or item.signed_at or at))
    return tuple(proven)


def _try_signer(signed: cms.SignedData, signer: cms.SignerInfo, *, name: str, **rest: Any) -> SignatureReport:
    try:
        return _assess_signer(signed, signer, name=name, **rest)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        # asn1crypto parses late: a broken attribute shows only when it is looked at
        broken = finding(
            "SIG-FORMAT",
            Severity.ERROR,
            vi=f"Cấu trúc chữ ký không đọc được: {error}",
            en=f"The structure of the signature cannot be read: {error}",
            where=name,
        )
        given = SignatureInput(
            name=name,
            indication=Indication.TOTAL_FAILED,
            sub_indication=SubIndication.FORMAT_FAILURE,
            findings=(broken,),
        )
        return conclude(given, at=rest["at"], memo=rest["memo"])


def _assess_signer(
    signed: cms.SignedData,
    signer: cms.SignerInfo,
    *,
    name: str,
    content: bytes | None,
    at: datetime,
    trust: TrustStore | None,
    policy: SignaturePolicy,
    revocation: RevocationData,
    memo: Memo,
) -> SignatureReport:
    if content is None:
        missing = finding(
            "SIG-CONTENT-MISSING",
            Severity.ERROR,
            vi="Chữ ký tách rời: chưa có nội dung được ký để đối chiếu.",
            en="The signature is detached, and the content it covers was not given.",
            where=name,
        )
        given = SignatureInput(
            name=name,
            indication=Indication.INDETERMINATE,
            sub_indication=SubIndication.SIGNED_DATA_NOT_FOUND,
            findings=(missing,),
        )
        return conclude(given, at=at, trust=trust, policy=policy, memo=memo)
    check = check_signer_info(
        signed,
        signer,
        digest_of=lambda algorithm: hashlib.new(algorithm, content).digest(),
        memo=memo,
        extra=trust.intermediates if trust else (),
        where=name,
    )
    known = revocation | RevocationData(crls=check.crls, ocsps=check.ocsps)
    common: dict[str, Any] = {"at": at, "trust": trust, "policy": policy, "revocation": known, "memo": memo}
    stamps = _stamps(signer, check, common, name)
    inner = _content_stamps(signer, content, check, common, name)
    level, notes = _level(signed, signer, check, name)
    indication, sub = check.indication, check.sub_indication
    if not signer["signed_attrs"] and _is_attributes(content):
        indication, sub = Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE
        notes = (*notes, _stripped(name))
    given = SignatureInput(
        name=name,
        indication=indication,
        sub_indication=sub,
        certificate=check.certificate,
        certificates=check.certificates,
        revocation=known,
        algorithm=check.algorithm,
        digests=(check.digest,),
        signed_at=check.signed_at,
        timestamps=stamps,
        content_time=max(
            (item.at for item in inner if item.indication is Indication.TOTAL_PASSED and item.at), default=None
        ),
        level=level,
        covers=f"{len(content)} byte",
        findings=(*check.findings, *notes, *(note for item in inner for note in item.findings)),
    )
    return conclude(given, at=at, trust=trust, policy=policy, memo=memo)


def _stamps(
    signer: cms.SignerInfo, check: SignerCheck, common: dict[str, Any], name: str
) -> tuple[TimestampReport, ...]:
    return tuple(
        assess_timestamp(
            token.dump(),
            digest=lambda algorithm: hashlib.new(algorithm, check.signature).digest(),
            intermediates=check.certificates,
            where=f"{name}/time-stamp {number}",
            **common,
        )
        for number, token in enumerate(stamps(signer["unsigned_attrs"], "signature_time_stamp_token"), 1)
    )


def _content_stamps(
    signer: cms.SignerInfo, content: bytes, check: SignerCheck, common: dict[str, Any], name: str
) -> tuple[TimestampReport, ...]:
    return tuple(
        assess_timestamp(
            token.dump(),
            digest=lambda algorithm: hashlib.new(algorithm, content).digest(),
            intermediates=check.certificates,
            where=f"{name}/content time-stamp",
            **common,
        )
        for token in stamps(signer["signed_attrs"], _CONTENT_TIME_STAMP)
    )


def _level(
    signed: cms.SignedData, signer: cms.SignerInfo, check: SignerCheck, name: str
) -> tuple[Level | None, tuple[Any, ...]]:
    if not check.names_certificate:
        plain = finding(
            "SIG-NO-BASELINE",
            Severity.WARNING,
            vi="Chữ ký không gắn chứng thư vào thuộc tính được ký (signing-certificate): không đạt mức B-B.",
            en="No signed attribute fixes the certificate (signing-certificate): the signature is below level B-B.",
            where=name,
        )
        return None, (plain,)
    stamped = bool(attribute(signer["unsigned_attrs"], "signature_time_stamp_token"))
    if attribute(signer["unsigned_attrs"], _ARCHIVE_TIME_STAMP):
        note = finding(
            "SIG-ARCHIVE-NOT-USED",
            Severity.INFO,
            vi="Dấu thời gian lưu trữ của CAdES có trong tệp nhưng không được dùng làm bằng chứng ở đây.",
            en="The file has a CAdES archive time-stamp, which is not used as proof here.",
            where=name,
        )
        return Level.B_LTA, (note,)
    if stamped and (check.crls or check.ocsps) and len(signed["certificates"] or ()) > 1:
        return Level.B_LT, ()
    return (Level.B_T if stamped else Level.B_B), ()


def _is_attributes(content: bytes) -> bool:
    """Say whether *content* is the DER of signed attributes.

    A value made over the attributes of one document also is a value over those bytes as a document without attributes:
    who strips the attributes and offers them as the content has a "signed" file that nobody ever signed.
    """
    if content[:1] != b"\x31":
        return False
    try:
        return bool(attribute(cms.CMSAttributes.load(content, strict=True), "message_digest"))
    except (ValueError, TypeError, KeyError, AttributeError):
        return False


def _stripped(name: str) -> Finding:
    return finding(
        "SIG-FORMAT",
        Severity.ERROR,
        vi="Nội dung là các thuộc tính được ký của một chữ ký khác: không ai ký nội dung này như một văn bản.",
        en="The content is the signed attributes of another signature: nobody signed it as a document.",
        where=name,
    )


def _content(signed: cms.SignedData, given: bytes | None) -> bytes | None:
    """Return what is covered; content that is attached and given must be the same."""
    try:
        inside = signed["encap_content_info"]["content"]
        attached = None if inside.native is None else bytes(inside)
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"the content of the CMS cannot be read: {error}", path="cms") from error
    if attached is not None and given is not None and attached != given:
        raise InvalidInput("the content inside the CMS is not the content given beside it", path="content")
    return given if attached is None else attached


def _unarmoured(data: bytes) -> bytes:
    if not data.lstrip().startswith(b"-----BEGIN"):
        return data
    try:
        return bytes(pem.unarmor(data)[2])
    except ValueError as error:
        raise InvalidInput(f"not a PEM block: {error}", path="cms") from error


def _signed_attributes(content: bytes, certificate: bytes, at: datetime, digest: str) -> cms.CMSAttributes:
    moment = at.astimezone(UTC).replace(microsecond=0)
    kind = "utc_time" if moment.year < _UTC_TIME_ENDS else "general_time"
    identifier: dict[str, Any] = {"cert_hash": hashlib.new(digest, certificate).digest()}
    if digest != "sha256":
        identifier["hash_algorithm"] = {"algorithm": digest}
    return cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "signing_time", "values": [cms.Time({kind: moment})]},
            {"type": "message_digest", "values": [hashlib.new(digest, content).digest()]},
            {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [identifier]})]},
        ]
    )


def _signature_algorithm(algorithm: SignatureAlgorithm) -> algos.SignedDigestAlgorithm:
    if algorithm.scheme == "ecdsa":
        return algos.SignedDigestAlgorithm({"algorithm": f"{algorithm.digest}_ecdsa"})
    if algorithm.scheme == "rsa_pss":
        hashing = {"algorithm": algorithm.digest}
        parameters = {
            "hash_algorithm": hashing,
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": hashing},
            "salt_length": algorithm.hash.digest_size,
        }
        return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": parameters})
    # rsaEncryption: the hash stands in digestAlgorithm, and every verifier reads it (RFC 3370)
    return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pkcs1v15", "parameters": core.Null()})
