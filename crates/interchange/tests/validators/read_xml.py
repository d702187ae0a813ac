"""Reads documents as XML: fails unless well-formed, and answers with the names of the elements and the text."""

from documents import answer_each
from lxml import etree


def read(data):
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False))
    names = [etree.QName(element).localname for element in root.iter()]
    return {"elements": names, "text": "".join(root.itertext())}


answer_each(read)
