#!/bin/sh
# Run once by the database image on an empty volume: the application's role is no superuser.
set -eu

psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -v password="$FLUX_POSTGRES_PASSWORD" <<'SQL'
CREATE ROLE flux LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
ALTER ROLE flux SET statement_timeout = '30s';
ALTER ROLE flux SET idle_in_transaction_session_timeout = '5min';
ALTER ROLE flux SET lock_timeout = '20s';
CREATE ROLE flux_assistant NOLOGIN;
GRANT flux_assistant TO flux;
CREATE DATABASE flux OWNER flux;
SQL

psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d flux -c 'CREATE EXTENSION IF NOT EXISTS postgis;'
