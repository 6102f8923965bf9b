// amazon-cognito-identity-js, unmodified: devices, and CUSTOM_AUTH with and without the password before it.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import cognito from "amazon-cognito-identity-js";

import { PASSWORD, Server, claims, createUser } from "../support.mjs";

const { AuthenticationDetails, CognitoUser, CognitoUserPool } = cognito;
const ARN = "arn:aws:lambda:us-east-1:123456789012:function:";
const SCRIPT = fileURLToPath(new URL("../trigger.mjs", import.meta.url));

let server;
let folder;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "cenote-triggers-"));
  const config = join(folder, "cenote.toml");
  const command = JSON.stringify([process.execPath, SCRIPT]);
  writeFileSync(config, `[[triggers]]\narn = "${ARN}*"\ncommand = ${command}\n`);
  server = await Server.start("--config", config);
});

after(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A user of a new pool, and what his browser keeps. */
async function scene(pool, flows) {
  const made = await server.scene(
    { AutoVerifiedAttributes: [], ...pool },
    flows && { ExplicitAuthFlows: flows },
  );
  await createUser(made, "alice");
  const items = new Map();
  const storage = {
    setItem: (key, value) => items.set(key, value),
    getItem: (key) => items.get(key) ?? null,
    removeItem: (key) => items.delete(key),
    clear: () => items.clear(),
  };
  const users = new CognitoUserPool({
    UserPoolId: made.poolId,
    ClientId: made.clientId,
    endpoint: server.url,
    Storage: storage,
  });
  return () => new CognitoUser({ Username: "alice", Pool: users, Storage: storage });
}

/** Calls a method that takes an object of callbacks last. */
function perform(object, method, ...args) {
  return new Promise((resolve, reject) => {
    object[method](...args, {
      onSuccess: (success, needsConfirmation) => resolve({ success, needsConfirmation }),
      onFailure: reject,
      customChallenge: (parameters) => resolve({ challenge: parameters }),
    });
  });
}

function signIn(user, method = "authenticateUser", password = PASSWORD) {
  const details = new AuthenticationDetails({ Username: "alice", Password: password });
  return perform(user, method, details);
}

test("a device is confirmed at the first sign-in and proves itself at the next", async () => {
  const alice = await scene({ DeviceConfiguration: { ChallengeRequiredOnNewDevice: true } });
  const first = alice();
  const { success: session, needsConfirmation } = await signIn(first);
  assert.equal(needsConfirmation, undefined);
  const key = claims(session.getAccessToken().getJwtToken()).device_key;
  const { success: listed } = await perform(first, "listDevices", 10, null);
  assert.deepEqual(listed.Devices.map((device) => device.DeviceKey), [key]);

  const second = alice();
  const again = await signIn(second);
  assert.equal(claims(again.success.getAccessToken().getJwtToken()).device_key, key);
  const refreshed = await new Promise((resolve, reject) => {
    const token = again.success.getRefreshToken();
    second.refreshSession(token, (error, result) => (error ? reject(error) : resolve(result)));
  });
  assert.equal(claims(refreshed.getAccessToken().getJwtToken()).device_key, key);
  assert.equal((await perform(second, "forgetDevice")).success, "SUCCESS");
});

test("where the user is asked, a device is remembered when he says so", async () => {
  const alice = await scene({
    DeviceConfiguration: {
      ChallengeRequiredOnNewDevice: true,
      DeviceOnlyRememberedOnUserPrompt: true,
    },
  });
  const user = alice();
  assert.equal((await signIn(user)).needsConfirmation, true);
  assert.equal((await perform(user, "setDeviceStatusRemembered")).success, "SUCCESS");
  assert.ok((await signIn(alice())).success.isValid());
});

const CUSTOM = {
  LambdaConfig: {
    DefineAuthChallenge: `${ARN}define`,
    CreateAuthChallenge: `${ARN}create`,
    VerifyAuthChallengeResponse: `${ARN}verify`,
  },
};

for (const [how, flow, method] of [
  ["without a password", "CUSTOM_AUTH", "initiateAuth"],
  ["after the password", "CUSTOM_AUTH", "authenticateUser"],
]) {
  test(`a custom challenge is answered ${how}`, async () => {
    const alice = await scene(CUSTOM, ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
    const user = alice();
    user.setAuthenticationFlowType(flow);
    const { challenge } = await signIn(user, method);
    assert.equal(challenge.hint, "six times nine");
    const wrong = await perform(user, "sendCustomChallengeAnswer", "54");
    assert.equal(wrong.challenge.hint, "six times nine");
    const { success } = await perform(user, "sendCustomChallengeAnswer", "42");
    assert.ok(success.isValid());
  });
}
