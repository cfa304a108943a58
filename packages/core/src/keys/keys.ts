import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Engine } from "../context.ts";
import { newId } from "../ids.ts";
import type { SigningKeyRecord } from "./keys.store.ts";

const operatorKeyPrefix = "tok_";

/**
 * Creates the installation's operator key if it has none.
 *
 * @returns The new key, which is shown only this once; undefined where there was one. Only its hash is stored.
 */
export async function ensureOperatorKey(engine: Engine): Promise<string | undefined> {
  if ((await engine.storage.committed.keys.listOperatorKeys()).length > 0) return undefined;
  const key = operatorKeyPrefix + randomBytes(32).toString("base64url");
  return await engine.storage.transaction(null, async (ports) => {
    // Another process may have been first.
    if ((await ports.keys.listOperatorKeys()).length > 0) return undefined;
    await ports.keys.insertOperatorKey({
      id: newId("key"),
      key_hash: sha256(key).toString("hex"),
      created_at: new Date(engine.clock()).toISOString(),
    });
    return key;
  });
}

/** Replaces a lost operator key: creates a new one and revokes all earlier ones. */
export async function replaceOperatorKey(engine: Engine): Promise<string> {
  const key = operatorKeyPrefix + randomBytes(32).toString("base64url");
  await engine.storage.transaction(null, async (ports) => {
    await ports.keys.removeOperatorKeys();
    await ports.keys.insertOperatorKey({
      id: newId("key"),
      key_hash: sha256(key).toString("hex"),
      created_at: new Date(engine.clock()).toISOString(),
    });
  });
  return key;
}

/** The id of the operator key; undefined where it is not valid. Compares in constant time. */
export async function findOperatorKey(engine: Engine, key: string): Promise<string | undefined> {
  const given = sha256(key);
  let found: string | undefined;
  for (const record of await engine.storage.committed.keys.listOperatorKeys()) {
    if (timingSafeEqual(Buffer.from(record.key_hash, "hex"), given)) found = record.id;
  }
  return found;
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/**
 * The keys that sign and verify access tokens, newest first. If there are none, `generate` makes one; processes that
 * start at once all get the same.
 */
export async function ensureSigningKeys(
  engine: Engine,
  generate: () => Promise<Omit<SigningKeyRecord, "id" | "created_at">>,
): Promise<readonly SigningKeyRecord[]> {
  const { keys } = engine.storage.committed;
  const found = await keys.listSigningKeys();
  if (found.length > 0) return found;
  const generated = await generate();
  await engine.storage.transaction(null, async (ports) => {
    if ((await ports.keys.listSigningKeys()).length > 0) return;
    await ports.keys.insertSigningKey({
      ...generated,
      id: newId("key"),
      created_at: new Date(engine.clock()).toISOString(),
    });
  });
  return await keys.listSigningKeys();
}
