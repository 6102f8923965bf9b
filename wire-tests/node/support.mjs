// Starts the built `cenote` binary for a test file, and sets its scene.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from "@aws-sdk/client-cognito-identity-provider";

export const PASSWORD = "Correct-Horse-9";
export const NEW_PASSWORD = "Better-Staple-7";

// Servers that share a database must share the root key too.
const ROOT_KEY = "5eedc0de".repeat(8);

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run \`cargo xtask test\``);
  return value;
}

/** `cenote dev` on the store under test; ends with `stop()`. */
export class Server {
  static async start(...extra) {
    const store = process.env.CENOTE_WIRE_STORE ?? "sqlite";
    const folder = mkdtempSync(join(tmpdir(), "cenote-node-"));
    const args = ["dev", "--listen", "127.0.0.1:0", "--data", join(folder, "data"), ...extra];
    if (store === "postgres") args.push("--database", required("CENOTE_WIRE_DATABASE"));
    // The server reads variables of this prefix as its configuration.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith("CENOTE_")),
    );
    const child = spawn(required("CENOTE_BIN"), args, {
      cwd: folder,
      env: { ...env, CENOTE_ROOT_KEY: ROOT_KEY },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const server = new Server();
    server.child = child;
    server.folder = folder;
    server.ended = new Promise((resolve) => child.on("exit", resolve));
    server.url = await new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        const found = /^listening on (http:\/\/\S+)/.exec(line);
        if (found) resolve(found[1]);
      });
      child.on("exit", (code) => reject(new Error(`the server ended with ${code}`)));
      child.on("error", reject);
    });
    return server;
  }

  async stop() {
    this.child.kill("SIGTERM");
    const code = await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
    if (code !== 0) throw new Error(`the server ended with ${code}`);
  }

  sdk(settings = {}) {
    return new CognitoIdentityProviderClient({
      endpoint: this.url,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
      ...settings,
    });
  }

  async get(path) {
    const reply = await fetch(this.url + path);
    if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
    return reply.json();
  }

  /** The newest code that was sent to this user. */
  async code(poolId, user) {
    const query = new URLSearchParams({ pool: poolId, user });
    const { messages } = await this.get(`/_cenote/inbox?${query}`);
    if (messages.length === 0) throw new Error(`no message for ${user}`);
    return messages[0].code;
  }

  /** A pool that verifies email, and a public client with every password flow. */
  async scene(pool = {}, client = {}) {
    const sdk = this.sdk();
    const made = await sdk.send(
      new CreateUserPoolCommand({
        PoolName: "node",
        AutoVerifiedAttributes: ["email"],
        ...pool,
      }),
    );
    const poolId = made.UserPool.Id;
    const app = await sdk.send(
      new CreateUserPoolClientCommand({
        UserPoolId: poolId,
        ClientName: "app",
        ExplicitAuthFlows: [
          "ALLOW_USER_SRP_AUTH",
          "ALLOW_USER_PASSWORD_AUTH",
          "ALLOW_REFRESH_TOKEN_AUTH",
        ],
        ...client,
      }),
    );
    return { sdk, poolId, clientId: app.UserPoolClient.ClientId };
  }
}

/** A user made by the administrator: with a temporary password, or confirmed. */
export async function createUser({ sdk, poolId }, username, { confirmed = true } = {}) {
  await sdk.send(
    new AdminCreateUserCommand({
      UserPoolId: poolId,
      Username: username,
      TemporaryPassword: "Temporary-1",
      MessageAction: "SUPPRESS",
      UserAttributes: [
        { Name: "email", Value: `${username}@example.com` },
        { Name: "email_verified", Value: "true" },
      ],
    }),
  );
  if (confirmed) {
    await sdk.send(
      new AdminSetUserPasswordCommand({
        UserPoolId: poolId,
        Username: username,
        Password: PASSWORD,
        Permanent: true,
      }),
    );
  }
}

/** The claims of a token, not verified. */
export function claims(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
}
