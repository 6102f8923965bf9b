// A self-signed certificate for a key that a test makes.

import { sign } from "node:crypto";

function der(tag, ...contents) {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const SHA256_WITH_RSA = der(
  0x30,
  der(0x06, Buffer.from("2a864886f70d01010b", "hex")),
  der(0x05),
);

/** The certificate of a pair of RSA keys, as DER. */
export function certificate({ publicKey, privateKey }) {
  const name = der(
    0x30,
    der(0x31, der(0x30, der(0x06, Buffer.from("550403", "hex")), der(0x0c, Buffer.from("test")))),
  );
  const years = ["20200101000000Z", "20491231235959Z"];
  const signed = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    SHA256_WITH_RSA,
    name,
    der(0x30, ...years.map((at) => der(0x18, Buffer.from(at)))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("sha256", signed, privateKey);
  return der(0x30, signed, SHA256_WITH_RSA, der(0x03, Buffer.from([0]), signature));
}
