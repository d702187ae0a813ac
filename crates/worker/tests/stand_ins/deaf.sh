#!/bin/sh
# Says hello and then never reads.
printf '\005\000\000\000\005\000\000\005\002v2'; exec sleep 60
