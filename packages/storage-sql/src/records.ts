/** Converts columns to record fields: every engine stores JSON as text and flags as numbers. */

export function parseJson<T>(text: string): T {
  return (text === "{}" ? {} : JSON.parse(text)) as T;
}

export function parseNullableJson<T>(text: string | null): T | null {
  return text === null ? null : (JSON.parse(text) as T);
}

export function toFlag(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}
