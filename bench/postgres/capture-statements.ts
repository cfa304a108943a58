import { Client } from "pg";
import type { Statement } from "./pgbench.ts";

type Query = (this: Client, ...given: unknown[]) => unknown;
type Asked = string | { text: string; values?: Statement["values"] };

/**
 * The statements that `work` sends to PostgreSQL, in order. They are recorded while they are sent, so they stay the same as the
 * code's when it changes. A message with several statements is split, because pgbench prepares each of them.
 */
export async function captureStatements(work: () => Promise<unknown>): Promise<Statement[]> {
  const sent: Statement[] = [];
  const client = Client.prototype as unknown as { query: Query };
  const { query } = client;
  client.query = function keep(...given) {
    const [asked] = given as [Asked];
    const { text, values = [] } = typeof asked === "string" ? { text: asked } : asked;
    const parts = values.length > 0 ? [text] : text.split(/;\s+/).filter((part) => part !== "");
    sent.push(...parts.map((sql) => ({ sql, values })));
    return query.apply(this, given);
  };
  try {
    await work();
  } finally {
    client.query = query;
  }
  return sent;
}

/**
 * The statements as a script for pgbench, which sends them repeatedly.
 *
 * @param vary returns SQL that replaces a value and can differ each time; undefined for a value that stays.
 */
export function toPgbenchScript(
  statements: readonly Statement[],
  vary: (value: string) => string | undefined,
): string[] {
  return statements.map(({ sql, values }) => {
    const filled = sql
      .replaceAll(/'[^']*'/g, (text) => literal(text.slice(1, -1)))
      .replaceAll(/\$(\d+)/g, (_, number: string) => {
        const value = values[Number(number) - 1] ?? null;
        if (value === null) return "NULL";
        return typeof value === "number" ? String(value) : (vary(value) ?? literal(value));
      });
    return `${filled.replaceAll(/\s+/g, " ")};`;
  });
}

/** A literal without colons, because pgbench also looks for variables inside of text. */
export function literal(value: string): string {
  const text = value.replaceAll("\\", "\\\\").replaceAll("'", "''").replaceAll(":", "\\x3a");
  return `E'${text}'`;
}
