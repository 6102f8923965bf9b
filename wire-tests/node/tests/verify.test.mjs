// aws-jwt-verify, unmodified: tokens of both issuer modes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { AdminAddUserToGroupCommand, CreateGroupCommand, InitiateAuthCommand } from
  "@aws-sdk/client-cognito-identity-provider";
import { CognitoJwtVerifier, JwtVerifier } from "aws-jwt-verify";
import {
  CognitoJwtInvalidClientIdError,
  CognitoJwtInvalidGroupError,
  CognitoJwtInvalidTokenUseError,
  JwtInvalidAudienceError,
  JwtInvalidSignatureError,
  KidNotFoundInJwksError,
} from "aws-jwt-verify/error";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";

import { PASSWORD, Server, createUser } from "../support.mjs";

let local;
let aws;

before(async () => {
  local = await Server.start();
  aws = await Server.start("--issuer", "aws");
});

after(async () => {
  await local?.stop();
  await aws?.stop();
});

async function tokens(server, group) {
  const scene = await server.scene();
  await createUser(scene, "alice");
  if (group) {
    const named = { UserPoolId: scene.poolId, GroupName: group };
    await scene.sdk.send(new CreateGroupCommand(named));
    await scene.sdk.send(new AdminAddUserToGroupCommand({ ...named, Username: "alice" }));
  }
  const { AuthenticationResult } = await scene.sdk.send(
    new InitiateAuthCommand({
      ClientId: scene.clientId,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: "alice", PASSWORD },
    }),
  );
  return { ...scene, ...AuthenticationResult };
}

/** The library fetches by HTTPS only; this is its own seam for another way. */
function cache() {
  return new SimpleJwksCache({
    fetcher: { fetch: async (uri) => (await fetch(uri)).arrayBuffer() },
  });
}

test("the general verifier, with issuer and keys of this server", async () => {
  const made = await tokens(local);
  const issuer = `${local.url}/${made.poolId}`;
  const settings = { issuer, jwksUri: `${issuer}/.well-known/jwks.json` };
  const id = JwtVerifier.create({ ...settings, audience: made.clientId }, { jwksCache: cache() });
  const claims = await id.verify(made.IdToken);
  assert.equal(claims.token_use, "id");
  assert.equal(claims["cognito:username"], "alice");

  const access = JwtVerifier.create({ ...settings, audience: null }, { jwksCache: cache() });
  assert.equal((await access.verify(made.AccessToken)).client_id, made.clientId);

  const other = JwtVerifier.create({ ...settings, audience: "other" }, { jwksCache: cache() });
  await assert.rejects(other.verify(made.IdToken), JwtInvalidAudienceError);

  const [head, body, signature] = made.AccessToken.split(".");
  const swapped = (signature[9] === "A" ? "B" : "A") + signature.slice(10);
  await assert.rejects(
    access.verify([head, body, signature.slice(0, 9) + swapped].join(".")),
    JwtInvalidSignatureError,
  );
});

test("a token of another pool is refused", async () => {
  const one = await tokens(local);
  const two = await tokens(local);
  const issuer = `${local.url}/${one.poolId}`;
  const verifier = JwtVerifier.create(
    { issuer, jwksUri: `${issuer}/.well-known/jwks.json`, audience: null },
    { jwksCache: cache() },
  );
  await assert.rejects(verifier.verify(two.AccessToken), KidNotFoundInJwksError);
});

test("the Cognito verifier, with the real service's issuer", async () => {
  const made = await tokens(aws, "staff");
  const jwks = await aws.get(`/${made.poolId}/.well-known/jwks.json`);
  const settings = { userPoolId: made.poolId, clientId: made.clientId };
  const access = CognitoJwtVerifier.create({ ...settings, tokenUse: "access" });
  access.cacheJwks(jwks);
  const claims = access.verifySync(made.AccessToken);
  assert.equal(claims.username, "alice");
  assert.equal(claims.iss, `https://cognito-idp.us-east-1.amazonaws.com/${made.poolId}`);
  assert.throws(() => access.verifySync(made.IdToken), CognitoJwtInvalidTokenUseError);

  const id = CognitoJwtVerifier.create({ ...settings, tokenUse: "id" });
  id.cacheJwks(jwks);
  assert.equal(id.verifySync(made.IdToken).email, "alice@example.com");

  const staff = CognitoJwtVerifier.create({ ...settings, tokenUse: "access", groups: "staff" });
  staff.cacheJwks(jwks);
  assert.deepEqual(staff.verifySync(made.AccessToken)["cognito:groups"], ["staff"]);
  const admins = CognitoJwtVerifier.create({ ...settings, tokenUse: "access", groups: "admins" });
  admins.cacheJwks(jwks);
  assert.throws(() => admins.verifySync(made.AccessToken), CognitoJwtInvalidGroupError);

  const other = CognitoJwtVerifier.create({ ...settings, clientId: "other", tokenUse: "access" });
  other.cacheJwks(jwks);
  assert.throws(() => other.verifySync(made.AccessToken), CognitoJwtInvalidClientIdError);
});
