"""How an option that says where to listen is checked, and how the JSON Schema describes it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from linodctl.config.endpoints import endpoint_of
from linodctl.config.option_types import KIND, said
from linodctl.config.problems import BadValue

AN_ENDPOINT = "a numeric address and a port, such as 127.0.0.1:9464 or [::1]:9464"


def _endpoint(value: Any) -> str:
    """An empty text, as `${METRICS:-}` may give one, is none."""
    try:
        if isinstance(value, str):
            if value:
                endpoint_of(value)
            return value
    except ValueError:
        pass
    raise BadValue(f"must be {AN_ENDPOINT}, not {said(value)}")


_SCHEMA = {"type": "string", "pattern": r"^(\S+:[0-9]{1,5})?$", KIND: "address:port"}
Endpoint = Annotated[str, PlainValidator(_endpoint), WithJsonSchema(_SCHEMA)]
