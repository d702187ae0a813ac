"""Documents from standard input, one a line in base64; one line of JSON is answered for each."""

import base64
import json
import sys


def answer_each(read):
    """Prints what `read` makes of each document's bytes; what it raises ends the program."""
    for line in sys.stdin:
        print(json.dumps(read(base64.b64decode(line))), flush=True)
