#!/bin/sh
# Says hello and then never reads.
printf '\005\000\000\000\004\000\000\004\002v2'; exec sleep 60
