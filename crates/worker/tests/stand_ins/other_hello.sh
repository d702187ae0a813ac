#!/bin/sh
# Its frames are of this version, but it says that it speaks the next.
printf '\006\000\000\000\004\000\000\005\003avx'; exec sleep 60
