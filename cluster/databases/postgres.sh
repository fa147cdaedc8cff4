# A database and a login of its own for each room; it may enter no other. Run once, by the first start of the server.
ensure_room() {
  psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --set room="$1" --set password="$2" <<'SQL'
CREATE ROLE :"room" LOGIN PASSWORD :'password';
CREATE DATABASE :"room" OWNER :"room";
REVOKE ALL ON DATABASE :"room", postgres, template1 FROM PUBLIC;
SQL
}
ensure_room auth "$AUTH_DATABASE_PASSWORD"
ensure_room appointment "$APPOINTMENT_DATABASE_PASSWORD"
ensure_room billing "$BILLING_DATABASE_PASSWORD"
