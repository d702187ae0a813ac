"""Reads DOCX documents with the package python-docx."""

import io

import docx
from documents import answer_each


def read(data):
    document = docx.Document(io.BytesIO(data))
    core = document.core_properties
    [section] = document.sections
    text = lambda part: "".join(paragraph.text for paragraph in part.paragraphs)
    return {
        "paragraphs": [[paragraph.style.name, paragraph.text] for paragraph in document.paragraphs],
        "tables": len(document.tables),
        "header": text(section.header),
        "footer": text(section.footer),
        "title": core.title,
        "author": core.author,
        "identifier": core.identifier,
        "comments": core.comments,
        "status": core.content_status,
        "revision": core.revision,
        "created": core.created.isoformat(),
    }


answer_each(read)
