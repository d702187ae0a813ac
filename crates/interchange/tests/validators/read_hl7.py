"""Reads HL7 v2.5.1 messages with the package hl7apy, strictly."""

import os

from documents import answer_each
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message


def read(data):
    message = parse_message(data.decode("utf-8"), validation_level=VALIDATION_LEVEL.STRICT)
    assert message.validate(report_file=os.devnull)
    assert message.MSH.MSH_9.to_er7() == "MDM^T02^MDM_T02"
    assert message.MSH.MSH_12.to_er7() == "2.5.1"
    assert message.MSH.MSH_18.to_er7() == "UNICODE UTF-8"
    assert data.endswith(b"\r") and b"\n" not in data
    segments = {}
    for segment in data.decode("utf-8").split("\r")[:-1]:
        segments.setdefault(segment[:3], []).append(segment.split("|"))
    return segments


answer_each(read)
