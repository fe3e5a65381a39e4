// A real OpenID Connect provider on this machine, for tests: `node provider.mjs PORT REDIRECT_URI`.
// Its development pages take any login: it is the subject. PUT /people tells what is known of one: {sub, name, email, …}.
// PUT /tamper with one of the names below makes every later id_token wrong in that one way; an empty body ends it.
import { Provider } from "oidc-provider";
import * as jose from "jose";

const [port, redirectUri] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const { privateKey } = await jose.generateKeyPair("RS256", { extractable: true });
const key = { ...(await jose.exportJWK(privateKey)), kid: "test", alg: "RS256", use: "sig" };
const stranger = (await jose.generateKeyPair("RS256")).privateKey;
const text = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const signed = (claims, by = privateKey, header = {}) => new jose.SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "test", ...header }).sign(by);

const wrongs = {
  audience: (claims) => signed({ ...claims, aud: "another-site" }),
  "audience, issued to us": (claims) => signed({ ...claims, aud: "another-site", azp: claims.aud }),
  "two audiences": (claims) => signed({ ...claims, aud: [claims.aud, "another-site"], azp: "another-site" }),
  issuer: (claims) => signed({ ...claims, iss: "http://127.0.0.1:1" }),
  expired: (claims) => signed({ ...claims, iat: claims.iat - 7200, exp: claims.iat - 3600 }),
  nonce: (claims) => signed({ ...claims, nonce: "of another visit" }),
  "no nonce": ({ nonce, ...claims }) => signed(claims),
  "no subject": ({ sub, ...claims }) => signed(claims),
  unsigned: (claims) => `${text({ alg: "none" })}.${text(claims)}.`,
  "signed by a stranger": (claims) => signed(claims, stranger),
  "signed with our own secret": (claims) => signed(claims, new TextEncoder().encode("a secret of the client, long enough"), { alg: "HS256" }),
  "no token": () => undefined,
  rubbish: () => "a.b.c",
};

const people = new Map();
const provider = new Provider(issuer, {
  clients: [{ client_id: "sang-kien", client_secret: "a secret of the client, long enough", redirect_uris: [redirectUri], grant_types: ["authorization_code"], response_types: ["code"] }],
  jwks: { keys: [key] },
  pkce: { required: () => true },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  cookies: { keys: ["tests only"] },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ ...people.get(id), sub: id }) }),
});

let wrong = "";
provider.use(async (ctx, next) => {
  if (ctx.method === "PUT") {
    let body = "";
    for await (const piece of ctx.req) body += piece;
    if (ctx.path === "/people") people.set(JSON.parse(body).sub, JSON.parse(body));
    else wrong = body;
    ctx.status = !wrong || wrongs[wrong] ? 204 : 400;
    return;
  }
  await next();
  if (ctx.path === "/token" && wrong && ctx.body?.id_token) ctx.body.id_token = await wrongs[wrong](jose.decodeJwt(ctx.body.id_token));
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
