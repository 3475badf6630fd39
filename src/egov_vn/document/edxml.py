"""Exchange messages between document systems: edXML of QCVN 102:2016/BTTTT (*gói tin văn bản điện tử*).

The standard's own text and schema were not found: structure, order and prefixes are those of messages and programs in
use, and every rule here rests on practice (`data/edxml.toml`). The writer keeps the order of the standard's numbering
and the prefixes that hubs expect. The reader goes by namespace, takes any order, keeps what it does not know and says
what it saw. A signature in an envelope is reported and never trusted, since those of the field verify nowhere: judge
the signatures of the attachments.

```python
from egov_vn.document import edxml

data = edxml.write(edxml.message_of(document, sender=..., receivers=..., attachments=...))
received = edxml.read(data)
```
"""

from egov_vn.document.edxml_read import MAX_ATTACHMENT, Received, read
from egov_vn.document.edxml_write import namespace, write
from egov_vn.document.exchange import (
    Attachment,
    Business,
    BusinessKind,
    Message,
    Organization,
    Receiver,
    Replacement,
    Response,
    Staff,
    StatusMessage,
    Trace,
    check_step,
    document_id,
    kind_of,
    message_of,
    status_text,
)

__all__ = [
    "MAX_ATTACHMENT",
    "Attachment",
    "Business",
    "BusinessKind",
    "Message",
    "Organization",
    "Received",
    "Receiver",
    "Replacement",
    "Response",
    "Staff",
    "StatusMessage",
    "Trace",
    "check_step",
    "document_id",
    "kind_of",
    "message_of",
    "namespace",
    "read",
    "status_text",
    "write",
]
