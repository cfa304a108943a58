/** What a check found. A note is worth knowing and no reason to worry. */
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
