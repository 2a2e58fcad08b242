"""Each deliberate fault of `make mutants` can still be made."""

from __future__ import annotations

import pytest

from tests.house.sources import PROVIDER
from tests.property.faults import Fault
from tests.property.mutations import FAULTS


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_the_line_of_a_deliberate_fault_stands_where_it_did(fault: Fault) -> None:
    """It is there once. A change of that line changes the fault as well, or the run means nothing."""
    text = (PROVIDER / "pulumi_rolling" / "core" / fault.machine / fault.file).read_text()
    assert text.count(fault.before) == 1 and fault.before != fault.after
