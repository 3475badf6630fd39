"""Tools for tests, ours and yours: a certification authority in memory and on loopback.

Nothing here is for production: the keys are thrown away with the object.
"""

from egov_vn.testing.authority import TestAuthority
from egov_vn.testing.authority_certificates import Profile
from egov_vn.testing.tsa import MemoryTimestamper

__all__ = ["MemoryTimestamper", "Profile", "TestAuthority"]
