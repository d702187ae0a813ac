"""Reads PDF documents with the package pypdf."""

import io

from documents import answer_each
from lxml import etree
from pypdf import PdfReader

XMP = {"pdfaid": "http://www.aiim.org/pdfa/ns/id/"}


def fonts(page):
    """Whether each font of a page is embedded, by name."""
    found = {}
    for font in page["/Resources"].get("/Font", {}).values():
        font = font.get_object()
        if "/DescendantFonts" in font:
            assert "/ToUnicode" in font
            font = font["/DescendantFonts"][0].get_object()
        descriptor = font["/FontDescriptor"].get_object()
        files = [key for key in ("/FontFile", "/FontFile2", "/FontFile3") if key in descriptor]
        found[str(font["/BaseFont"])] = bool(files)
    return found


def read(data):
    reader = PdfReader(io.BytesIO(data), strict=True)
    catalog = reader.trailer["/Root"]
    xmp = etree.fromstring(catalog["/Metadata"].get_object().get_data())
    marker = lambda name: "".join(xmp.xpath(f"//pdfaid:{name}/text()|//@pdfaid:{name}", namespaces=XMP))
    assert "/OutputIntents" in catalog and "/ID" in reader.trailer and not reader.is_encrypted
    for name in ("/OpenAction", "/AA", "/AcroForm"):
        assert name not in catalog, name
    return {
        "part": marker("part"),
        "conformance": marker("conformance"),
        "title": reader.metadata.title,
        "author": reader.metadata.author,
        "subject": reader.metadata.subject,
        "producer": reader.metadata.producer,
        "pages": [page.extract_text() for page in reader.pages],
        "fonts": [fonts(page) for page in reader.pages],
    }


answer_each(read)
