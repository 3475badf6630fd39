"""One package in the making: what was asked for, its identifiers, its history, and a count of what is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from egov_vn import __version__
from egov_vn.archive.intake import Written
from egov_vn.archive.mets import Agent, MetsFile, Reference
from egov_vn.archive.packing import Ids, Organisation, Step, check_tables, iso_time, require_text, seed_of
from egov_vn.archive.premis import PremisAgent, PremisEvent, PremisForm
from egov_vn.archive.profile import PackageKind, Profile, event_type, format_of, statuses
from egov_vn.archive.record import ArchivalFile
from egov_vn.clock import require_aware
from egov_vn.errors import InvalidInput

__all__ = ["REP", "REP_PROFILE", "SCHEMA_LOCATION", "Making", "mimetype_of"]

SOFTWARE: Final = "egov_vn"
REP: Final = "rep1"
REP_PROFILE: Final = "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml"
SCHEMA_LOCATION: Final = (
    "http://www.loc.gov/METS/ {up}schemas/mets1_12.xsd http://www.w3.org/1999/xlink {up}schemas/xlink.xsd "
    "https://DILCIS.eu/XML/METS/CSIPExtensionMETS {up}schemas/DILCISExtensionMETS.xsd"
)


class Making:
    """What both levels of a package share while it is written; `InvalidInput` if it cannot become a package."""

    def __init__(
        self,
        *,
        kind: PackageKind,
        profile: Profile,
        file: ArchivalFile,
        at: datetime,
        agent: Organisation,
        objid: str | None,
        status: str,
        agreement: str,
        steps: tuple[Step, ...],
        premis: bool | None,
        premis_form: PremisForm,
    ) -> None:
        check_tables(kind, file)
        self.kind, self.profile, self.file, self.agent = kind, profile, file, agent
        self.status, self.agreement, self.premis_form = status, agreement, premis_form
        self.steps = tuple(sorted(steps, key=lambda step: require_aware(step.at, "steps.at")))
        self.at, self.time = at, iso_time(at)
        self.ids = Ids(seed_of(kind, file, self.time))
        self.objid = objid or kind.objid.format(uuid=self.ids.uuid)
        self.with_premis = kind.preservation == "required" or (profile.premis if premis is None else premis)
        self.size = self.files = 0
        self._check_texts()

    def _check_texts(self) -> None:
        if self.premis_form not in ("loc", "literal"):
            raise InvalidInput(f"{self.premis_form!r} is neither 'loc' nor 'literal'", path="premis_form")
        for path in ("objid", "status", "agreement"):
            require_text(getattr(self, path), path)
        if self.status not in statuses():
            raise InvalidInput(f"{self.status!r} is none of {', '.join(statuses())}", path="status")
        if not self.kind.names(self.objid):
            raise InvalidInput(f"{self.objid!r} is not of the form {self.kind.objid}", path="objid")
        for part in ("name", "code"):
            require_text(getattr(self.agent, part), f"agent.{part}")
        for index, step in enumerate(self.steps):
            for part in ("type", "agent", "outcome", "detail"):
                require_text(getattr(step, part), f"steps[{index}].{part}")

    # ------------------------------------------------------------------------------------------------------------ METS

    def entry(self, href: str, written: Written, original: str = "", *, mimetype: str = "") -> MetsFile:
        """Return the METS entry of a file that was *written*, and count it."""
        self.count(1, written.size)
        return MetsFile(
            id=self.ids("ID"),
            href=href,
            size=written.size,
            checksum=written.hashes[0].upper(),
            created=self.time,
            mimetype=mimetype or mimetype_of(original or href),
        )

    def reference(self, section: str, href: str, written: Written) -> Reference:
        """Return the METS pointer to a metadata file that was *written*, and count it."""
        self.count(1, written.size)
        return Reference(
            section=section,
            section_id=self.ids(),
            id=self.ids(),
            href=href,
            mdtype="DC" if section == "dmd" else "PREMIS",
            mdtype_version="1.0.0" if section == "dmd" else "3.0",
            size=written.size,
            checksum=written.hashes[0].upper(),
            created=self.time,
        )

    def count(self, files: int, size: int) -> None:
        """Add to what was written."""
        self.files += files
        self.size += size

    def mets_agents(self, *, representation: bool = False) -> tuple[Agent, ...]:
        """Return this software and the agency, as the header of a METS names them."""
        software = Agent(
            role="CREATOR", type="OTHER", other_type="SOFTWARE", name=SOFTWARE, note=__version__,
            note_type="SOFTWARE VERSION",
        )  # fmt: skip
        kind = self.profile.rep_agent if representation else "ORGANIZATION"
        agency = Agent(
            role="ARCHIVIST", type=kind, name=self.agent.name, note=self.agent.code,
            note_type="IDENTIFICATIONCODE" if self.agent.code else "",
        )  # fmt: skip
        return software, agency

    # ---------------------------------------------------------------------------------------------------------- PREMIS

    def events(self, made: str) -> tuple[PremisEvent, ...]:
        """Return the events whose outcome is the object *made*: the caller's steps in time, then this writing."""
        own = Step(key="issued" if self.kind.oais == "DIP" else "created", at=self.at, outcome="success")
        events = []
        for number, step in enumerate((*self.steps, own), 1):
            type_, words = (step.type, step.type) if step.type else event_type(step.key)
            events.append(
                PremisEvent(
                    identifier=f"event-{number}",
                    type=type_,
                    at=iso_time(step.at),
                    detail=step.detail or f"{words}: {self.kind.name} {self._name()}",
                    outcome=step.outcome or "success",
                    agents=_doers(step) or (("agency", "authorizer"), ("software", "executing program")),
                    objects=((made, "outcome"),),
                )
            )
        return tuple(events)

    def _name(self) -> str:
        return self.file.code or self.file.description.get("requestID")

    def premis_agents(self) -> tuple[PremisAgent, ...]:
        """Return the agency, this software, and everyone whom a step names."""
        named = {agent.identifier: agent for step in self.steps for agent, _ in _agents(step)}
        return (
            PremisAgent(identifier="agency", name=self.agent.name, type="organization"),
            PremisAgent(identifier="software", name=SOFTWARE, type="software", version=__version__),
            *named.values(),
        )


def _agents(step: Step) -> Iterator[tuple[PremisAgent, str]]:
    """Yield who did a step, under identifiers of this package, with their roles."""
    if step.agent:
        yield PremisAgent(identifier="person:" + step.agent, name=step.agent, type="person"), "implementer"
    for agent, role in step.agents:
        name = f"{agent.type}:{agent.name} {agent.version}".rstrip()
        yield replace(agent, identifier=name, line=0), role


def _doers(step: Step) -> tuple[tuple[str, str], ...]:
    return tuple((agent.identifier, role) for agent, role in _agents(step))


def mimetype_of(name: str) -> str:
    """Return the media type that the extension of *name* claims."""
    known = format_of(name)
    return known.mimetype if known else "application/octet-stream"
