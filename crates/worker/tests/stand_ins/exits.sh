#!/bin/sh
# Ends by itself with a code.
exit 7
