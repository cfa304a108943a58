/** The result of a check. A note is information, not a problem. */
export interface Finding {
  readonly state: "well" | "note" | "fault";
  readonly subject: string;
  readonly says: string;
}

export const well = (subject: string, says: string): Finding => ({ state: "well", subject, says });
export const note = (subject: string, says: string): Finding => ({ state: "note", subject, says });
export const fault = (subject: string, says: string): Finding => ({
  state: "fault",
  subject,
  says,
});
