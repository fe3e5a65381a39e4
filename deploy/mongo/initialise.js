// The job after mongod's start: replica set of one node, and for each service a user with rights on its own database.
// Can be run again: what exists stays, passwords follow the environment.
const ALREADY_INITIALISED = 23;
const services = ["submissions", "judging", "notifications"];

try {
  rs.initiate({
    _id: "sangkien",
    members: [{ _id: 0, host: "mongo:27017" }],
    settings: { electionTimeoutMillis: 2000 },
  });
} catch (error) {
  if (error.code !== ALREADY_INITIALISED) throw error;
}

const patience = Date.now() + 60_000;
while (!db.hello().isWritablePrimary) {
  if (Date.now() > patience) throw new Error("mongod did not become primary within a minute");
  sleep(200);
}

for (const name of services) {
  const password = process.env[`${name.toUpperCase()}_MONGO_PASSWORD`];
  if (!password) throw new Error(`${name.toUpperCase()}_MONGO_PASSWORD is empty`);
  const own = db.getSiblingDB(name);
  const rights = { pwd: password, roles: [{ role: "readWrite", db: name }, { role: "dbAdmin", db: name }] };
  if (own.getUser(name)) own.updateUser(name, rights);
  else own.createUser({ user: name, ...rights });
  print(`${name}: user and rights are set`);
}
