// amazon-cognito-identity-js, unmodified: SRP in full, and everything a signed-in user does with it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { AdminGetUserCommand } from "@aws-sdk/client-cognito-identity-provider";
import cognito from "amazon-cognito-identity-js";

import { NEW_PASSWORD, PASSWORD, Server, claims, createUser } from "../support.mjs";

const { AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool } = cognito;

let server;

before(async () => {
  server = await Server.start();
});

after(() => server?.stop());

/** Storage of one test; without it all would share one. */
class Memory {
  items = new Map();
  setItem(key, value) {
    this.items.set(key, value);
  }
  getItem(key) {
    return this.items.get(key) ?? null;
  }
  removeItem(key) {
    this.items.delete(key);
  }
  clear() {
    this.items.clear();
  }
}

async function scene(pool, client) {
  const made = await server.scene(pool, client);
  const storage = new Memory();
  const users = new CognitoUserPool({
    UserPoolId: made.poolId,
    ClientId: made.clientId,
    endpoint: server.url,
    Storage: storage,
  });
  const user = (name) => new CognitoUser({ Username: name, Pool: users, Storage: storage });
  return { ...made, users, user };
}

/** Calls a method that takes a Node callback last. */
function call(object, method, ...args) {
  return new Promise((resolve, reject) => {
    object[method](...args, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

/** Calls a method that takes an object of callbacks last. */
function perform(object, method, ...args) {
  return new Promise((resolve, reject) => {
    object[method](...args, {
      onSuccess: (result) => resolve({ success: result }),
      onFailure: reject,
      newPasswordRequired: (attributes, required) =>
        resolve({ newPassword: { attributes, required } }),
      inputVerificationCode: (data) => resolve({ code: data }),
    });
  });
}

function signIn(user, password = PASSWORD) {
  const details = new AuthenticationDetails({ Username: user.getUsername(), Password: password });
  return perform(user, "authenticateUser", details);
}

function attribute(Name, Value) {
  return new CognitoUserAttribute({ Name, Value });
}

test("sign up, confirm, sign in by SRP, read and change, sign out everywhere", async () => {
  const { users, user, poolId, clientId } = await scene();
  const signedUp = await call(
    users, "signUp", "alice", PASSWORD, [attribute("email", "alice@example.com")], [],
  );
  assert.equal(signedUp.userConfirmed, false);
  assert.equal(signedUp.codeDeliveryDetails.Destination, "a***@e***");
  const alice = user("alice");
  assert.equal(
    await call(alice, "confirmRegistration", await server.code(poolId, "alice"), false),
    "SUCCESS",
  );

  const { success: session } = await signIn(alice);
  assert.ok(session.isValid());
  const access = session.getAccessToken();
  assert.equal(access.payload.client_id, clientId);
  assert.equal(access.payload.username, "alice");
  assert.equal(access.payload.scope, "aws.cognito.signin.user.admin");
  assert.equal(session.getIdToken().payload.email_verified, true);
  assert.equal(session.getIdToken().payload.sub, signedUp.userSub);

  const attributes = await call(alice, "getUserAttributes");
  const values = Object.fromEntries(attributes.map((one) => [one.getName(), one.getValue()]));
  assert.deepEqual(values, {
    sub: signedUp.userSub,
    email: "alice@example.com",
    email_verified: "true",
  });
  assert.equal(await call(alice, "updateAttributes", [attribute("nickname", "Al")]), "SUCCESS");
  assert.equal(await call(alice, "deleteAttributes", ["nickname"]), "SUCCESS");
  assert.equal(await call(alice, "changePassword", PASSWORD, NEW_PASSWORD), "SUCCESS");

  const refreshed = await call(alice, "refreshSession", session.getRefreshToken());
  assert.equal(refreshed.getAccessToken().payload.origin_jti, access.payload.origin_jti);
  assert.notEqual(refreshed.getAccessToken().payload.jti, access.payload.jti);

  const { success } = await perform(alice, "globalSignOut");
  assert.equal(success, "SUCCESS");
  await assert.rejects(call(alice, "refreshSession", session.getRefreshToken()), {
    code: "NotAuthorizedException",
    message: "Refresh Token has been revoked",
  });
  await assert.rejects(signIn(user("alice")), { code: "NotAuthorizedException" });
  assert.ok((await signIn(user("alice"), NEW_PASSWORD)).success.isValid());
});

test("a wrong password, an unknown user and an unconfirmed one", async () => {
  const made = await scene();
  await createUser(made, "bob");
  await assert.rejects(signIn(made.user("bob"), "wrong"), {
    code: "NotAuthorizedException",
    message: "Incorrect username or password.",
  });
  await assert.rejects(signIn(made.user("nobody")), {
    code: "UserNotFoundException",
    message: "User does not exist.",
  });
  await call(made.users, "signUp", "carl", PASSWORD, [], []);
  await assert.rejects(signIn(made.user("carl")), {
    code: "UserNotConfirmedException",
    message: "User is not confirmed.",
  });
});

test("the new password of an invited user, with an attribute that was missing", async () => {
  const made = await scene({ Schema: [{ Name: "given_name", Required: true }] });
  await createUser(made, "dora", { confirmed: false });
  const dora = made.user("dora");
  const { newPassword } = await signIn(dora, "Temporary-1");
  assert.deepEqual(newPassword.required, ["given_name"]);
  assert.deepEqual(newPassword.attributes, {
    email: "dora@example.com",
    email_verified: "true",
  });
  const { success: session } = await perform(
    dora, "completeNewPasswordChallenge", NEW_PASSWORD, { given_name: "Dora" },
  );
  assert.equal(session.getIdToken().payload.given_name, "Dora");
  const seen = await made.sdk.send(
    new AdminGetUserCommand({ UserPoolId: made.poolId, Username: "dora" }),
  );
  assert.equal(seen.UserStatus, "CONFIRMED");
});

test("a forgotten password", async () => {
  const made = await scene();
  await createUser(made, "erna");
  const erna = made.user("erna");
  const { code } = await perform(erna, "forgotPassword");
  assert.equal(code.CodeDeliveryDetails.Destination, "e***@e***");
  await assert.rejects(perform(erna, "confirmPassword", "000000x", NEW_PASSWORD), {
    code: "CodeMismatchException",
  });
  const { success } = await perform(
    erna, "confirmPassword", await server.code(made.poolId, "erna"), NEW_PASSWORD,
  );
  assert.equal(success, "SUCCESS");
  assert.ok((await signIn(erna, NEW_PASSWORD)).success.isValid());
});

test("the plain password flow, and signing in by email", async () => {
  const made = await scene({ UsernameAttributes: ["email"] });
  await call(made.users, "signUp", "fritz@example.com", PASSWORD, [], []);
  const code = await server.code(made.poolId, "fritz@example.com");
  await call(made.user("fritz@example.com"), "confirmRegistration", code, false);
  for (const flow of ["USER_SRP_AUTH", "USER_PASSWORD_AUTH"]) {
    const fritz = made.user("fritz@example.com");
    fritz.setAuthenticationFlowType(flow);
    const { success: session } = await signIn(fritz);
    const { sub, username } = claims(session.getAccessToken().getJwtToken());
    assert.equal(username, sub);
    assert.equal(session.getIdToken().payload.email, "fritz@example.com");
  }
});

test("verifying an attribute, and revoking on sign-out", async () => {
  const made = await scene();
  await createUser(made, "gina");
  const gina = made.user("gina");
  const { success: session } = await signIn(gina);
  await call(gina, "updateAttributes", [attribute("email", "new@example.com")]);
  const code = await server.code(made.poolId, "gina");
  const { success } = await perform(gina, "verifyAttribute", "email", code);
  assert.equal(success, "SUCCESS");
  await new Promise((resolve) => gina.signOut(resolve));
  await assert.rejects(call(gina, "refreshSession", session.getRefreshToken()), {
    code: "NotAuthorizedException",
    message: "Refresh Token has been revoked",
  });
});

test("a resent code, and an account deleted by its owner", async () => {
  const made = await scene();
  await call(made.users, "signUp", "hans", PASSWORD, [attribute("email", "h@example.com")], []);
  const hans = made.user("hans");
  const again = await call(hans, "resendConfirmationCode");
  assert.equal(again.CodeDeliveryDetails.AttributeName, "email");
  await call(hans, "confirmRegistration", await server.code(made.poolId, "hans"), false);
  await signIn(hans);
  assert.equal(await call(hans, "deleteUser"), "SUCCESS");
  await assert.rejects(signIn(made.user("hans")), { code: "UserNotFoundException" });
});
