"""The base of the typed record models: values with types on one side, the description that is written on the other."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from egov_vn._model import Model
from egov_vn.archive.fields import Scheme, table
from egov_vn.archive.record import Description
from egov_vn.archive.values import parse_date, split_codes
from egov_vn.errors import InvalidInput

__all__ = ["RecordModel"]


class RecordModel(Model):
    """One descriptive record with typed fields; `describe` checks it against its field table."""

    KIND: ClassVar[str]
    SCHEME: ClassVar[Scheme]

    def describe(self) -> Description:
        """Return the checked description; `InvalidInput` names the first rule that is broken."""
        given = {name: value for name, value in self.model_dump(by_alias=True).items() if value not in (None, ())}
        return Description.of(self.KIND, given, scheme=self.SCHEME)

    @classmethod
    def of(cls, description: Description) -> Self:
        """Read a description of this kind; `InvalidInput` if it is of another, or a value has no such type."""
        rows = table(cls.KIND, cls.SCHEME)
        if description.table is not rows:
            raise InvalidInput(f"the description is one of {description.table.name}", path=cls.KIND)
        given: dict[str, Any] = {}
        for name, value in description.values.items():
            field = rows[name]
            if field.multi:
                given[name] = split_codes(value)
            elif field.type == "Date":
                given[name] = parse_date(value) or value
            elif field.type == "Boolean":
                given[name] = value == "1"
            else:
                given[name] = value
        return cls.from_dict(given)
