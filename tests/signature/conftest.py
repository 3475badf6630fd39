from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from egov_vn.clock import VIETNAM
from egov_vn.testing import TestAuthority

T0 = datetime(2026, 2, 12, 9, 0, tzinfo=VIETNAM)
DAY = timedelta(days=1)


@pytest.fixture(scope="session")
def authority() -> TestAuthority:
    """An authority shared by all tests that do not revoke; P-256 for speed."""
    return TestAuthority(at=T0, key="p256")


@pytest.fixture
def fresh() -> TestAuthority:
    """An authority of one's own, to revoke and suspend with."""
    return TestAuthority(at=T0, key="p256")
