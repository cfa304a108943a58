import type { Change } from "@tenantry/core";

/** The message about a commit to other processes. */
export interface CommitMessage {
  /** The process that committed, and the number of its commit. */
  readonly origin: string;
  readonly commit: number;
  /** Empty where something changed that has no event. */
  readonly changes: readonly Change[] | "everything";
}

/** PostgreSQL limits a payload to less than 8,000 bytes. */
const mostBytes = 7_900;
/** A commit that needs more messages says "everything": reading its changes must stay cheaper than dropping the caches. */
const mostMessages = 32;

type Encoded = readonly [string, number, "everything" | readonly EncodedChange[]];
type EncodedChange = readonly [string, string | null, string, string, string];

/** Encodes a commit as notification payloads; a single one if it fits. */
export function encodeCommit(message: CommitMessage): readonly string[] {
  const { origin, commit, changes } = message;
  const encode = (part: Encoded[2]) => JSON.stringify([origin, commit, part] satisfies Encoded);
  if (changes === "everything") return [encode(changes)];
  const payloads: string[] = [];
  let part: EncodedChange[] = [];
  let bytes = 0;
  for (const change of changes.map(encodeChange)) {
    const size = Buffer.byteLength(JSON.stringify(change)) + 1;
    if (part.length > 0 && bytes + size > mostBytes - 100) {
      payloads.push(encode(part));
      part = [];
      bytes = 0;
    }
    part.push(change);
    bytes += size;
  }
  payloads.push(encode(part));
  return payloads.length > mostMessages ? [encode("everything")] : payloads;
}

/** Decodes a payload. One in another format means "everything", because forgetting is always safe. */
export function decodeCommit(payload: string | undefined): CommitMessage {
  try {
    const [origin, commit, changes] = JSON.parse(payload ?? "") as Encoded;
    return {
      origin,
      commit,
      changes: changes === "everything" ? changes : changes.map(decodeChange),
    };
  } catch {
    return { origin: "", commit: 0, changes: "everything" };
  }
}

function encodeChange(change: Change): EncodedChange {
  const { tenant_id, organization_id, type, entity, entity_id } = change;
  return [tenant_id, organization_id, type, entity, entity_id];
}

function decodeChange(change: EncodedChange): Change {
  const [tenant_id, organization_id, type, entity, entity_id] = change;
  return { tenant_id, organization_id, type, entity, entity_id } as Change;
}
