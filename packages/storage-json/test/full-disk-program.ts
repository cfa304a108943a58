/** Appends events until there is no room for one; then says what it hears of others, and appends one more each time that it is told to. */
import { eventRecord } from "@tenantry/storage-testkit/records";
import { openJsonStorage } from "../src/index.ts";

const [directory = ""] = process.argv.slice(2);
const say = (message: unknown) => process.send?.(message);
const hear = () => new Promise((resolve) => process.once("message", resolve));

const storage = await openJsonStorage({ directory });
const told: unknown[] = [];
storage.onChange((changes) => told.push(changes));
const append = (chain: string, sequence: number, data: string) =>
  storage.transaction("t", (ports) =>
    ports.events.append(eventRecord("t", chain, sequence, { data })),
  );

let acknowledged = 0;
let refusal: unknown;
while (refusal === undefined) {
  await append("ours", acknowledged + 1, JSON.stringify("x".repeat(5000))).then(
    () => (acknowledged += 1),
    (error: { code?: string }) => {
      refusal = error.code;
    },
  );
}
say({ acknowledged, refusal });
for (let message = await hear(); message !== "end"; message = await hear()) {
  if (message === "append") await append("later", 1, "{}");
  told.length = 0;
  await storage.catchUp("t", true);
  say(told.slice());
}
await storage.close();
process.disconnect();
