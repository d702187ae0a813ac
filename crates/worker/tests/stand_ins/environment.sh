#!/bin/sh
# Ends with the number of variables that it was given, without those that the house itself sets on
# Linux (the shell itself sets PWD).
exit "$(env | grep -vcxE 'PWD=.*|GLIBC_TUNABLES=glibc\.malloc\.hugetlb=1|GOMP_SPINCOUNT=1000')"
