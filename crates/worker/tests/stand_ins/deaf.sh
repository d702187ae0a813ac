#!/bin/sh
# Says hello and then never reads.
printf '\005\000\000\000\003\000\000\003\002v2'; exec sleep 60
