/** How columns become fields of records: JSON and flags are stored as text and numbers on every engine. */

export function parseJson<T>(text: string): T {
  return (text === "{}" ? {} : JSON.parse(text)) as T;
}

export function parseNullableJson<T>(text: string | null): T | null {
  return text === null ? null : (JSON.parse(text) as T);
}

export function toFlag(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}
