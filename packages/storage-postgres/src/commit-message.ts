import type { Change } from "@tenantry/core";

/** What a process tells the others of a commit. */
export interface CommitMessage {
  /** The process that committed, and which of its commits it was. */
  readonly origin: string;
  readonly commit: number;
  /** None where what changed has no event. */
  readonly changes: readonly Change[] | "everything";
}

/** PostgreSQL takes less than 8,000 bytes. */
const mostBytes = 7_900;
/** A commit that needs more says "everything": reading what one commit changed must stay cheaper than forgetting it. */
const mostMessages = 32;

type Encoded = readonly [string, number, "everything" | readonly EncodedChange[]];
type EncodedChange = readonly [string, string | null, string, string, string];

/** A commit as the payloads of its notifications: one where it fits. */
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

/** Reads a payload. One that is not ours says "everything": whoever sent it, forgetting does no harm. */
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
