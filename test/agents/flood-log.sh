#!/bin/sh
# Writes to standard output as fast as it can.
exec yes "this line says nothing, and says it for ever"
