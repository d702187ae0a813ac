#!/bin/sh
# Says hello and then never reads.
printf '\005\000\000\000\001\000\000\001\002v2'; exec sleep 60
