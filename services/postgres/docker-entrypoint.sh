#!/bin/sh
# docker-entrypoint.sh postgres [ARGUMENT...]: makes the cluster on the first start, then becomes the server. Runs as the image's user.
# Read, as by the upstream image: PGDATA, POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD_FILE.
# The cluster is made beside PGDATA and renamed, so an interrupted first start leaves nothing that looks like a cluster.
set -eu

[ "${1:-}" = postgres ] || exec "$@"
: "${PGDATA:=/var/lib/postgresql/data/pgdata}" "${POSTGRES_USER:=postgres}"
: "${POSTGRES_DB:=$POSTGRES_USER}"

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ ! -s "${POSTGRES_PASSWORD_FILE:-}" ]; then
    echo "POSTGRES_PASSWORD_FILE: Expected a file with the password of ${POSTGRES_USER}, found \"${POSTGRES_PASSWORD_FILE:-}\". Mount the secret there" >&2
    exit 1
  fi
  new=$PGDATA.new
  rm -rf "$new"
  initdb --pgdata="$new" --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" --encoding=UTF8 --locale=C.UTF-8 \
    --data-checksums --auth-local=trust --auth-host=scram-sha-256 --no-instructions
  # The socket is inside the container; whoever comes by network proves the password.
  printf 'host all all all scram-sha-256\n' >>"$new/pg_hba.conf"
  pg_ctl --pgdata="$new" --silent --wait --options="-c listen_addresses='' -c unix_socket_directories=/tmp" start
  psql="psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --host=/tmp --username=$POSTGRES_USER"
  if [ "$POSTGRES_DB" != postgres ]; then
    echo 'CREATE DATABASE :"name"' | $psql --dbname=postgres --set=name="$POSTGRES_DB"
  fi
  echo 'CREATE EXTENSION IF NOT EXISTS postgis' | $psql --dbname="$POSTGRES_DB"
  pg_ctl --pgdata="$new" --silent --wait --mode=fast stop
  mv "$new" "$PGDATA"
fi
exec "$@" -D "$PGDATA" -c listen_addresses='*'
