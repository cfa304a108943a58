/** The error that an action throws or rejects with; undefined if it succeeds. */
export async function refusal(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  return undefined;
}
