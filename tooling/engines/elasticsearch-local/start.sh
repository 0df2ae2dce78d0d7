#!/bin/sh
# Entry point of the locally built image. As in the official one, ES_JAVA_OPTS holds JVM flags and every variable whose
# name has a dot in it is a setting. The shell itself drops such names, so they are read from the process's environment.
set -f
home=/usr/share/elasticsearch
IFS='
'
set -- $(tr '\0' '\n' < /proc/$$/environ | grep -E '^[a-z0-9_]+(\.[a-z0-9_]+)+=')
unset IFS
exec java @"$home/config/jvm.options" ${ES_JAVA_OPTS:-} -cp "$home/lib/*" sluice.elasticsearch.Launcher "$home" \
  http.host=0.0.0.0 transport.host=127.0.0.1 "$@"
