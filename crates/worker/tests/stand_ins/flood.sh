#!/bin/sh
# Says hello, then sends heartbeats and readings without end.
printf '\005\000\000\000\001\000\000\001\002v2'
while printf '\003\000\000\000\001\000\006\001\002'; do :; done
