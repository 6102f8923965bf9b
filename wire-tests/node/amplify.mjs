// aws-amplify, unmodified, on a server and a pool of a test.

import { Amplify } from "aws-amplify";
import { cognitoUserPoolsTokenProvider } from "aws-amplify/auth/cognito";

/** Configures it, with a storage of its own. */
export function point(server, scene) {
  Amplify.configure({
    Auth: {
      Cognito: {
        userPoolId: scene.poolId,
        userPoolClientId: scene.clientId,
        userPoolEndpoint: server.url,
      },
    },
  });
  const items = new Map();
  cognitoUserPoolsTokenProvider.setKeyValueStorage({
    setItem: async (key, value) => void items.set(key, value),
    getItem: async (key) => items.get(key) ?? null,
    removeItem: async (key) => void items.delete(key),
    clear: async () => items.clear(),
  });
}
