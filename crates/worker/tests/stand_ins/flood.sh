#!/bin/sh
# Says hello, then sends heartbeats and readings without end.
printf '\005\000\000\000\003\000\000\003\002v2'
while printf '\003\000\000\000\003\000\007\001\002'; do :; done
