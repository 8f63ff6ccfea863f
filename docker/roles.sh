#!/bin/sh
# Makes the two roles in a new Postgres: the owner of the tables, and the role of web and workers, which owns nothing
# and cannot bypass row-level security. Runs once, when the data folder is empty.
set -eu

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set owner_password="$OWNER_PASSWORD" --set app_password="$APP_PASSWORD" <<'SQL'
CREATE ROLE cx_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE cx_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
CREATE DATABASE cxplatform OWNER cx_owner;
SQL
