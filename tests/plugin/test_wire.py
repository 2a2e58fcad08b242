"""Property values on their way between the engine and the handler."""

from __future__ import annotations

from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi_rolling.plugin.wire import UNKNOWN, decode, encode, is_unknown

scalars = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {k: _without_nulls(v) for k, v in value.items() if v is not None}
    return [_without_nulls(v) for v in value] if isinstance(value, list) else value


@given(st.dictionaries(st.text(max_size=5), values, max_size=4))
def test_properties_come_back_as_they_were(properties: dict[str, object]) -> None:
    """Every value keeps its kind through a message; only nulls, which say nothing, are gone from mappings."""
    plain, secrets = decode(encode(properties))
    assert plain == _without_nulls(properties)
    assert not secrets


def test_a_secret_is_wrapped_where_it_was() -> None:
    """A nested secret is plain for us and secret again on its way back, an unknown one as well."""
    properties = {"triggers": {"a": "x", "b": UNKNOWN}, "updatePolicy": {"n": 1}}
    sent = encode(properties, [("triggers", "a"), ("triggers", "b")])
    plain, secrets = decode(sent)
    assert plain == properties and is_unknown(plain["triggers"]["b"])
    assert secrets == {("triggers", "a"), ("triggers", "b")}
    assert encode(plain, secrets) == sent


def test_a_secret_whose_place_is_gone_makes_its_whole_property_secret() -> None:
    """After another spelling was folded, what was secret is still secret, with its neighbours."""
    folded = {"updatePolicy": {"rollingUpdate": {"maxBatchSize": 2}}}
    _, secrets = decode(encode(folded, [("updatePolicy", "RollingUpdate", "MaxBatchSize")]))
    assert secrets == {("updatePolicy",)}


def test_every_mark_of_the_unknown_is_known() -> None:
    """The engine marks unknown numbers, booleans, lists and mappings by other strings than unknown texts."""
    mark = struct_pb2.Struct()
    mark.update({"flag": "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", "text": UNKNOWN})
    plain, _ = decode(mark)
    assert is_unknown(plain["flag"]) and is_unknown(plain["text"]) and not is_unknown("text")
