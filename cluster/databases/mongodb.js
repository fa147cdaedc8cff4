// A login that may enter the figures alone. Run once, by the first start of the server.
db.getSiblingDB('analytics').createUser({
  user: 'analytics',
  pwd: process.env.ANALYTICS_DATABASE_PASSWORD,
  roles: ['readWrite'],
})
