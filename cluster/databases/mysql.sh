# A database and a login of its own for each room; it may enter no other. Run once, by the first start of the server.
ensure_room() {
  MYSQL_PWD="$MYSQL_ROOT_PASSWORD" mysql --user=root <<SQL
CREATE DATABASE \`$1\`;
CREATE USER '$1'@'%' IDENTIFIED BY '$2';
GRANT ALL ON \`$1\`.* TO '$1'@'%';
SQL
}
ensure_room patient "$PATIENT_DATABASE_PASSWORD"
ensure_room doctor "$DOCTOR_DATABASE_PASSWORD"
