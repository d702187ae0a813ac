#!/bin/sh
# Says hello and then never reads.
printf '\005\000\000\000\006\000\000\006\002v2'; exec sleep 60
