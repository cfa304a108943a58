/**
 * Times of the Python module: UTC without a zone. Ours are ISO 8601 with milliseconds and `Z`; the microseconds that do not fit there are
 * kept beside, so that a record nobody touched keeps its time to the digit.
 */
export interface SourceTime {
  /** As ours: `2025-10-13T18:30:00.123Z`. */
  readonly time: string;
  /** The whole of it, `2025-10-13T18:30:00.123456`, where milliseconds do not say it all. */
  readonly exact: string | null;
}

/** As the module's `isoformat()` writes it: no fraction where it is nothing, else six digits. */
export function toSourceTime(time: string, exact: string | null): string {
  // What is kept beside belongs to another time if the row has moved on since.
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

/** Reads `T` and a space, with and without a fraction; a zone is taken into account. Undefined where it is no time. */
export function readSourceTime(text: unknown): SourceTime | undefined {
  const [, day, clock, fraction = "", zone = "Z"] =
    (typeof text === "string" && form.exec(text)) || [];
  if (day === undefined || clock === undefined) return undefined;
  const microseconds = fraction.padEnd(6, "0").slice(0, 6);
  const local = `${day}T${clock}.${microseconds.slice(0, 3)}`;
  const asUtc = Date.parse(`${local}Z`);
  // The thirtieth of February comes back as another day.
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
