/**
 * Times of the Python module are UTC without a zone, with microseconds. Tenantry's are ISO 8601 with milliseconds and `Z`. The
 * exact time is stored separately, so that an unchanged record keeps all its digits.
 */
export interface SourceTime {
  /** In Tenantry's form: `2025-10-13T18:30:00.123Z`. */
  readonly time: string;
  /** The exact time, `2025-10-13T18:30:00.123456`, if milliseconds are not enough. */
  readonly exact: string | null;
}

/** Writes a time as the module's `isoformat()` does: six digits of a fraction, or none if it is zero. */
export function toSourceTime(time: string, exact: string | null): string {
  // If the row has changed since, the stored exact time belongs to an earlier value.
  if (exact !== null && exact.slice(0, millisecondsEnd) === time.slice(0, millisecondsEnd)) {
    return exact;
  }
  const milliseconds = time.slice(secondsEnd + 1, millisecondsEnd);
  const seconds = time.slice(0, secondsEnd);
  return milliseconds === "000" ? seconds : `${seconds}.${milliseconds}000`;
}

const secondsEnd = "2025-10-13T18:30:00".length;
const millisecondsEnd = "2025-10-13T18:30:00.123".length;

const form = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/;

/** Reads a time with `T` or a space, with or without a fraction, and with or without a zone. Undefined if it is not a time. */
export function readSourceTime(text: unknown): SourceTime | undefined {
  const [, day, clock, fraction = "", zone = "Z"] =
    (typeof text === "string" && form.exec(text)) || [];
  if (day === undefined || clock === undefined) return undefined;
  const microseconds = fraction.padEnd(6, "0").slice(0, 6);
  const local = `${day}T${clock}.${microseconds.slice(0, 3)}`;
  const asUtc = Date.parse(`${local}Z`);
  // Refuses dates such as 30 February, which parse as another day.
  if (Number.isNaN(asUtc) || new Date(asUtc).toISOString() !== `${local}Z`) return undefined;
  const moment = zone === "Z" ? asUtc : Date.parse(`${local}${withColon(zone)}`);
  if (Number.isNaN(moment)) return undefined;
  const time = new Date(moment).toISOString();
  const rest = microseconds.slice(3);
  return { time, exact: rest === "000" ? null : `${time.slice(0, millisecondsEnd)}${rest}` };
}

function withColon(zone: string): string {
  return zone.includes(":") ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
}
