"""Reads FHIR document Bundles with the package fhir.resources.

The package has the definitions of R4B (4.3.0); those of the resources used here are R4's (4.0.1).
"""

import json

from documents import answer_each
from fhir.resources.R4B.bundle import Bundle
from lxml import etree

XHTML = "{http://www.w3.org/1999/xhtml}div"


def references(value):
    """Every reference below a value."""
    if isinstance(value, dict):
        for key, below in value.items():
            if key == "reference":
                yield below
            else:
                yield from references(below)
    elif isinstance(value, list):
        for below in value:
            yield from references(below)


def narratives(value):
    """Every narrative below a value."""
    if isinstance(value, dict):
        if "div" in value:
            yield value["div"]
        for below in value.values():
            yield from narratives(below)
    elif isinstance(value, list):
        for below in value:
            yield from narratives(below)


def read(data):
    bundle = Bundle.model_validate_json(data)
    assert bundle.type == "document" and bundle.timestamp and bundle.identifier.value
    plain = json.loads(data)
    full_urls = [entry["fullUrl"] for entry in plain["entry"]]
    assert len(set(full_urls)) == len(full_urls)
    for entry in plain["entry"]:
        assert entry["fullUrl"] == "urn:uuid:" + entry["resource"]["id"]
    for reference in references(plain):
        assert reference in full_urls, reference
    for div in narratives(plain):
        root = etree.fromstring(div)
        assert root.tag == XHTML and "".join(root.itertext()).strip()
    kinds = [entry.resource.get_resource_type() for entry in bundle.entry]
    assert kinds[0] == "Composition"
    return kinds


answer_each(read)
